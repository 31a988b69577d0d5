//! API Gateway: an HTTP API in front of functions, with payload format 2.0. It finds the route, throttles, asks the
//! authorizer, invokes the function as AWS does (and not over the wire), and answers in its own name when that fails.
//!
//! Not modelled: REST and WebSocket APIs, JWT and IAM authorizers, authorizers without simple responses, payload format
//! 1.0, integrations other than functions, parameter mapping, stage variables, custom domains, mutual TLS.

mod answer;
mod authorizer;
mod bucket;
mod cors;
mod event;
mod exchange;
mod incoming;
mod refusal;
mod router;
mod settings;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, Weak};
use std::time::Duration;

use bytes::Bytes;
use http::request::Parts;
use http::{Request, Response, StatusCode};

pub use self::authorizer::SourceError;
pub use self::cors::CorsError;
pub use self::refusal::Refusal;
pub use self::router::RouteError;
pub use self::settings::{AuthorizerSettings, CorsSettings, Route, Settings, Throttle};

use self::authorizer::Authorizer;
use self::bucket::Bucket;
use self::cors::Cors;
use self::exchange::Exchange;
use self::router::Router;
use crate::host::lambda::Lambda;
use crate::network::{Caller, HttpServer};
use crate::program::BoxFuture;
use crate::services::names;
use crate::world::{Ids, Stream, World};

/// What an account may ask of all its APIs in a Region together, unless AWS raises it. Third parties name these numbers;
/// some Regions are said to have a quarter of them.
const ACCOUNT: Throttle = Throttle { rate: 10_000.0, burst: 5_000 };

/// The stage that is served without its name in the path.
const DEFAULT_STAGE: &str = "$default";

/// One HTTP API at its stage, reachable at its host.
pub struct ApiGateway {
    world: Arc<World>,
    /// Set once the functions are there. Weak, because they hold the wire, and the wire this.
    lambda: OnceLock<Weak<Lambda>>,
    api_id: String,
    host: String,
    stage: String,
    router: Router,
    stops: Vec<Stop>,
    cors: Option<Cors>,
    bucket: Option<Bucket>,
    account: Arc<Bucket>,
    ids: Ids,
    latencies: Mutex<Stream>,
}

/// A route, and what stands on it.
struct Stop {
    key: String,
    function: String,
    authorizer: Option<Arc<Authorizer>>,
    bucket: Option<Bucket>,
}

/// What is wrong with an API of a template.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    #[error(transparent)]
    Route(#[from] RouteError),
    #[error(transparent)]
    Cors(#[from] CorsError),
    #[error("authorizer `{authorizer}`: {error}")]
    Authorizer { authorizer: String, error: SourceError },
    #[error("route `{route}` has authorizer `{authorizer}`, which the API does not have")]
    NoAuthorizer { route: String, authorizer: String },
}

/// The account's own limit, shared by all its APIs.
pub(crate) struct Account(Arc<Bucket>);

impl Default for Account {
    fn default() -> Self {
        Self(Arc::new(Bucket::new(ACCOUNT)))
    }
}

impl ApiGateway {
    /// # Errors
    /// What is wrong with the settings.
    pub(crate) fn new(settings: Settings, account: &Account, world: Arc<World>) -> Result<Self, ApiError> {
        let authorizers = authorizers(&settings.authorizers)?;
        let stop = |route: &Route| stop(route, &authorizers);
        Ok(Self {
            host: host(&settings.api_id),
            router: Router::new(settings.routes.iter().map(|route| route.key.as_str()))?,
            stops: settings.routes.iter().map(stop).collect::<Result<_, _>>()?,
            cors: settings.cors.as_ref().map(Cors::new).transpose()?,
            bucket: settings.throttle.map(Bucket::new),
            account: account.0.clone(),
            ids: Ids::new(world.seed, &format!("api {}", settings.api_id)),
            latencies: Mutex::new(world.seed.stream(&format!("api latency {}", settings.api_id))),
            api_id: settings.api_id,
            stage: settings.stage,
            lambda: OnceLock::new(),
            world,
        })
    }

    pub(crate) fn connect(&self, lambda: &Arc<Lambda>) {
        self.lambda.set(Arc::downgrade(lambda)).expect("a gateway is connected once");
    }

    pub fn api_id(&self) -> &str {
        &self.api_id
    }

    /// The host name at which it is served.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The path below the stage; `None` for a path that is not below it.
    fn below_stage<'a>(&self, path: &'a str) -> Option<&'a str> {
        if self.stage == DEFAULT_STAGE {
            return Some(path);
        }
        let below = path.strip_prefix('/')?.strip_prefix(self.stage.as_str())?;
        (below.is_empty() || below.starts_with('/')).then_some(below)
    }

    /// A route with a limit of its own is not held to the stage's; all are held to the account's.
    fn admits(&self, stop: &Stop) -> bool {
        let now = self.world.clock.elapsed();
        let bucket = stop.bucket.as_ref().or(self.bucket.as_ref());
        bucket.is_none_or(|bucket| bucket.take(now)) && self.account.take(now)
    }

    fn overhead(&self) -> Duration {
        let overhead = self.world.knobs.api_gateway.overhead;
        overhead.sample(&mut self.latencies.lock().expect("no draw panics"))
    }
}

impl HttpServer for ApiGateway {
    fn serve(&self, request: Request<Bytes>, _from: Caller) -> BoxFuture<'_, Response<Bytes>> {
        Box::pin(async move { Exchange::begin(self, &request).run().await })
    }

    /// The method alone: paths are without number.
    fn operation(&self, request: &Parts) -> String {
        request.method.to_string()
    }

    fn refuse(&self, status: StatusCode, _code: &str) -> Response<Bytes> {
        refusal::response(status)
    }
}

/// `API.execute-api.REGION.amazonaws.com`.
pub fn host(api_id: &str) -> String {
    format!("{api_id}.execute-api.{}.amazonaws.com", names::REGION)
}

fn authorizers(settings: &BTreeMap<String, AuthorizerSettings>) -> Result<BTreeMap<&str, Arc<Authorizer>>, ApiError> {
    let authorizer = |(name, settings): (&'_ String, &AuthorizerSettings)| {
        Authorizer::new(settings).map_err(|error| ApiError::Authorizer { authorizer: name.clone(), error })
    };
    settings.iter().map(|(name, of)| Ok((name.as_str(), Arc::new(authorizer((name, of))?)))).collect()
}

fn stop(route: &Route, authorizers: &BTreeMap<&str, Arc<Authorizer>>) -> Result<Stop, ApiError> {
    let authorizer = |name: &String| {
        let missing = || ApiError::NoAuthorizer { route: route.key.clone(), authorizer: name.clone() };
        authorizers.get(name.as_str()).cloned().ok_or_else(missing)
    };
    Ok(Stop {
        key: route.key.clone(),
        function: route.function.clone(),
        authorizer: route.authorizer.as_ref().map(authorizer).transpose()?,
        bucket: route.throttle.map(Bucket::new),
    })
}
