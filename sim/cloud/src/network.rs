//! The one wire. Every HTTP request of every function leaves here: *arrive → effect → respond*, with faults before and
//! after the effect. What has left has left: an effect runs to its end even when nobody waits for it any more.

mod authorize;
mod bursts;
mod client;
mod destination;
mod fate;
mod journey;
mod listener;
mod operations;
mod port;
mod refusal;
mod server;
mod to_its_end;

use std::sync::{Arc, Mutex, OnceLock, Weak};

use self::bursts::Bursts;
pub use self::client::client;
pub(crate) use self::fate::Fate;
pub(crate) use self::listener::{Listener, Listeners};
pub(crate) use self::operations::SERVICES;
pub use self::operations::operations;
pub use self::server::{Caller, Failure, HttpServer};
pub(crate) use self::to_its_end::ToItsEnd;

use crate::backend::Backend;
use crate::host::iam::Iam;
use crate::host::lambda::Lambda;
use crate::services::Services;
use crate::world::{Stream, World};

/// What stands at the other ends of the wire.
pub struct Network {
    world: Arc<World>,
    services: Services,
    /// Set once the functions are there, which themselves need the network. Weak, because environments hold the
    /// network.
    lambda: OnceLock<Weak<Lambda>>,
    listeners: Listeners,
    iam: Arc<Iam>,
    backend: Option<Backend>,
    latencies: Mutex<Stream>,
    errors: Mutex<Stream>,
    errors_on_behalf: Mutex<Stream>,
    throttle_bursts: Option<Mutex<Bursts>>,
}

impl Network {
    pub(crate) fn new(
        world: Arc<World>,
        services: Services,
        listeners: Listeners,
        iam: Arc<Iam>,
        backend: Option<Backend>,
    ) -> Self {
        Self {
            latencies: Mutex::new(world.seed.stream("latency")),
            errors: Mutex::new(world.seed.stream("network errors")),
            errors_on_behalf: Mutex::new(world.seed.stream("network errors on behalf")),
            throttle_bursts: world
                .knobs
                .network
                .throttle_bursts
                .map(|knobs| Mutex::new(Bursts::new(knobs, world.seed))),
            world,
            services,
            lambda: OnceLock::new(),
            listeners,
            iam,
            backend,
        }
    }

    pub(crate) fn iam(&self) -> &Iam {
        &self.iam
    }

    pub(crate) fn connect(&self, lambda: &Arc<Lambda>) {
        self.lambda.set(Arc::downgrade(lambda)).expect("a network is connected once");
    }
}
