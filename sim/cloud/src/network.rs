//! The one wire. Every HTTP request of every function leaves here: *arrive → effect → respond*, with faults before and
//! after the effect. What has left has left: an effect runs to its end even when nobody waits for it any more.

mod authorize;
mod client;
mod destination;
mod fate;
mod journey;
mod operations;
mod refusal;
mod server;
mod to_its_end;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, Weak};

pub(crate) use self::authorize::allows;
pub use self::client::client;
pub(crate) use self::operations::SERVICES;
pub use self::operations::operations;
pub use self::server::{Caller, HttpServer};
pub(crate) use self::to_its_end::ToItsEnd;

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
    /// Servers outside AWS, by host name.
    servers: BTreeMap<String, Arc<dyn HttpServer>>,
    roles: BTreeMap<String, rez_topology::Role>,
    latencies: Mutex<Stream>,
    errors: Mutex<Stream>,
}

impl Network {
    pub(crate) fn new(
        world: Arc<World>,
        services: Services,
        servers: BTreeMap<String, Arc<dyn HttpServer>>,
        roles: BTreeMap<String, rez_topology::Role>,
    ) -> Self {
        Self {
            latencies: Mutex::new(world.seed.stream("latency")),
            errors: Mutex::new(world.seed.stream("network errors")),
            world,
            services,
            lambda: OnceLock::new(),
            servers,
            roles,
        }
    }

    pub(crate) fn connect(&self, lambda: &Arc<Lambda>) {
        self.lambda.set(Arc::downgrade(lambda)).expect("a network is connected once");
    }
}
