//! One world: our functions in the simulated cloud, ntfy outside it, a workload, and somebody who looks on.

mod data;
pub mod functions;
pub mod names;
mod panics;
mod place;
pub mod program;
mod senders;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use rez_cloud::billing::Prices;
use rez_cloud::host::lambda::write_log_line;
use rez_cloud::profile::Keeping;
use rez_cloud::world::Clock;
use rez_cloud::{Cloud, CloudBuilder, Seed};
use rez_core::telemetry;
use rez_topology::Topology;
use tracing_subscriber::layer::SubscriberExt;

pub use names::ntfy_host;
pub use place::placed;
pub use senders::creator;

use self::data::Data;
use crate::backend;
use crate::checkers::{End, Grants, Names};
use crate::judge::Ended;
use crate::ntfy::{Accepted, Ntfy, NtfyServer, Settings};
use crate::observer::{self, Observer, SharedObserver};
use crate::progress::Progress;
use crate::run::Plan;
use crate::visitors;

/// The secret that ntfy accepts, and that the functions find in Parameter Store.
pub const NTFY_TOKEN: &str = "tk_simulatedsimulatedsimulated12";
/// The key with which the web API seals cursors and sign-ins: 32 bytes in base64.
pub const WEB_API_KEY: &str = "c2ltdWxhdGVkc2ltdWxhdGVkc2ltdWxhdGVkc2ltdWw=";
/// How often the progress line moves, at most.
const STEPS: u32 = 500;

/// What no template can create: secrets, by the names of their parameters.
///
/// # Errors
/// When the template has no stage.
pub fn secrets(topology: &Topology, ntfy_token: &str) -> anyhow::Result<BTreeMap<String, String>> {
    let secrets = [("ntfy-token", ntfy_token), ("web-api-key", WEB_API_KEY)];
    let secret = |(name, value): (&str, &str)| Ok((names::secret(topology, name)?, value.to_owned()));
    secrets.into_iter().map(secret).collect()
}

/// The time, for a world that runs in real time. The only place of the simulator that reads the machine's clock for others
/// than the person in front of it.
pub fn now() -> SystemTime {
    #[expect(clippy::disallowed_methods, reason = "what is served runs in real time")]
    SystemTime::now()
}

/// Runs a world to its end, on this thread.
///
/// # Errors
/// When the template lacks something, or the cloud cannot be built.
pub fn run(plan: &Plan, progress: &Progress) -> anyhow::Result<Ended> {
    run_altered(plan, progress, |builder| builder)
}

/// Builds the world of a plan and throws it away: what only the parts of a cloud can tell of a template is told before
/// anything runs.
///
/// # Errors
/// When the template lacks something, or the cloud cannot be built.
pub fn check(plan: &Plan) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?;
    runtime.block_on(async {
        let names = names::names(&plan.topology, &[NTFY_TOKEN, WEB_API_KEY])?;
        let start = plan.begins();
        let observer = observer(plan, start, &names);
        let built = builder(plan, &plan.topology, start, &names, &observer)?.build();
        built.map(drop).map_err(|error| placed(error, &plan.topology))
    })
}

/// Runs a world in which something of what is deployed was altered: with a function that is broken on purpose, say.
///
/// # Errors
/// As [`run`].
pub fn run_altered(
    plan: &Plan,
    progress: &Progress,
    alter: impl FnOnce(CloudBuilder) -> CloudBuilder,
) -> anyhow::Result<Ended> {
    run_drifted(plan, &plan.topology, progress, alter, |_| ())
}

/// The same where what is `deployed` is not what the plan's template says: somebody gave a role more by hand, say. Whoever
/// looks on goes by the template. `beside` may start what else goes on there.
///
/// # Errors
/// As [`run`].
pub fn run_drifted(
    plan: &Plan,
    deployed: &Topology,
    progress: &Progress,
    alter: impl FnOnce(CloudBuilder) -> CloudBuilder,
    beside: impl FnOnce(&Cloud),
) -> anyhow::Result<Ended> {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    // Somebody else's data services are reached over sockets, and neither they nor the way there wait for a clock of ours.
    let runtime = match plan.real_time {
        None => runtime.enable_time().start_paused(true).build()?,
        Some(_) => runtime.enable_all().build()?,
    };
    runtime.block_on(live(plan, deployed, progress, alter, beside))
}

