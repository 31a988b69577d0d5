//! What the outside reaches of a template: its HTTP APIs and user pools, at the hosts that AWS gives them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::BuildError;
use crate::host::api_gateway::{self, Account, ApiGateway};
use crate::host::cognito::{self, Cognito};
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
    /// The first API that cannot be served.
    pub fn new(
        apis: BTreeMap<String, api_gateway::Settings>,
        user_pools: BTreeMap<String, cognito::Settings>,
        world: &Arc<World>,
    ) -> Result<Self, BuildError> {
        let account = Account::default();
        let api = |(id, settings): (String, api_gateway::Settings)| {
            let gateway = ApiGateway::new(settings, &account, world.clone());
            let gateway = gateway.map_err(|error| BuildError::Api { api: id.clone(), error })?;
            Ok((id, Arc::new(gateway)))
        };
        let pool = |(id, settings)| (id, Arc::new(Cognito::new(settings, world.seed, world.clock)));
        Ok(Self {
            apis: apis.into_iter().map(api).collect::<Result<_, BuildError>>()?,
            user_pools: user_pools.into_iter().map(pool).collect(),
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
