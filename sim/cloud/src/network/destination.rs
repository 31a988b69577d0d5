//! Where a request is going: to a service of AWS, or to a server outside.

use std::sync::Arc;

use bytes::Bytes;
use http::request::Parts;

use super::{HttpServer, Network};
use crate::services::wire::{self, Call};

/// The other end, and what is asked of it.
pub(super) enum Destination {
    Aws(Call),
    Server { host: String, operation: String, server: Arc<dyn HttpServer> },
}

impl Destination {
    /// # Errors
    /// The name of what is not there, or not modelled.
    pub fn of(network: &Network, parts: &Parts, body: &Bytes) -> Result<Self, String> {
        let authority = parts.uri.authority().map_or("", |authority| authority.as_str());
        let host = parts.uri.host().unwrap_or_default();
        if let Some((host, server)) = [authority, host].iter().find_map(|host| network.servers.get_key_value(*host)) {
            let operation = format!("{} {}", parts.method, parts.uri.path());
            return Ok(Self::Server { host: host.clone(), operation, server: server.clone() });
        }
        let call = wire::classify(parts, body).ok_or_else(|| format!("host `{authority}`"))?;
        if super::operations(call.service).contains(&call.operation.as_str()) {
            Ok(Self::Aws(call))
        } else {
            Err(format!("`{}.{}` at `{authority}`", call.service.name(), call.operation))
        }
    }

    /// The name in facts and faults.
    pub fn service(&self) -> &str {
        match self {
            Self::Aws(call) => call.service.name(),
            Self::Server { host, .. } => host,
        }
    }

    pub fn operation(&self) -> &str {
        match self {
            Self::Aws(call) => &call.operation,
            Self::Server { operation, .. } => operation,
        }
    }

    pub fn resource(&self) -> &str {
        match self {
            Self::Aws(call) => &call.resource,
            Self::Server { .. } => "",
        }
    }
}
