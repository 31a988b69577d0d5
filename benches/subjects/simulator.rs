//! A simulated minute with everything in it.

use std::time::Duration;

use criterion::{Criterion, Throughput};
use rez::cli::{self, Command};
use rez::progress::Progress;
use rez::run::{self, Plan};
use rez::{scenario, world};
use rez_topology::Options;

const SCENARIO: &str = "minute";

pub fn bench(criterion: &mut Criterion) {
    let plan = plan();
    let mut group = criterion.benchmark_group("simulator");
    // Simulated seconds are its elements.
    group.throughput(Throughput::Elements(plan.scenario.duration.as_secs()));
    group.sample_size(20).measurement_time(Duration::from_secs(10));
    group.bench_function(SCENARIO, |bencher| {
        bencher.iter(|| {
            let progress = Progress::new(SCENARIO, plan.scenario.duration, false);
            world::run(&plan, &progress).expect("the scenario runs")
        });
    });
    group.finish();
}

fn plan() -> Plan {
    let parsed = cli::parse(["rez", "run", SCENARIO].map(Into::into));
    let Ok(Command::Run(arguments)) = parsed else { unreachable!("`rez run {SCENARIO}` is a command") };
    let topology = run::topology(None, &Options::default()).expect("the template has no mistake");
    Plan::new(scenario::find(SCENARIO).expect("it is built in"), &topology, &arguments)
        .expect("its faults have targets")
}
