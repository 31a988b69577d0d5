//! The system in its cloud, in real time.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::{Context, anyhow};
use rez_cloud::history::{Fact, Subscriber};
use rez_cloud::host::cognito::Settings as Pool;
use rez_cloud::profile::Profile;
use rez_cloud::world::Clock;
use rez_cloud::{Cloud, CloudBuilder, Seed};
use rez_topology::{Options, Topology};
use tracing::subscriber::DefaultGuard;

use super::backend;
use super::doors::Doors;
use super::{FunctionsName, ServeArgs};
use crate::ntfy::{Ntfy, NtfyServer, Settings};
use crate::run;
use crate::world::names::{self, HTTP_API, USER_POOL};
use crate::world::{self, functions};

/// Who can sign in, and the group of each.
pub const USERS: [(&str, &str); 3] =
    [("admin@example.com", "admin"), ("user@example.com", "user"), ("viewer@example.com", "viewer")];
/// Of all of them. This system holds nothing that anybody would want to steal.
pub const PASSWORD: &str = "rez-agent";
/// The template's default.
pub const NTFY_TOPIC: &str = "rez-agent";

/// More than any load test on one machine asks for.
const UNPACED_BURST: u32 = 1_000_000;

pub struct System {
    pub cloud: Cloud,
    _logs: DefaultGuard,
}

impl System {
    /// Builds it, told where its doors are. Nothing moves yet.
    ///
    /// # Errors
    /// When the template has a mistake, or lacks something; or when the backend is none.
    pub async fn build(arguments: &ServeArgs, doors: &Doors) -> anyhow::Result<Self> {
        let topology = topology(arguments, doors)?;
        let backend = match &arguments.backend {
            Some(url) => Some(backend::prepare(url, &topology, &secrets(&topology)?).await?),
            None => None,
        };
        let builder = builder(arguments, doors, topology)?;
        let builder = backend.into_iter().fold(builder, CloudBuilder::backend);
        let cloud = builder.build().context("cannot build the cloud")?;
        let pool = cloud.user_pool(USER_POOL).context("the template has no user pool")?;
        for (user, group) in USERS {
            pool.add_user(user, PASSWORD, &[group]).map_err(|group| anyhow!("the template has no group `{group}`"))?;
        }
        Ok(Self { _logs: world::keep_logs(cloud.clock()), cloud })
    }
}

fn topology(arguments: &ServeArgs, doors: &Doors) -> anyhow::Result<Topology> {
    let mut options = Options::default().parameter("NtfyUrl", doors.ntfy.url());
    if arguments.unpaced {
        options = options.parameter("NtfyPaceBurst", UNPACED_BURST.to_string()).parameter("NtfyPaceIntervalMs", "1");
    }
    for (name, value) in &arguments.parameters {
        options = options.parameter(name, value);
    }
    run::topology(arguments.template.as_deref(), &options)
}

/// What no template can create.
fn secrets(topology: &Topology) -> anyhow::Result<BTreeMap<String, String>> {
    let secrets = [("ntfy-token", world::NTFY_TOKEN), ("web-api-key", world::WEB_API_KEY)];
    let secret = |(name, value): (&str, &str)| Ok((names::secret(topology, name)?, value.to_owned()));
    secrets.into_iter().map(secret).collect()
}

fn builder(arguments: &ServeArgs, doors: &Doors, topology: Topology) -> anyhow::Result<CloudBuilder> {
    let seed = Seed(arguments.seed);
    // Time goes on while this is built; what ntfy's clock is ahead of the cloud's nobody can see.
    let now = now();
    let builder = Cloud::builder(topology.clone(), seed)
        .knobs(Profile::from(arguments.profile).real_time_knobs())
        .epoch(now)
        .secrets_key(&names::find(&topology.keys, "key", names::KEY)?.arn)
        .server(doors.ntfy.from_here().to_string(), Arc::new(ntfy(arguments, seed, Clock::starting_at(now))));
    let put = |builder: CloudBuilder, (name, value)| builder.parameter(name, value);
    let builder = secrets(&topology)?.into_iter().fold(builder, put);
    let api = &names::find(&topology.http_apis, "HTTP API", HTTP_API)?.endpoint;
    let pool = names::find(&topology.user_pools, "user pool", USER_POOL)?;
    let (keys, _) = pool.issuer.rsplit_once('/').context("the issuer of the user pool has no path")?;
    let login = Pool::of(pool).map_err(|error| anyhow!("user pool `{USER_POOL}`: {error}"))?.login_url;
    let builder = builder
        .reached_at(api, doors.api.url())
        .reached_at(keys, doors.sign_in.url())
        .reached_at(login, doors.sign_in.url());
    let builder = if arguments.logs { builder.subscribe(Box::new(Logs)) } else { builder };
    Ok(match arguments.functions {
        FunctionsName::InProcess => functions::deploy(builder),
        FunctionsName::Process => functions::deploy_binaries(builder, &arguments.binaries, doors.aws.from_here()),
    })
}

fn ntfy(arguments: &ServeArgs, seed: Seed, clock: Clock) -> NtfyServer {
    let faithful = Settings { token: Some(world::NTFY_TOKEN.to_owned()), ..Settings::default() };
    let settings = if arguments.unpaced {
        let (request_burst, daily_messages) = (UNPACED_BURST, u32::MAX);
        Settings { request_burst, daily_messages, request_interval: Duration::from_millis(1), ..faithful }
    } else {
        faithful
    };
    NtfyServer::new(Ntfy::new(settings, seed.stream("ntfy ids")), clock, Arc::new(|_| ()))
}

/// The only place of the simulator that reads the machine's clock for others than the person in front of it.
fn now() -> SystemTime {
    #[expect(clippy::disallowed_methods, reason = "what is served runs in real time")]
    SystemTime::now()
}

/// Shows log lines as the functions write them.
struct Logs;

impl Subscriber for Logs {
    fn observe(&mut self, _at: SystemTime, fact: &Fact<'_>) {
        if let Fact::Log { line, .. } = fact {
            eprintln!("{line}");
        }
    }
}
