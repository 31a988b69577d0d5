//! `rez run`: reads everything, refuses what is wrong before anything runs, then runs, judges, and reports.

mod aim;
mod plan;
mod real_time;
mod twice;

use std::collections::BTreeMap;
use std::io::{self, IsTerminal};
use std::process::ExitCode;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Context;
use rez_reports::{Colours, OutputDir, RunResult, Verdict};
use rez_topology::Options;

pub use plan::{Plan, topology};
pub use real_time::RealTime;

use crate::cli::{self, RunArgs};
use crate::progress::Progress;
use crate::scenario::Scenario;
use crate::workload::capacity;
use crate::{backend, judge, scenario, world};

/// When every world in virtual time begins: Monday, 2 November 2026, 00:00 UTC.
pub fn start() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_793_577_600)
}

/// # Errors
/// Bad input, found before anything ran; or a report that the disk refused.
pub fn execute(arguments: &RunArgs) -> anyhow::Result<ExitCode> {
    let topology = topology(arguments.template.as_deref(), &Options::default())?;
    let plans: Vec<Plan> = arguments
        .scenarios
        .iter()
        .map(|name| Plan::new(scenario::find(name)?, &topology, arguments))
        .collect::<anyhow::Result<_>>()?;
    plans.iter().try_for_each(world::check)?;
    demand_names_of_their_own(&plans)?;
    arguments.backend.url().into_iter().try_for_each(look_at)?;
    let out = OutputDir::open(&arguments.out)
        .with_context(|| format!("cannot write to `{}` (expected a writable folder)", arguments.out.display()))?;

    let mut results = Vec::new();
    for plan in &plans {
        let mut result = run(plan)?;
        if arguments.twice {
            twice::demand_identical(plan, &mut result)?;
        }
        let page = out.write(&plan.report_name(), &result)?;
        if !arguments.json {
            print(&result)?;
            cli::say(format!("report:  {}\n", page.display()).as_bytes())?;
        }
        results.push(result);
    }
    if arguments.json {
        cli::say(rez_reports::json(&results).as_bytes())?;
    }
    let all_held = results.iter().all(|result| result.verdict == Verdict::Pass);
    Ok(if all_held { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Two files of one name would leave one report.
fn demand_names_of_their_own(plans: &[Plan]) -> anyhow::Result<()> {
    let mut sources = BTreeMap::new();
    for Scenario { name, source, .. } in plans.iter().map(|plan| &plan.scenario) {
        if let Some(before) = sources.insert(name, source).filter(|before| *before != source) {
            anyhow::bail!("`{before}` and `{source}` have one name (expected another name for one of them)");
        }
    }
    Ok(())
}

/// A wrong endpoint is told before anything runs.
fn look_at(url: &str) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(backend::check(url))
}

/// Runs one world, or says by arithmetic why it need not be run.
fn run(plan: &Plan) -> anyhow::Result<RunResult> {
    let mut notes = match capacity::judge(&plan.scenario) {
        Ok(note) => vec![note],
        Err(reason) => return Ok(judge::cannot_be_carried(plan, reason)),
    };
    eprintln!("seed {}: {}", plan.seed, plan.replay());
    if let Some(RealTime { url, .. }) = &plan.real_time {
        let [sends, settles] = [plan.scenario.duration, plan.scenario.settle_within].map(humantime::format_duration);
        eprintln!("in real time: {sends}, and up to {settles} more to settle");
        notes.push(format!(
            "{url} holds the data: what happens inside is not observed, and the profile has no say there"
        ));
    }
    let progress = Progress::new(&plan.scenario.name, plan.scenario.duration, true);
    let ended = world::run(plan, &progress)?;
    let wall = progress.wall();
    drop(progress);
    Ok(judge::judge(plan, &ended, wall, notes))
}

fn print(result: &RunResult) -> anyhow::Result<()> {
    let no_color = std::env::var("NO_COLOR").ok();
    let colours = Colours::choose(io::stdout().is_terminal(), no_color.as_deref());
    cli::say(rez_reports::render(result, colours).as_bytes())
}
