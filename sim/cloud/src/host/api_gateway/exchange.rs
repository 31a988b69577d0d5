//! One request's way through the gateway.

use std::sync::{Arc, Weak};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::CONTENT_LENGTH;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri};
use serde_json::Value;
use tokio::time::timeout;

use super::access_log::Entry;
use super::authorizer::{self, Authorizer, Decision};
use super::event::{self, Circumstances};
use super::incoming::Incoming;
use super::refusal::Refusal;
use super::{ApiGateway, Stop, answer};
use crate::history::{ApiRequest, Fact};
use crate::host::lambda::{Answer, InvokeError, SYNC_PAYLOAD_MAX};
use crate::network::{Failure, ToItsEnd};
use crate::world::pause;

/// Largest body of a request, bytes ("Quotas for … HTTP APIs").
const BODY_MAX: usize = 10 * 1024 * 1024;

/// Largest sum of request line and headers, bytes (same source).
const HEAD_MAX: usize = 10_240;

const REQUEST_ID: HeaderName = HeaderName::from_static("apigw-requestid");

pub(super) struct Exchange<'a> {
    gateway: &'a ApiGateway,
    request: &'a Request<Bytes>,
    request_id: String,
    arrived: SystemTime,
    seen: Seen<'a>,
}

/// What the history and the access log are told of it.
#[derive(Default)]
struct Seen<'a> {
    route: &'a str,
    authorizer_latency: Option<Duration>,
    integration_latency: Option<Duration>,
    integration_status: Option<u16>,
    decision: Option<Arc<Decision>>,
}

/// A request with the route that it takes.
struct Routed<'a> {
    incoming: Incoming<'a>,
    stop: &'a Stop,
    parameters: Vec<(&'a str, String)>,
}

impl<'a> Exchange<'a> {
    pub fn begin(gateway: &'a ApiGateway, request: &'a Request<Bytes>) -> Self {
        Self {
            request_id: gateway.draw_request_id(),
            arrived: gateway.world.clock.now(),
            seen: Seen::default(),
            gateway,
            request,
        }
    }

    /// With a failure, that is the answer, whatever came before it.
    pub async fn run(mut self, failure: Option<Failure>) -> Response<Bytes> {
        pause(self.gateway.overhead()).await;
        let preflight = self.preflight();
        let is_preflight = preflight.is_some();
        let answer = match (&failure, preflight) {
            (Some(failure), _) if !failure.after_effect => Err(Refusal::of(failure)),
            (_, Some(response)) => Ok(response),
            (_, None) => self.answer().await,
        };
        let overruled = failure.as_ref().map_or(answer, |failure| Err(Refusal::of(failure)));
        let (mut response, refusal) = match overruled {
            Ok(response) => (response, None),
            Err(refusal) => (refusal.response(), Some(refusal)),
        };
        if let Some(cors) = &self.gateway.cors {
            cors.apply(self.request.headers(), response.headers_mut(), is_preflight);
        }
        self.finish(&mut response);
        self.report(&response, refusal);
        response
    }

    fn preflight(&self) -> Option<Response<Bytes>> {
        self.gateway.cors.as_ref()?.preflight(self.request)
    }

    async fn answer(&mut self) -> Result<Response<Bytes>, Refusal> {
        check_size(self.request)?;
        let routed = self.route()?;
        self.seen.route = &routed.stop.key;
        if !self.gateway.admits(routed.stop) {
            return Err(Refusal::Throttled);
        }
        let decision = match &routed.stop.authorizer {
            Some(authorizer) => Some(self.authorize(authorizer, &routed).await?),
            None => None,
        };
        let context = decision.as_ref().and_then(|decision| decision.context.as_ref());
        self.integrate(&routed, context).await
    }

