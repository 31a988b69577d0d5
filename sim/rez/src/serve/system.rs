//! The system in its cloud, in real time.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::{Context, anyhow, bail, ensure};
use rez_cloud::history::{Fact, Subscriber};
use rez_cloud::host::cognito::Settings as Pool;
use rez_cloud::profile::Profile;
use rez_cloud::world::Clock;
use rez_cloud::{BuildError, Cloud, CloudBuilder, Seed};
use rez_localstack::Endpoint;
use rez_topology::{Options, Topology};
use tracing::subscriber::DefaultGuard;

use super::doors::{Doors, NtfyDoor};
use super::{FunctionsName, ServeArgs};
use crate::backend::{self, DataServices};
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
/// The token of an ntfy that somebody else runs. The command line can be read by anybody on the machine.
const NTFY_TOKEN_VARIABLE: &str = "NTFY_TOKEN";

pub struct System {
    pub cloud: Cloud,
    _logs: DefaultGuard,
}

impl System {
    /// Builds it, told where its doors are. Nothing moves yet.
    ///
    /// # Errors
    /// When the template has a mistake, or lacks something; when the backend is none; or when ntfy is out of reach.
    pub async fn build(arguments: &ServeArgs, doors: &Doors) -> anyhow::Result<Self> {
        ensure!(
            arguments.ntfy_url.is_none() || arguments.functions == FunctionsName::Process,
            "`--ntfy-url` needs `--functions process` (functions within this process reach no server outside it)"
        );
        if let Some(url) = &arguments.ntfy_url {
            check_ntfy(url).await?;
        }
        let topology = topology(arguments, doors)?;
        let data = match arguments.backend.url() {
            Some(url) => Some(DataServices::prepare(url, &topology, &ntfy_token(arguments)).await?),
            None => None,
        };
        let builder = builder(arguments, doors, topology.clone())?;
        let builder = data.iter().fold(builder, |builder, data| data.put_under(builder));
        let cloud = builder.build().map_err(|error| world::placed(error, &topology))?;
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

/// Otherwise people would find out by notifications that do not come.
async fn check_ntfy(url: &str) -> anyhow::Result<()> {
    match Endpoint::parse(url)?.get("/v1/health").await {
        Ok(answer) if answer.status == 200 => Ok(()),
        Ok(answer) => bail!(
            "what answers at `{url}` is no healthy ntfy: status {} for `/v1/health` (see its log, or `--ntfy-url`)",
            answer.status
        ),
        Err(_) => bail!("no ntfy answers at `{url}` (start it there, or give its own URL as `--ntfy-url`)"),
    }
}

fn ntfy_token(arguments: &ServeArgs) -> String {
    let others = arguments.ntfy_url.as_ref().and_then(|_| std::env::var(NTFY_TOKEN_VARIABLE).ok());
    others.filter(|token| !token.is_empty()).unwrap_or_else(|| world::NTFY_TOKEN.to_owned())
}

fn builder(arguments: &ServeArgs, doors: &Doors, topology: Topology) -> anyhow::Result<CloudBuilder> {
    // Time goes on while this is built; what ntfy's clock is ahead of the cloud's nobody can see.
    let now = world::now();
    let seed = match arguments.backend.url() {
        None => Seed(arguments.seed),
        Some(_) => backend::seed(arguments.seed, now),
    };
    let builder = Cloud::builder(topology.clone(), seed)
        .knobs(Profile::from(arguments.profile).real_time_knobs())
        .epoch(now)
        .secrets_key(&names::find(&topology, &topology.keys, "key", names::KEY)?.arn);
    let builder = match &doors.ntfy {
        NtfyDoor::Own(port) => {
            let ntfy = ntfy(arguments, seed, Clock::starting_at(now));
            builder.server(port.from_here().to_string(), Arc::new(ntfy))
        }
        NtfyDoor::Other(_) => builder,
    };
    let put = |builder: CloudBuilder, (name, value)| builder.parameter(name, value);
    let builder = world::secrets(&topology, &ntfy_token(arguments))?.into_iter().fold(builder, put);
    let api = &names::find(&topology, &topology.http_apis, "HTTP API", HTTP_API)?.endpoint;
    let pool = names::find(&topology, &topology.user_pools, "user pool", USER_POOL)?;
    let (keys, _) = pool.issuer.rsplit_once('/').context("the issuer of the user pool has no path")?;
    let refused = |error| world::placed(BuildError::UserPool { pool: USER_POOL.to_owned(), error }, &topology);
    let login = Pool::of(pool).map_err(refused)?.login_url;
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

/// Shows log lines as the functions and the gateway write them.
struct Logs;

impl Subscriber for Logs {
    fn observe(&mut self, _at: SystemTime, fact: &Fact<'_>) {
        if let Fact::Log { line, .. } | Fact::AccessLog { line, .. } = fact {
            eprintln!("{line}");
        }
    }
}
