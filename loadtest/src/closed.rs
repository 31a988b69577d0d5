//! The closed model: so many users for so long, under goose.

use std::collections::BTreeMap;
use std::time::Duration;

use goose::config::GooseConfiguration;
use goose::metrics::GooseMetrics;
use goose::{GooseAttack, GooseError, GooseScheduler};

use crate::journeys::{self, SignIns, Visitor};
use crate::mix::Mix;
use crate::open::Row;

/// How many users, and for how long.
#[derive(Clone, Debug)]
pub struct Plan {
    pub users: usize,
    pub length: Duration,
    pub mix: Mix,
}

/// Sends users on their journeys; answers with what each request took, by name, from when the last user had come.
///
/// # Errors
/// When goose cannot run.
pub async fn run(plan: Plan, visitor: Visitor) -> Result<BTreeMap<String, Row>, GooseError> {
    let mut configuration = GooseConfiguration::default();
    configuration.host = Some(visitor.target.origin().to_owned());
    configuration.users = Some(plan.users);
    // All of them within a second.
    configuration.increase_rate = Some(plan.users.to_string());
    configuration.run_time = Some(format!("{}s", plan.length.as_secs().max(1)));
    configuration.no_print_metrics = true;
    configuration.no_error_summary = true;
    configuration.no_telnet = true;
    silence();
    let sign_ins = SignIns::default();
    // goose's own choice does each journey once before it does any for the second time, whatever the weights.
    let mut attack = GooseAttack::initialize_with_config(configuration)?.set_scheduler(GooseScheduler::Random);
    // It shuffles the journeys of a scenario once, and all who follow it go in step: so each user has a scenario.
    for user in 1..=plan.users {
        attack = attack.register_scenario(journeys::scenario(user, visitor.clone(), sign_ins.clone(), &plan.mix)?);
    }
    let metrics = attack.execute().await?;
    let mut rows = rows(&metrics);
    let sign_ins = sign_ins.take();
    if sign_ins.count() > 0 {
        rows.insert(journeys::SIGN_IN.to_owned(), sign_ins);
    }
    Ok(rows)
}

/// Whether somebody pressed Ctrl-C meanwhile: goose takes that signal, and ends as if it were done.
pub fn was_interrupted() -> bool {
    goose::is_killswitch_triggered()
}

/// goose's own counts and buckets, in the form of the open model's.
fn rows(metrics: &GooseMetrics) -> BTreeMap<String, Row> {
    let mut rows: BTreeMap<String, Row> = BTreeMap::new();
    for request in metrics.requests.values() {
        let row = rows.entry(request.path.clone()).or_default();
        for (latency_us, count) in request.raw_data.times_us.iter() {
            row.latency_us.saturating_record_n(*latency_us, *count as u64);
        }
        for (status, count) in &request.status_code_counts {
            let count = *count as u64;
            match status {
                // goose's word for no answer.
                0 | 500.. => row.failed += count,
                429 => row.throttled += count,
                300..500 => row.refused += count,
                _ => {}
            }
        }
    }
    rows
}

/// goose logs to standard output, where the result goes; a logger that is there before its own keeps it from that. What a
/// user meets is in the counts.
fn silence() {
    struct Silent;
    impl log::Log for Silent {
        fn enabled(&self, _: &log::Metadata<'_>) -> bool {
            false
        }
        fn log(&self, _: &log::Record<'_>) {}
        fn flush(&self) {}
    }
    // Only a second load test in one process finds one there already.
    drop(log::set_logger(&Silent));
}