    fn route(&self) -> Result<Routed<'a>, Refusal> {
        let gateway = self.gateway;
        let incoming = Incoming::read(self.request, &gateway.host);
        let path = gateway.below_stage(&incoming.path).ok_or(Refusal::NoRoute)?;
        let found = gateway.router.find(incoming.method, path).ok_or(Refusal::NoRoute)?;
        Ok(Routed { stop: &gateway.stops[found.route], parameters: found.parameters, incoming })
    }

    async fn authorize(&mut self, authorizer: &Authorizer, routed: &Routed<'_>) -> Result<Arc<Decision>, Refusal> {
        let clock = self.gateway.world.clock;
        let identity = authorizer.identity(&routed.incoming, &routed.stop.key).ok_or(Refusal::IdentityMissing)?;
        let decision = match authorizer.recall(&identity, clock.elapsed()) {
            Some(decision) => decision,
            None => {
                let began = clock.elapsed();
                let event = event::for_authorizer(&routed.incoming, self.circumstances(routed), &identity);
                let asked = timeout(authorizer::TIMEOUT, self.invoke(&authorizer.function, event)).await;
                self.seen.authorizer_latency = Some(clock.elapsed() - began);
                let decision = Arc::new(decision(asked).ok_or(Refusal::AuthorizerFailed)?);
                authorizer.remember(identity, decision.clone(), clock.elapsed());
                decision
            }
        };
        self.seen.decision = Some(decision.clone());
        if decision.allowed { Ok(decision) } else { Err(Refusal::Denied) }
    }

    async fn integrate(&mut self, routed: &Routed<'_>, context: Option<&Value>) -> Result<Response<Bytes>, Refusal> {
        let clock = self.gateway.world.clock;
        let event = event::for_function(&routed.incoming, self.circumstances(routed), context);
        if event.len() > SYNC_PAYLOAD_MAX {
            self.seen.integration_status = Some(StatusCode::PAYLOAD_TOO_LARGE.as_u16());
            return Err(Refusal::EventTooLarge);
        }
        let began = clock.elapsed();
        let invoked = timeout(routed.stop.timeout, self.invoke(&routed.stop.function, event)).await;
        self.seen.integration_latency = Some(clock.elapsed() - began);
        self.seen.integration_status = invoked.as_ref().ok().map(status);
        match invoked {
            Ok(Ok(answer)) if answer.succeeded() => answer::response(&answer.payload),
            Ok(Err(InvokeError::Throttled { .. })) => {
                let status = self.gateway.world.knobs.api_gateway.throttled_status;
                Err(Refusal::IntegrationThrottled { status })
            }
            Ok(Ok(_) | Err(InvokeError::NotFound { .. })) => Err(Refusal::IntegrationFailed),
            Err(_) => Err(Refusal::IntegrationTimedOut),
        }
    }

    /// What was invoked runs to its end, whether or not somebody still waits for it.
    async fn invoke(&self, function: &str, event: Bytes) -> Result<Answer, InvokeError> {
        let not_found = || InvokeError::NotFound { arn: function.to_owned() };
        let lambda = self.gateway.lambda.get().and_then(Weak::upgrade).ok_or_else(not_found)?;
        let (function, event) = (function.to_owned(), lambda.event(event, None));
        ToItsEnd::new(async move { lambda.invoke(&function, event).await }).await
    }

    fn circumstances<'b>(&'b self, routed: &'b Routed<'_>) -> Circumstances<'b> {
        Circumstances {
            api_id: &self.gateway.api_id,
            host: &self.gateway.host,
            stage: &self.gateway.stage,
            route_key: &routed.stop.key,
            request_id: &self.request_id,
            path_parameters: &routed.parameters,
            at: self.arrived,
        }
    }

    fn finish(&self, response: &mut Response<Bytes>) {
        let length = response.body().len();
        response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(length));
        // Every answer of the gateway bears the request's id.
        let id = HeaderValue::try_from(&self.request_id).expect("Base64 fits into a header");
        response.headers_mut().insert(REQUEST_ID, id);
        if self.request.method() == Method::HEAD {
            response.body_mut().clear();
        }
    }

    fn report(&self, response: &Response<Bytes>, refusal: Option<Refusal>) {
        let gateway = self.gateway;
        let world = &gateway.world;
        let request = ApiRequest {
            api_id: &gateway.api_id,
            stage: &gateway.stage,
            route: self.seen.route,
            request_id: &self.request_id,
            status: response.status().as_u16(),
            latency: world.clock.now().duration_since(self.arrived).unwrap_or_default(),
            authorizer_latency: self.seen.authorizer_latency,
            integration_latency: self.seen.integration_latency,
            error: refusal.map_or("", Refusal::name),
            request_bytes: self.request.body().len(),
            response_bytes: response.body().len(),
        };
        let line = gateway.access_log.as_ref().map(|log| (log.group(), log.line(&self.entry(&request, refusal))));
        world.history.record(Fact::ApiRequest(request));
        if let Some((log_group, line)) = line {
            world.history.record(Fact::AccessLog { api_id: &gateway.api_id, log_group, line: &line });
        }
    }

    fn entry<'b>(&'b self, of: &'b ApiRequest<'b>, refusal: Option<Refusal>) -> Entry<'b> {
        Entry {
            of,
            host: &self.gateway.host,
            request: self.request,
            arrived: self.arrived,
            refusal,
            integration_status: self.seen.integration_status,
            context: self.seen.decision.as_ref().and_then(|decision| decision.context.as_ref()),
        }
    }
}

/// What Lambda answered an invocation with: a function that failed is a success of Lambda's.
fn status(invoked: &Result<Answer, InvokeError>) -> u16 {
    match invoked {
        Ok(_) => 200,
        Err(InvokeError::NotFound { .. }) => 404,
        Err(InvokeError::Throttled { .. }) => 429,
    }
}

/// What the authorizer said; `None` when it failed in whatever way.
fn decision<E>(asked: Result<Result<Answer, InvokeError>, E>) -> Option<Decision> {
    let answer = asked.ok()?.ok()?;
    answer.succeeded().then(|| Decision::read(&answer.payload))?
}

fn check_size(request: &Request<Bytes>) -> Result<(), Refusal> {
    if head_bytes(request.method(), request.uri(), request.headers()) > HEAD_MAX {
        return Err(Refusal::HeadersTooLarge);
    }
    if request.body().len() > BODY_MAX { Err(Refusal::BodyTooLarge) } else { Ok(()) }
}

/// As they would stand on a connection: `METHOD /path?query HTTP/1.1`, and `name: value` for each header.
fn head_bytes(method: &Method, uri: &Uri, headers: &HeaderMap) -> usize {
    let target = uri.path_and_query().map_or(1, |target| target.as_str().len());
    let line = method.as_str().len() + target + " ".len() + " HTTP/1.1\r\n".len();
    let headers = headers.iter().map(|(name, value)| name.as_str().len() + value.len() + ": \r\n".len());
    line + headers.sum::<usize>()
}
