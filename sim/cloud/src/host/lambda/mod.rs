//! Lambda: functions in execution environments, one request at a time in each.
//!
//! An environment is built cold by its program's own start, reused while it is warm (the last used first), and taken
//! back when it has been idle for too long. At its deadline a handler's future is dropped where it stands; what it had
//! already sent happens all the same. CPU takes no virtual time, so each function has a model of its own work.
//!
//! That is a function in process. In real time it can be a [child process](child) instead, which speaks the Runtime API.
//!
//! Not modelled: more than 1,000 new environments in ten seconds, SnapStart, provisioned concurrency, versions and the
//! shifting of traffic between them (an alias is another name of the function), and the detection of recursive loops: AWS
//! stops an event after about 16 rounds between functions, queues and topics (`RecursiveInvocationException`), and here it
//! goes round for ever.

mod answer;
mod asynchronous;
pub mod child;
mod code;
mod environment;
mod function;
mod invocation;
mod limit;
mod process;
mod reclaim;
mod scope;
mod sessions;
mod trace;
pub(crate) mod wire;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;

pub use self::answer::{ASYNC_PAYLOAD_MAX, Answer, End, InvokeError, SYNC_PAYLOAD_MAX};
pub(crate) use self::code::Code;
pub use self::invocation::Event;
pub use self::limit::ACCOUNT_CONCURRENCY;
pub use self::process::{Process, is_function_polled, write_log_line};

use self::child::{EndWithCloud, Nursery};
use self::function::Function;
use self::limit::Limit;
use self::sessions::Sessions;
use self::trace::Tracer;
use crate::network::Network;
use crate::profile::{LambdaKnobs, Latency};
use crate::services::names;
use crate::world::{Ids, Stream, World, pause};

/// The version that is meant where none is named.
const LATEST: &str = "$LATEST";

/// A function of the template, and the code that runs as it.
pub(crate) struct Deployment {
    pub spec: rez_topology::Function,
    pub code: Code,
    /// How long its own work takes in each invocation.
    pub compute: Latency,
}

/// All functions of a cloud, by name.
pub struct Lambda {
    world: Arc<World>,
    network: Arc<Network>,
    functions: BTreeMap<String, Function>,
    environments: AtomicU64,
    ids: Ids,
    tries: Ids,
    tracer: Tracer,
    stream: Mutex<Stream>,
    sessions: Arc<Sessions>,
    nursery: Arc<Nursery>,
}

impl Lambda {
    pub(crate) fn new(
        world: Arc<World>,
        network: Arc<Network>,
        deployments: Vec<Deployment>,
        account_concurrency: u32,
    ) -> Self {
        let reserved = deployments.iter().filter_map(|deployed| deployed.spec.reserved_concurrency).sum();
        let unreserved = Limit::unreserved(account_concurrency.saturating_sub(reserved));
        let function = |deployed: Deployment| {
            let limit = deployed.spec.reserved_concurrency.map_or_else(|| unreserved.clone(), Limit::reserved);
            let name = deployed.spec.name.clone();
            (name, Function::new(deployed.spec, deployed.code, limit, deployed.compute))
        };
        Self {
            functions: deployments.into_iter().map(function).collect(),
            environments: AtomicU64::new(1),
            ids: Ids::new(world.seed, "lambda"),
            tries: Ids::new(world.seed, "tries"),
            tracer: Tracer::new(Ids::new(world.seed, "traces")),
            stream: Mutex::new(world.seed.stream("lambda")),
            sessions: Arc::default(),
            nursery: Arc::default(),
            world,
            network,
        }
    }

    /// An event with a new request id. A payload that is empty reaches the function as `{}`.
    pub fn event(&self, payload: Bytes, trace_header: Option<&str>) -> Event {
        let payload = if payload.is_empty() { Bytes::from_static(b"{}") } else { payload };
        let trace_header = trace_header.map(str::to_owned);
        Event { request_id: self.ids.uuid(), payload, trace_header, qualifier: None }
    }

    /// Invokes a function, by name or ARN, maybe with an alias, and waits for its answer.
    ///
    /// # Errors
    /// When there is no such function, or no environment for it.
    pub async fn invoke(&self, address: &str, event: Event) -> Result<Answer, InvokeError> {
        let (function, event) = (self.function(address)?, event.for_address(address));
        let invoked = if function.limit.admits(self.world.clock.now()) {
            self.run(function, event).await
        } else {
            Err(self.throttled(function, &event, function.limit.rate_reason))
        };
        if invoked.is_err() {
            pause(self.draw(|knobs| knobs.throttle_answer)).await;
        }
        invoked
    }

    pub(crate) fn network(&self) -> &Network {
        &self.network
    }

    /// Traces that active tracing recorded so far.
    pub(crate) fn traces(&self) -> u64 {
        self.tracer.sampled()
    }

    /// The environment whose credentials carry this token, if it calls over a real port.
    pub(crate) fn process_of(&self, session_token: &str) -> Option<Arc<Process>> {
        let process = self.sessions.process_of(session_token)?;
        process.stir();
        Some(process)
    }

    /// Who drops this ends all child processes.
    pub(crate) fn end_children(&self) -> EndWithCloud {
        EndWithCloud(self.nursery.clone())
    }

    /// By name or ARN. What an alias points to is the one version that there is.
    fn function(&self, address: &str) -> Result<&Function, InvokeError> {
        let (name, qualifier) = names::function(address);
        let qualifier = qualifier.unwrap_or(LATEST);
        let known = |function: &&Function| {
            qualifier == LATEST || function.spec.alias.as_ref().is_some_and(|alias| alias.name == qualifier)
        };
        let not_found = || InvokeError::NotFound { arn: names::function_arn(&format!("{name}:{qualifier}")) };
        self.functions.get(name).filter(known).ok_or_else(not_found)
    }

    fn next_environment(&self) -> u64 {
        self.environments.fetch_add(1, Ordering::Relaxed)
    }

    fn draw(&self, knob: impl FnOnce(&LambdaKnobs) -> Latency) -> Duration {
        self.sample(knob(&self.world.knobs.lambda))
    }

    fn sample(&self, latency: Latency) -> Duration {
        latency.sample(&mut self.stream.lock().expect("no draw panics"))
    }
}