async fn live(
    plan: &Plan,
    deployed: &Topology,
    progress: &Progress,
    alter: impl FnOnce(CloudBuilder) -> CloudBuilder,
    beside: impl FnOnce(&Cloud),
) -> anyhow::Result<Ended> {
    panics::watch();
    let names = names::names(&plan.topology, &[NTFY_TOKEN, WEB_API_KEY])?;
    let data = Data::ready(plan).await?;
    let start = plan.begins();
    let observer = observer(plan, start, &names);
    let builder = data.put_under(builder(plan, deployed, start, &names, &observer)?);
    let cloud = alter(builder).build().map_err(|error| placed(error, deployed))?;
    let _logs = keep_logs(cloud.clock());
    cloud.start();
    let cloud = Arc::new(cloud);
    beside(&cloud);

    let senders = senders::start(&cloud, plan, &observer)?;
    let visitors = visitors::start(&cloud, plan, &observer)?;
    send(&cloud, plan.scenario.duration, &observer, progress).await;
    let poison = senders.finish().await?;
    visitors.join_all().await;
    let healed = cloud.clock().now();
    data.drain(&cloud, plan.scenario.settle_within, &names, &observer).await?;
    data.take_stock(&cloud, &names, &observer).await?;

    let end = End { healed, ended: cloud.clock().now() };
    let bill = plan.real_time.is_none().then(|| cloud.bill(&Prices::us_east_1()));
    Ok(Ended {
        observer,
        start,
        end,
        simulated: cloud.clock().elapsed(),
        poison,
        bill,
        permissions_unused: cloud.unused_permissions(),
        panics: panics::seen(),
    })
}

fn observer(plan: &Plan, start: SystemTime, names: &Names) -> SharedObserver {
    Arc::new(Mutex::new(Observer::new(observer::Settings {
        names: names.clone(),
        start,
        duration: plan.scenario.duration,
        objectives: plan.scenario.objectives,
        expectations: plan.scenario.expectations.clone(),
        grants: Grants::of(&plan.topology),
        faults: plan.faults.iter().map(|fault| start + fault.from..start + fault.until).collect(),
        settle_within: plan.scenario.settle_within,
        by_api: plan.scenario.workload.api_requests_per_day > 0,
        sees_inside: plan.real_time.is_none(),
    })))
}

fn builder(
    plan: &Plan,
    topology: &Topology,
    start: SystemTime,
    names: &Names,
    observer: &SharedObserver,
) -> anyhow::Result<CloudBuilder> {
    let seed = match plan.real_time {
        None => Seed(plan.seed),
        Some(_) => backend::seed(plan.seed, start),
    };
    // Virtual time stands still until the cloud is built, so this clock and the cloud's show the same.
    let ntfy = ntfy_server(plan, seed, Clock::starting_at(start), observer);
    let mut knobs = if plan.real_time.is_some() { plan.profile.real_time_knobs() } else { plan.profile.knobs() };
    if plan.tables_in_file {
        knobs.dynamodb.keeping = Keeping::TemporaryFile;
    }
    let builder = Cloud::builder(topology.clone(), seed)
        .knobs(knobs)
        .epoch(start)
        .faults(plan.faults.iter().cloned())
        .secrets_key(&names::find(topology, &topology.keys, "key", names::KEY)?.arn)
        .server(names.ntfy.as_str(), Arc::new(ntfy))
        .subscribe(Box::new(observer.clone()));
    let put = |builder: CloudBuilder, (name, value)| builder.parameter(name, value);
    Ok(functions::deploy(secrets(topology, NTFY_TOKEN)?.into_iter().fold(builder, put)))
}

fn ntfy_server(plan: &Plan, seed: Seed, clock: Clock, observer: &SharedObserver) -> NtfyServer {
    let limits = plan.scenario.ntfy;
    let settings = Settings {
        request_burst: limits.request_burst,
        request_interval: limits.request_interval,
        daily_messages: limits.messages_per_day,
        sequence_ids: limits.sequence_ids,
        token: Some(NTFY_TOKEN.to_owned()),
        ..Settings::default()
    };
    let observer = observer.clone();
    let on_accepted = Arc::new(move |accepted: &Accepted| {
        let mut observer = observer.lock().expect("no observer panicked");
        observer.accepted(clock.now(), &accepted.message.message);
    });
    NtfyServer::new(Ntfy::new(settings, seed.stream("ntfy ids")), clock, on_accepted)
}

/// One subscriber for the thread, for as long as the guard lives: its lines go to the log stream of the environment that
/// is being polled.
pub fn keep_logs(clock: Clock) -> tracing::subscriber::DefaultGuard {
    let time = aws_smithy_async::time::SharedTimeSource::new(clock);
    let layer = telemetry::layer(write_log_line, time);
    tracing::subscriber::set_default(tracing_subscriber::registry().with(layer))
}

/// Lets the world go on while the workload sends.
async fn send(cloud: &Cloud, duration: Duration, observer: &SharedObserver, progress: &Progress) {
    let step = duration / STEPS;
    while let Some(left) = duration.checked_sub(cloud.clock().elapsed()).filter(|left| !left.is_zero()) {
        tokio::time::sleep(step.min(left)).await;
        let messages = observer.lock().expect("no observer panicked").promised;
        progress.show(cloud.clock().now(), cloud.clock().elapsed(), messages);
    }
}
