//! Where a request is going: to a service of AWS, or to a server with a host of its own.

use std::sync::Arc;

use bytes::Bytes;
use http::request::Parts;

use super::listener::Listener;
use super::{Caller, Network};
use crate::services::Service;
use crate::services::wire::{self, Call};

/// The other end, and what is asked of it.
pub(super) enum Destination {
    Aws(Call),
    Server { listener: Arc<Listener>, operation: String },
}

impl Destination {
    /// # Errors
    /// The name of what is not there, or not modelled.
    pub fn of(network: &Network, caller: &Caller, parts: &Parts, body: &Bytes) -> Result<Self, String> {
        if let Some(listener) = network.listeners.find(parts) {
            return Ok(Self::Server { operation: listener.server.operation(parts), listener: listener.clone() });
        }
        let authority = parts.uri.authority().map_or("", |authority| authority.as_str());
        let call = wire::classify(parts, body).ok_or_else(|| format!("host `{authority}`"))?;
        let known = super::operations(call.service).contains(&call.operation.as_str());
        if known || manages(caller, &call) {
            Ok(Self::Aws(call))
        } else {
            Err(format!("`{}.{}` at `{authority}`", call.service.name(), call.operation))
        }
    }

    /// The name in facts and faults.
    pub fn service(&self) -> &str {
        match self {
            Self::Aws(call) => call.service.name(),
            Self::Server { listener, .. } => listener.service_name(),
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
            Self::Server { listener, .. } => listener.resource(),
        }
    }

    /// The service of AWS at the other end; `None` when that is outside AWS.
    pub fn aws_service(&self) -> Option<Service> {
        match self {
            Self::Aws(call) => Some(call.service),
            Self::Server { listener, .. } => listener.service(),
        }
    }
}

/// Whoever stands outside may also do what a deployment does: create, describe and delete. The services answer for
/// themselves what they do not know.
fn manages(caller: &Caller, call: &Call) -> bool {
    let manageable = matches!(call.service, Service::DynamoDb | Service::Sqs | Service::Sns | Service::Parameters);
    matches!(caller, Caller::Outside { .. }) && manageable
}
