//! What the outside reaches of a template: its HTTP APIs and user pools, at the hosts that AWS gives them.

use std::collections::BTreeMap;
use std::sync::Arc;

use rez_topology::{HttpApi, Topology, UserPool};

use super::addresses::Addresses;
use super::{BuildError, permits};
use crate::host::api_gateway::{Account, ApiGateway};
use crate::host::cognito::{Cognito, Settings};
use crate::host::lambda::Lambda;
use crate::network::{HttpServer, Listener, Listeners};
use crate::services::Service;
use crate::world::World;

/// By logical id.
pub(super) struct Front {
    pub apis: BTreeMap<String, Arc<ApiGateway>>,
    pub user_pools: BTreeMap<String, Arc<Cognito>>,
}

impl Front {
    /// # Errors
    /// The first API or pool that cannot be served, or may not invoke its functions.
    pub fn new(topology: &Topology, addresses: &Addresses, world: &Arc<World>) -> Result<Self, BuildError> {
        let account = Account::default();
        let api = |(id, spec): (&String, &HttpApi)| {
            permits::check_api(id, spec, topology)?;
            let gateway = ApiGateway::new(spec, &topology.functions, &account, world.clone());
            let gateway = gateway.map_err(|error| BuildError::Api { api: id.clone(), error })?;
            Ok((id.clone(), Arc::new(gateway)))
        };
        let pool = |(id, spec): (&String, &UserPool)| {
            let mut settings = Settings::of(spec).map_err(|error| BuildError::UserPool { pool: id.clone(), error })?;
            settings.login_url = addresses.tell(&settings.login_url);
            Ok((id.clone(), Arc::new(Cognito::new(settings, world.seed, world.clock))))
        };
        Ok(Self {
            apis: topology.http_apis.iter().map(api).collect::<Result<_, BuildError>>()?,
            user_pools: topology.user_pools.iter().map(pool).collect::<Result<_, BuildError>>()?,
        })
    }

    /// Everybody who listens on the wire: these, and the `servers` outside AWS.
    pub fn listeners(&self, servers: &BTreeMap<String, Arc<dyn HttpServer>>) -> Listeners {
        let mut listeners = Listeners::default();
        for gateway in self.apis.values() {
            let listener = Listener::of(Service::ApiGateway, gateway.api_id(), "", gateway.clone());
            listeners.add(gateway.host().to_owned(), listener);
        }
        for pool in self.user_pools.values() {
            for (host, path) in pool.places() {
                listeners.add(host, Listener::of(Service::Cognito, &pool.id(), &path, pool.clone()));
            }
        }
        for (host, server) in servers {
            listeners.add(host.clone(), Listener::outside(host, server.clone()));
        }
        listeners
    }

    /// Once the functions are there.
    pub fn connect(&self, lambda: &Arc<Lambda>) {
        self.apis.values().for_each(|gateway| gateway.connect(lambda));
    }
}
