//! API Gateway: an HTTP API in front of functions, with payload format 2.0. It finds the route, throttles, asks the
//! authorizer, invokes the function as AWS does (and not over the wire), and answers in its own name when that fails.
//!
//! Not modelled: REST and WebSocket APIs, JWT and IAM authorizers, authorizers without simple responses, payload format
//! 1.0, integrations other than functions, parameter mapping, stage variables, custom domains, mutual TLS.

mod access_log;
mod answer;
mod authorizer;
mod bucket;
mod cors;
mod event;
mod exchange;
mod incoming;
mod plan;
mod refusal;
mod router;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, Weak};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::request::Parts;
use http::{Request, Response};
use rez_topology::{Function, HttpApi, Throttle};

pub use self::access_log::AccessLogError;
pub use self::authorizer::AuthorizerError;
pub use self::cors::CorsError;
pub use self::refusal::Refusal;
pub use self::router::RouteError;

use self::access_log::AccessLog;
use self::authorizer::Authorizer;
use self::bucket::Bucket;
use self::cors::Cors;
use self::exchange::Exchange;
use self::plan::Plan;
use self::router::Router;
use crate::host::lambda::Lambda;
use crate::network::{Caller, Failure, HttpServer};
use crate::program::BoxFuture;
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
    access_log: Option<AccessLog>,
    bucket: Option<Bucket>,
    account: Arc<Bucket>,
    ids: Ids,
    latencies: Mutex<Stream>,
}

/// A route, and what stands on it.
struct Stop {
    key: String,
    /// `FunctionName`.
    function: String,
    /// How long the function is waited for.
    timeout: Duration,
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
    #[error("access log: {0}")]
    AccessLog(#[from] AccessLogError),
    #[error("authorizer `{authorizer}`: {error}")]
    Authorizer { authorizer: String, error: AuthorizerError },
    #[error("`{user}` needs {what} `{name}`, which is not there")]
    Missing { user: String, what: &'static str, name: String },
    #[error("it has no stage, so nobody can reach it")]
    NoStage,
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
    /// What is wrong with the API, or not modelled of it.
    pub(crate) fn new(
        api: &HttpApi,
        functions: &BTreeMap<String, Function>,
        account: &Account,
        world: Arc<World>,
    ) -> Result<Self, ApiError> {
        if api.stage.is_empty() {
            return Err(ApiError::NoStage);
        }
        let plan = Plan::new(api, functions)?;
        let keys: Vec<String> = api.routes.iter().map(rez_topology::Route::key).collect();
        Ok(Self {
            host: host(&api.endpoint).to_owned(),
            router: Router::new(keys.iter().map(String::as_str))?,
            stops: api.routes.iter().map(|route| plan.stop(route)).collect::<Result<_, _>>()?,
            cors: api.cors.as_ref().map(Cors::new).transpose()?,
            access_log: api.access_log.as_ref().map(AccessLog::new).transpose()?,
            bucket: api.throttle.map(Bucket::new),
            account: account.0.clone(),
            ids: Ids::new(world.seed, &format!("api {}", api.id)),
            latencies: Mutex::new(world.seed.stream(&format!("api latency {}", api.id))),
            api_id: api.id.clone(),
            stage: api.stage.clone(),
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

    fn draw_request_id(&self) -> String {
        let bits: [u8; 11] = self.ids.bits();
        STANDARD.encode(bits)
    }

    fn overhead(&self) -> Duration {
        let overhead = self.world.knobs.api_gateway.overhead;
        overhead.sample(&mut self.latencies.lock().expect("no draw panics"))
    }
}

/// Host, and port if there is one, of a URL without a path.
fn host(url: &str) -> &str {
    url.split_once("://").map_or(url, |(_, host)| host)
}

impl HttpServer for ApiGateway {
    fn serve(&self, request: Request<Bytes>, _from: Caller) -> BoxFuture<'_, Response<Bytes>> {
        Box::pin(async move { Exchange::begin(self, &request).run(None).await })
    }

    /// Metrics and access log say what the client is told, whoever is to blame for it.
    fn fail(&self, request: Request<Bytes>, _from: Caller, failure: Failure) -> BoxFuture<'_, Response<Bytes>> {
        Box::pin(async move { Exchange::begin(self, &request).run(Some(failure)).await })
    }

    /// The method alone: paths are without number.
    fn operation(&self, request: &Parts) -> String {
        request.method.to_string()
    }
}
