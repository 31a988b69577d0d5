//! `rez run --backend`, the binary, as people and scripts use it: a scenario in real time, on data services of another
//! AWS behind a port.

use std::collections::BTreeMap;
use std::process::{Command, Output};

use serde_json::Value;

use crate::support::Aws;

const BRIEF: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/elsewhere/brief.toml");
const FAULTY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/elsewhere/faulty.toml");

fn rez(arguments: &[&str]) -> Output {
    let out = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_rez"));
    command.arg("run").args(arguments).arg("--out").arg(out.path()).env_remove("CARGO").output().unwrap()
}

/// What it prints as JSON, when its verdict is that everything held.
fn passes(scenario: &str, backend: &Aws) -> Value {
    let output = rez(&[scenario, "--backend", &backend.url, "--json"]);
    let (out, error) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{out}{error}");
    serde_json::from_str(&out).unwrap()
}

/// Names of the checkers with this finding.
fn checkers(result: &Value, held: &Value) -> Vec<String> {
    let all = result["checkers"].as_array().unwrap().iter();
    all.filter(|checker| checker["held"] == *held).map(|checker| checker["name"].as_str().unwrap().to_owned()).collect()
}

/// The one line in which it says why it could not run.
fn refused(arguments: &[&str]) -> String {
    let output = rez(arguments);
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{complaint}");
    assert_eq!(complaint.lines().count(), 1, "{complaint}");
    assert!(output.stdout.is_empty());
    complaint
}

#[test]
fn what_can_be_seen_from_outside_is_judged_and_the_rest_is_not() {
    let backend = Aws::start();
    let result = passes(BRIEF, &backend);
    let count = |path: &str| result.pointer(path).and_then(Value::as_u64).unwrap_or_else(|| panic!("{path}"));
    assert!(count("/messages/created") >= 10, "{}", result["messages"]);
    assert_eq!(count("/messages/completed"), count("/messages/created"));
    assert!(count("/requests/succeeded") > 2 * count("/messages/created"));
    assert!(result["objectives"].as_array().unwrap().iter().all(|objective| objective["held"] == true));
    assert_eq!(
        checkers(&result, &Value::Null),
        [
            "only legal transitions",
            "the breaker is legal",
            "no dead letters because of an open breaker",
            "IAM is never bypassed",
            "alarm `rez-agent-dev-dead-letter-queue-not-empty` fires when it should",
        ]
    );
    let held = checkers(&result, &true.into());
    for judged in [
        "nothing lost",
        "the message account closes",
        "everything settles after the last fault",
        "nobody does what the group may not",
        "every answer follows the contract",
        "no log line tells a secret",
        "the dead-letter queue is as expected",
    ] {
        assert!(held.iter().any(|name| name == judged), "{judged}: {held:?}");
    }
    assert_eq!([&result["cost"], &result["history_sha256"]], [&Value::Null, &Value::Null]);
    assert_eq!(result["backend"], *backend.url);
    let replay = format!("rez run {BRIEF} --seed 1 --profile ideal --backend {}", backend.url);
    assert_eq!(result["replay"], replay);
}

#[test]
fn faults_of_the_timeline_strike_and_a_second_run_finds_nothing_of_the_first() {
    let backend = Aws::start();
    let runs = [passes(FAULTY, &backend), passes(FAULTY, &backend)];
    for result in &runs {
        let faults = result["faults"].as_array().unwrap();
        let applied: BTreeMap<_, _> =
            faults.iter().map(|fault| (fault["name"].as_str().unwrap(), fault["applied"].as_u64().unwrap())).collect();
        assert!(applied["refuse 503 ntfy"] > 0 && applied["delay 50ms–100ms ntfy"] > 5, "{applied:?}");
        assert!(result["messages"]["dead_lettered"].as_u64().unwrap() > 0);
        assert_eq!(result["messages"]["lost"], 0);
    }
    assert_eq!(runs[0]["messages"], runs[1]["messages"], "the same seed, the same people");
}

#[test]
fn a_person_is_told_how_much_was_not_observed() {
    let backend = Aws::start();
    let output = rez(&[BRIEF, "--backend", &backend.url]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains(&format!(" of real time on {} (", backend.url)), "{said}");
    assert!(said.contains("the breaker is legal") && said.contains("not observed"), "{said}");
    assert!(said.contains("cost:     not observed"), "{said}");
    assert!(said.contains("verdict: PASS (5 not observed)"), "{said}");
}

#[test]
fn a_backend_that_cannot_be_is_one_clear_line() {
    let nothing = refused(&["minute", "--backend", "http://127.0.0.1:1"]);
    assert_eq!(
        nothing,
        "rez: nothing answers at `http://127.0.0.1:1` (start LocalStack there, or give the URL of another AWS \
         endpoint)\n"
    );
    assert!(refused(&["minute", "--backend", "localstack"]).contains("`localstack` is no endpoint"));
}

#[test]
fn what_real_time_cannot_do_is_one_clear_line() {
    let url = "http://127.0.0.1:1";
    let twice = refused(&["minute", "--backend", url, "--twice"]);
    assert_eq!(twice, "rez: `--twice` is for the embedded AWS, not for another `--backend`\n");
    let month = refused(&["month", "--backend", url]);
    assert_eq!(
        month,
        "rez: `month` would take 30days of real time, and up to 3h more to settle (add `--real-time-max 30days` to run \
         it all the same)\n"
    );
    assert!(refused(&["month", "--backend", url, "--real-time-max", "31d"]).contains("nothing answers"));
    assert!(refused(&["month", "--real-time-max", "31d"]).contains("needs the URL of a `--backend`"));
}
