//! The front door: an HTTP API with its routes.

use std::collections::BTreeMap;
use std::time::Duration;

/// An HTTP API at its one stage.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HttpApi {
    /// Drawn by AWS; here it follows from the stack and the logical id.
    pub id: String,
    pub name: String,
    /// `https://ID.execute-api.REGION.amazonaws.com`, without the stage.
    pub endpoint: String,
    /// `$default` is served at the root of the endpoint, any other below `/STAGE`.
    pub stage: String,
    /// In the order of their keys.
    pub routes: Vec<Route>,
    /// By name.
    pub authorizers: BTreeMap<String, Authorizer>,
    pub cors: Option<Cors>,
    /// Of the stage; `None` leaves the account's own limit.
    pub throttle: Option<Throttle>,
    pub access_log: Option<AccessLog>,
    /// Whether metrics are counted by route too.
    pub detailed_metrics: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Route {
    /// `GET`, …, or `ANY`; empty for the route `$default`.
    pub method: String,
    /// `/items/{id}`, `/files/{path+}` or `$default`.
    pub path: String,
    /// Logical id of the function.
    pub function: String,
    /// The alias that it invokes.
    pub qualifier: Option<String>,
    /// How long the gateway waits for the function.
    pub timeout: Duration,
    /// Name of the authorizer; `None` for a route that is open to everybody.
    pub authorizer: Option<String>,
    /// `None` shares the stage's.
    pub throttle: Option<Throttle>,
}

impl Route {
    /// `GET /items/{id}` or `$default`, as AWS calls it.
    pub fn key(&self) -> String {
        if self.method.is_empty() { self.path.clone() } else { format!("{} {}", self.method, self.path) }
    }
}

/// A Lambda authorizer with payload format 2.0.
#[derive(Clone, Debug, PartialEq)]
pub struct Authorizer {
    pub logical_id: String,
    pub id: String,
    pub name: String,
    /// Logical id of the function.
    pub function: String,
    /// The alias that it invokes.
    pub qualifier: Option<String>,
    /// Such as `$request.header.Authorization`; a request that lacks one of them is refused unheard.
    pub identity_sources: Vec<String>,
    /// How long an answer holds for the same identity: zero to an hour.
    pub cache: Duration,
    /// Whether the function answers `isAuthorized` and not with a policy.
    pub simple_responses: bool,
}

/// A token bucket.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Throttle {
    /// Requests per second.
    pub rate: f64,
    /// Requests at once.
    pub burst: u32,
}

/// Which pages of other origins may call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cors {
    pub origins: Vec<String>,
    pub methods: Vec<String>,
    pub headers: Vec<String>,
    /// Headers of the answer that a page may read.
    pub expose: Vec<String>,
    pub credentials: bool,
    /// How long a browser may remember the answer to its preflight request.
    pub max_age: Option<Duration>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessLog {
    /// ARN of the log group.
    pub destination: String,
    /// With `$context` variables in it.
    pub format: String,
}
