//! The determinism check: the same world again, in this process and in a fresh one, has the same history.

use std::process::{Command, Stdio};

use anyhow::{Context, ensure};
use rez_reports::{CheckerResult, RunResult, Verdict};

use super::{Plan, run};

const NAME: &str = "same seed, same history";

/// Runs the world twice more and adds what was found to the result.
///
/// # Errors
/// When the fresh process cannot be started, or does not answer with a result.
pub fn demand_identical(plan: &Plan, result: &mut RunResult) -> anyhow::Result<()> {
    let here = run(plan)?.history_sha256;
    let fresh = in_a_fresh_process(plan)?.history_sha256;
    let others = [("again in this process", here), ("in a fresh process", fresh)];
    result.checkers.push(compare(result.history_sha256.as_deref(), others));
    result.verdict = Verdict::of(&result.objectives, &result.checkers);
    Ok(())
}

/// Other runs of the world whose history had this hash, each with where it ran and its own hash.
fn compare(expected: Option<&str>, others: [(&str, Option<String>); 2]) -> CheckerResult {
    let examples: Vec<String> = others
        .into_iter()
        .filter(|(_, hash)| hash.as_deref() != expected)
        .map(|(where_run, hash)| format!("{where_run} the history is {}", hash.unwrap_or_default()))
        .collect();
    CheckerResult {
        name: NAME.to_owned(),
        held: Some(examples.is_empty()),
        violations: examples.len() as u64,
        examples,
    }
}

fn in_a_fresh_process(plan: &Plan) -> anyhow::Result<RunResult> {
    let out = tempfile::tempdir()?;
    let output = Command::new(std::env::current_exe()?)
        .args(plan.arguments())
        .arg("--json")
        .arg("--out")
        .arg(out.path())
        .stderr(Stdio::inherit())
        .output()
        .context("cannot start a fresh process")?;
    ensure!(matches!(output.status.code(), Some(0 | 1)), "the fresh process ended with {}", output.status);
    serde_json::from_slice(&output.stdout).context("the fresh process printed no result")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compared(here: &str, fresh: &str) -> CheckerResult {
        compare(Some("a"), [("here", here), ("fresh", fresh)].map(|(name, hash)| (name, Some(hash.to_owned()))))
    }

    #[test]
    fn another_history_in_either_process_is_no_verdict_of_pass() {
        assert_eq!(compared("a", "a").held, Some(true));
        for (here, fresh, violations) in [("b", "a", 1), ("a", "b", 1), ("b", "b", 2)] {
            let found = compared(here, fresh);
            assert_eq!((found.held, found.violations), (Some(false), violations));
            assert_eq!(Verdict::of(&[], &[found]), Verdict::Fail);
        }
    }
}
