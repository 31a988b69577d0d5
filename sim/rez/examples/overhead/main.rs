//! What simulating costs on top of the AWS SDK: the wall time of a scenario against that of as many bare SDK calls of
//! the same kinds, whose answers are ready at once; by clients as the SDK makes them, and by the functions' leaner ones.
//! All in one process, one after the other, on one thread.
//!
//! ```text
//! cargo run --release --example overhead            # month
//! cargo run --release --example overhead -- smoke
//! ```

mod bare;

use std::process::ExitCode;
use std::time::Duration;

use rez::cli::{self, Command};
use rez::observer::AwsCalls;
use rez::progress::Progress;
use rez::run::{self, Plan};
use rez::{scenario, world};

use bare::Kind;

fn main() -> ExitCode {
    match measure() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => cli::refuse(&format!("{error:#}")),
    }
}

fn measure() -> anyhow::Result<()> {
    let name = std::env::args().nth(1).unwrap_or_else(|| "month".to_owned());
    let Ok(Command::Run(arguments)) = cli::parse(["rez", "run", &name].map(Into::into)) else {
        anyhow::bail!("no scenario `{name}`")
    };
    let plan = Plan::new(scenario::find(&name)?, &run::topology(None, &rez_topology::Options::default())?, &arguments)?;

    let progress = Progress::new(&name, plan.scenario.duration, true);
    let ended = world::run(&plan, &progress)?;
    let simulated = progress.wall();
    let calls: AwsCalls = ended.observer.lock().expect("no observer panicked").aws_calls.clone();

    let each = |time: Duration| time.as_secs_f64() * 1e6 / calls.total() as f64;
    for (service, operation, calls) in calls.iter() {
        println!("{:>9}  {service}.{operation}, {} bytes an answer", calls.count, calls.response_size());
    }
    println!("{name}: {simulated:.1?} ({:.0} µs a call)", each(simulated));
    for (kind, whose) in [(Kind::AsTheyCome, "as the SDK comes"), (Kind::Functions, "by the functions' clients")] {
        let progress = Progress::new("bare", plan.scenario.duration, false);
        bare::call(kind, &calls)?;
        let bare = progress.wall();
        let ratio = simulated.as_secs_f64() / bare.as_secs_f64();
        println!("bare SDK calls, {whose}: {bare:.1?} ({:.0} µs a call), ratio {ratio:.2}", each(bare));
    }
    Ok(())
}
