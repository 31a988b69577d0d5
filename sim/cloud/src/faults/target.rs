//! What a fault is aimed at: `SERVICE[.OPERATION][:RESOURCE]`, `function:NAME`, or a server outside AWS.

use std::collections::BTreeMap;
use std::fmt;

use rez_topology::Topology;

use crate::network::{SERVICES, operations};
use crate::services::Service;

/// Where a fault strikes. Resources and functions stand here by the names that AWS knows them by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Requests to a service; all its operations, or all resources, where one is `None`.
    Service { service: &'static str, operation: Option<String>, resource: Option<String> },
    /// Invocations of a function.
    Function(String),
    /// Requests to a server outside AWS, by its host name.
    Server(String),
}

/// A target that is not there, with what is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown {what} `{name}` in target `{target}` (known: {known})")]
pub struct TargetError {
    what: &'static str,
    name: String,
    target: String,
    known: String,
}

/// What faults can be aimed at in one world: names as scenarios write them, to names as AWS has them.
#[derive(Clone, Debug, Default)]
pub struct Known {
    functions: BTreeMap<String, String>,
    tables: BTreeMap<String, String>,
    queues: BTreeMap<String, String>,
    topics: BTreeMap<String, String>,
    apis: BTreeMap<String, String>,
    user_pools: BTreeMap<String, String>,
    servers: BTreeMap<String, String>,
}

impl Known {
    /// Everything in a template, by its logical id or its name.
    pub fn of(topology: &Topology) -> Self {
        Self {
            functions: names(topology.functions.iter().map(|(id, it)| (id, &it.name))),
            tables: names(topology.tables.iter().map(|(id, it)| (id, &it.name))),
            queues: names(topology.queues.iter().map(|(id, it)| (id, &it.name))),
            topics: names(topology.topics.iter().map(|(id, it)| (id, &it.name))),
            apis: topology.http_apis.iter().flat_map(|(id, it)| by(&[id, &it.name, &it.id], &it.id)).collect(),
            user_pools: topology.user_pools.iter().flat_map(|(id, it)| by(&[id, &it.name, &it.id], &it.id)).collect(),
            servers: BTreeMap::new(),
        }
    }

    /// A server outside AWS; it answers to its host name, and to the first label of that (`push` for `push.example.org`).
    #[must_use]
    pub fn server(mut self, host: &str) -> Self {
        let alias = host.split(['.', ':']).next().unwrap_or(host);
        self.servers.insert(alias.to_owned(), host.to_owned());
        self.servers.insert(host.to_owned(), host.to_owned());
        self
    }

    /// The resources of a service; `None` where any name is taken, because they are not declared in a template.
    fn resources(&self, service: Service) -> Option<&BTreeMap<String, String>> {
        match service {
            Service::DynamoDb => Some(&self.tables),
            Service::Sqs => Some(&self.queues),
            Service::Sns => Some(&self.topics),
            Service::Lambda => Some(&self.functions),
            Service::ApiGateway => Some(&self.apis),
            Service::Cognito => Some(&self.user_pools),
            Service::Parameters | Service::Other => None,
        }
    }
}

/// Each of these names for the one that AWS knows it by.
fn by(names: &[&String], known: &str) -> Vec<(String, String)> {
    names.iter().map(|name| ((*name).clone(), known.to_owned())).collect()
}

fn names<'a>(pairs: impl Iterator<Item = (&'a String, &'a String)>) -> BTreeMap<String, String> {
    pairs.flat_map(|(id, name)| [(id.clone(), name.clone()), (name.clone(), name.clone())]).collect()
}

impl Target {
    /// # Errors
    /// The part that is unknown, with what is known in its place.
    pub fn parse(text: &str, known: &Known) -> Result<Self, TargetError> {
        if let Some(function) = text.strip_prefix("function:") {
            return find("function", function, &known.functions, text).map(Self::Function);
        }
        if let Some(host) = known.servers.get(text) {
            return Ok(Self::Server(host.clone()));
        }
        let (call, resource) = match text.split_once(':') {
            Some((call, resource)) => (call, Some(resource)),
            None => (text, None),
        };
        let (service, operation) = match call.split_once('.') {
            Some((service, operation)) => (service, Some(operation)),
            None => (call, None),
        };
        let service = find_service(service, known, text)?;
        Ok(Self::Service {
            service: service.name(),
            operation: operation.map(|operation| find_operation(service, operation, text)).transpose()?,
            resource: resource.map(|resource| find_resource(service, resource, known, text)).transpose()?,
        })
    }

    pub(super) fn matches_request(&self, service: &str, operation: &str, resource: &str) -> bool {
        match self {
            Self::Service { service: wanted, operation: op, resource: of } => {
                *wanted == service
                    && op.as_ref().is_none_or(|op| op == operation)
                    && of.as_ref().is_none_or(|of| of == resource)
            }
            Self::Server(host) => host == service,
            Self::Function(_) => false,
        }
    }

    pub(super) fn matches_function(&self, function: &str) -> bool {
        matches!(self, Self::Function(wanted) if wanted == function)
    }
}

fn find(what: &'static str, name: &str, known: &BTreeMap<String, String>, target: &str) -> Result<String, TargetError> {
    known.get(name).cloned().ok_or_else(|| unknown(what, name, known.keys().map(String::as_str), target))
}

fn find_operation(service: Service, name: &str, target: &str) -> Result<String, TargetError> {
    let known = operations(service);
    let found = known.contains(&name).then(|| name.to_owned());
    found.ok_or_else(|| unknown("operation", name, known.iter().copied(), target))
}

fn find_resource(service: Service, name: &str, known: &Known, target: &str) -> Result<String, TargetError> {
    known.resources(service).map_or_else(|| Ok(name.to_owned()), |known| find("resource", name, known, target))
}

fn find_service(name: &str, known: &Known, target: &str) -> Result<Service, TargetError> {
    let found = SERVICES.into_iter().find(|service| service.name() == name);
    found.ok_or_else(|| unknown_service(name, known, target))
}

fn unknown_service(name: &str, known: &Known, target: &str) -> TargetError {
    let services = SERVICES.iter().map(|service| service.name());
    unknown("service", name, services.chain(known.servers.keys().map(String::as_str)).chain(["function:NAME"]), target)
}

fn unknown<'a>(what: &'static str, name: &str, known: impl Iterator<Item = &'a str>, target: &str) -> TargetError {
    let known = known.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    TargetError { what, name: name.to_owned(), target: target.to_owned(), known }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Function(function) => write!(f, "function:{function}"),
            Self::Server(host) => f.write_str(host),
            Self::Service { service, operation, resource } => {
                f.write_str(service)?;
                operation.iter().try_for_each(|operation| write!(f, ".{operation}"))?;
                resource.iter().try_for_each(|resource| write!(f, ":{resource}"))
            }
        }
    }
}
