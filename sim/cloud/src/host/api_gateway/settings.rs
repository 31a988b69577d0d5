//! What is configured: an API at its one stage, with names and addresses as AWS knows them.

use std::collections::BTreeMap;
use std::time::Duration;

/// An HTTP API, as a template describes it.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// The first label of its host name.
    pub api_id: String,
    /// `$default` is served at the root of the host, any other stage below `/STAGE`.
    pub stage: String,
    pub routes: Vec<Route>,
    pub authorizers: BTreeMap<String, AuthorizerSettings>,
    pub cors: Option<CorsSettings>,
    /// Shared by all routes that have none of their own.
    pub throttle: Option<Throttle>,
}

/// What a request is matched with, and the function that answers it.
#[derive(Clone, Debug, PartialEq)]
pub struct Route {
    /// `GET /items/{id}`, `ANY /files/{path+}` or `$default`.
    pub key: String,
    /// `FunctionName`.
    pub function: String,
    /// Name of its authorizer.
    pub authorizer: Option<String>,
    pub throttle: Option<Throttle>,
}

/// A Lambda authorizer with payload format 2.0 and simple responses.
#[derive(Clone, Debug, PartialEq)]
pub struct AuthorizerSettings {
    /// `FunctionName`.
    pub function: String,
    /// Such as `$request.header.Authorization`; a request that lacks one of them is refused unheard.
    pub identity_sources: Vec<String>,
    /// How long a result is good for other requests of the same identity: up to an hour, zero for never.
    pub cache: Duration,
}

/// Token bucket of a stage or a route.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Throttle {
    /// Requests per second.
    pub rate: f64,
    /// Requests at once.
    pub burst: u32,
}

/// Which pages of other origins may read what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CorsSettings {
    /// Origins, or `*`, `https://*`, `http://*`.
    pub origins: Vec<String>,
    pub methods: Vec<String>,
    pub headers: Vec<String>,
    /// Response headers that a page may read.
    pub expose: Vec<String>,
    pub credentials: bool,
    pub max_age: Option<Duration>,
}
