//! Who listens at which host of the wire, and what he is called there.

use std::collections::BTreeMap;
use std::sync::Arc;

use http::request::Parts;

use super::HttpServer;
use crate::services::Service;

/// A server at its place.
pub(crate) struct Listener {
    /// Of whose system it is a part; `None` for a server outside AWS, which goes by its host name.
    service: Option<Service>,
    name: String,
    /// It hears only what is below this; several can share a host.
    path: String,
    pub server: Arc<dyn HttpServer>,
}

impl Listener {
    /// A server outside AWS.
    pub fn outside(host: &str, server: Arc<dyn HttpServer>) -> Self {
        Self { service: None, name: host.to_owned(), path: String::new(), server }
    }

    /// An endpoint of the resource `name` of a service, for what is below `path`.
    pub fn of(service: Service, name: &str, path: &str, server: Arc<dyn HttpServer>) -> Self {
        Self { service: Some(service), name: name.to_owned(), path: path.to_owned(), server }
    }

    /// The service of AWS that it belongs to.
    pub fn service(&self) -> Option<Service> {
        self.service
    }

    /// The name of the service in facts and faults.
    pub fn service_name(&self) -> &str {
        match self.service {
            Some(service) => service.name(),
            None => &self.name,
        }
    }

    /// The name of the resource in facts and faults; empty for a server outside AWS.
    pub fn resource(&self) -> &str {
        if self.service.is_some() { &self.name } else { "" }
    }
}

/// All of them, by host.
#[derive(Default)]
pub(crate) struct Listeners(BTreeMap<String, Vec<Arc<Listener>>>);

impl Listeners {
    pub fn add(&mut self, host: String, listener: Listener) {
        self.0.entry(host).or_default().push(Arc::new(listener));
    }

    /// Who hears a request: by host with port, or by host.
    pub fn find(&self, request: &Parts) -> Option<&Arc<Listener>> {
        let authority = request.uri.authority()?;
        let there = self.0.get(authority.as_str()).or_else(|| self.0.get(authority.host()))?;
        there.iter().find(|listener| request.uri.path().starts_with(&listener.path))
    }
}
