//! One request's way there and back.

use std::sync::{Arc, Weak};
use std::time::{Duration, SystemTime};

use aws_smithy_runtime_api::client::result::ConnectorError;
use bytes::Bytes;
use http::request::Parts;
use http::{Request, Response};
use tokio::time::sleep_until;

use super::destination::Destination;
use super::fate::{Fate, SERVER_ERROR, TOO_MUCH};
use super::refusal::{self, Answered, refuse};
use super::{Caller, Failure, Network};
use crate::backend::Backend;
use crate::history::{self, Fact, RequestEnd};
use crate::host::lambda;
use crate::services::wire::{self, Call};
use crate::services::{Service, ServiceError};

/// How a request ended for its caller.
pub(super) enum Arrival {
    Answered(Response<Bytes>),
    /// Nobody listens there.
    Refused,
    Reset,
    /// Nothing will ever arrive. Whoever waits holds this until he gives up.
    Lost(Unanswered),
}

/// A request under way.
pub(super) struct Journey {
    network: Arc<Network>,
    caller: Caller,
    /// Alive for as long as the caller waits for the answer.
    waiting: Weak<()>,
    /// The invocation during which it was sent.
    request_id: Arc<str>,
    to: Destination,
    sent: SystemTime,
}

/// A request that has got no answer. It is reported when this is dropped: when its caller stops waiting.
pub(super) struct Unanswered {
    journey: Journey,
    end: RequestEnd<'static>,
}

impl Journey {
    /// # Errors
    /// When there is nothing at the other end that this cloud knows; that is also reported to the history.
    pub fn begin(
        network: Arc<Network>,
        caller: Caller,
        waiting: Weak<()>,
        parts: &Parts,
        body: &Bytes,
    ) -> Result<Self, ConnectorError> {
        let request_id = caller.request_id();
        match Destination::of(&network, &caller, parts, body) {
            Ok(to) => Ok(Self { sent: network.world.clock.now(), network, caller, waiting, request_id, to }),
            Err(what) => {
                let by = caller.cause(&request_id);
                network.world.history.record(Fact::NotModelled { what: &what, by });
                Err(ConnectorError::user(format!("{what} is not modelled").into()))
            }
        }
    }

    /// Arrive, take effect, respond.
    pub async fn travel(self, parts: Parts, body: Bytes) -> Arrival {
        if self.has_no_listener() {
            return Arrival::Refused;
        }
        let (delay, fate) = self.fate();
        let latency = self.latency();
        self.wait_until(self.sent + delay + latency / 2).await;
        let answered = match fate {
            Fate::RequestLost => return self.lost(RequestEnd::RequestLost),
            Fate::ResetBefore => return self.reset(false),
            Fate::Refused { status, code } => self.fail(parts, body, Failure::new((status, &code), false)).await,
            Fate::Throttled => self.throttle(parts, body).await,
            Fate::Served => self.effect(parts, body).await,
            Fate::ErrorAfter => self.fail(parts, body, Failure::new(SERVER_ERROR, true)).await,
            Fate::ResponseLost => {
                self.effect(parts, body).await;
                return self.lost(RequestEnd::ResponseLost);
            }
            Fate::ResetAfter => {
                self.effect(parts, body).await;
                return self.reset(true);
            }
            Fate::CallerCrashes => {
                self.effect(parts, body).await;
                self.crash_caller();
                return self.lost(RequestEnd::ResponseLost);
            }
        };
        self.wait_until(self.now() + latency - latency / 2).await;
        self.answered(answered)
    }

    /// The extension's port is open only where the extension is among the function's layers.
    fn has_no_listener(&self) -> bool {
        let Caller::Function(process) = &self.caller else { return false };
        let to_extension = matches!(&self.to, Destination::Aws(call) if call.service == Service::Parameters);
        to_extension && !process.has_parameters_extension
    }

    fn fate(&self) -> (Duration, Fate) {
        if !self.caller.is_exposed() {
            return (Duration::ZERO, Fate::Served);
        }
        self.network.fate(self.network.world.clock.elapsed(), &self.to)
    }

    fn latency(&self) -> Duration {
        if !self.caller.is_exposed() {
            return Duration::ZERO;
        }
        let latencies = &self.network.world.knobs.network.latencies;
        let latency = self.to.aws_service().map(|service| latencies.of(service, self.to.operation()));
        let latency = latency.unwrap_or(latencies.internet);
        latency.sample(&mut self.network.latencies.lock().expect("no draw panics"))
    }

    async fn wait_until(&self, at: SystemTime) {
        if at > self.now() {
            sleep_until(self.network.world.clock.instant_at(at)).await;
        }
    }

    async fn effect(&self, parts: Parts, body: Bytes) -> Answered {
        match &self.to {
            Destination::Aws(call) => self.aws_effect(call, parts, body).await,
            Destination::Server { listener, .. } => {
                let response = listener.server.serve(Request::from_parts(parts, body), self.caller.clone()).await;
                Answered { response, code: String::new() }
            }
        }
    }

    /// A server is told, since it may report what it answers; for a service it is said here.
    async fn fail(&self, parts: Parts, body: Bytes, failure: Failure) -> Answered {
        match &self.to {
            Destination::Aws(call) => {
                if failure.after_effect {
                    self.aws_effect(call, parts, body).await;
                }
                refusal::fail(call, &failure)
            }
            Destination::Server { listener, .. } => {
                let (request, code) = (Request::from_parts(parts, body), failure.code.clone());
                Answered { response: listener.server.fail(request, self.caller.clone(), failure).await, code }
            }
        }
    }

    async fn throttle(&self, parts: Parts, body: Bytes) -> Answered {
        match &self.to {
            Destination::Aws(call) => refusal::throttle(call),
            Destination::Server { .. } => self.fail(parts, body, Failure::new(TOO_MUCH, false)).await,
        }
    }

    async fn aws_effect(&self, call: &Call, parts: Parts, body: Bytes) -> Answered {
        if let Err(denied) = self.network.authorize(&self.caller, call, &parts, &body) {
            return refuse(call, &denied);
        }
        if call.service == Service::Lambda {
            return self.invoke(call, &parts, body).await;
        }
        if let Some(denied) = self.foreign_token(call, &parts) {
            return refuse(call, &denied);
        }
        if let Some(backend) = self.network.backend.as_ref().filter(|backend| backend.serves(call)) {
            return elsewhere(backend, call, parts, body).await;
        }
        let cause = self.caller.cause(&self.request_id);
        let answer = wire::answer(&self.network.services, call, &parts, &body, cause).await;
        Answered { code: answer.code.clone(), response: answer.into_response() }
    }

    async fn invoke(&self, call: &Call, parts: &Parts, body: Bytes) -> Answered {
        let lambda = self.network.lambda.get().and_then(Weak::upgrade);
        let Some(lambda) = lambda else { return refusal::fail(call, &Failure::new(SERVER_ERROR, false)) };
        let response = lambda::wire::serve(&lambda, &call.function(), &parts.headers, body).await;
        let code = response.headers().get("x-amzn-errortype").and_then(|code| code.to_str().ok());
        Answered { code: code.unwrap_or_default().to_owned(), response }
    }

    /// The extension answers only to the token of its own environment.
    fn foreign_token(&self, call: &Call, parts: &Parts) -> Option<ServiceError> {
        let Caller::Function(process) = &self.caller else { return None };
        let token = parts.headers.get("x-aws-parameters-secrets-token")?;
        let foreign = call.service == Service::Parameters && token.as_bytes() != process.session_token.as_bytes();
        foreign
            .then(|| ServiceError::new("AccessDeniedException", "the token is not this environment's").with_status(403))
    }

    fn crash_caller(&self) {
        if let Caller::Function(process) = &self.caller {
            process.crash();
        }
    }

    fn answered(self, answered: Answered) -> Arrival {
        if self.waiting.strong_count() == 0 {
            // The caller had timed out, or was stopped. For him the answer is as good as lost.
            return self.lost(RequestEnd::ResponseLost);
        }
        let status = answered.response.status().as_u16();
        let bytes = answered.response.body().len();
        self.report(RequestEnd::Answered { status, code: &answered.code }, bytes);
        Arrival::Answered(answered.response)
    }

    fn reset(self, acted: bool) -> Arrival {
        self.report(RequestEnd::Reset { acted }, 0);
        Arrival::Reset
    }

    fn lost(self, end: RequestEnd<'static>) -> Arrival {
        Arrival::Lost(Unanswered { journey: self, end })
    }

    fn now(&self) -> SystemTime {
        self.network.world.clock.now()
    }

    fn report(&self, end: RequestEnd<'_>, response_bytes: usize) {
        self.network.world.history.record(Fact::Request(history::Request {
            cause: self.caller.cause(&self.request_id),
            service: self.to.service(),
            operation: self.to.operation(),
            resource: self.to.resource(),
            sent: self.sent,
            took: self.now().duration_since(self.sent).unwrap_or_default(),
            response_bytes,
            end,
        }));
    }
}

/// The answer of somebody else's service.
async fn elsewhere(backend: &Backend, call: &Call, parts: Parts, body: Bytes) -> Answered {
    match backend.answer(call, parts, body).await {
        Ok(response) => Answered { code: wire::error_code(&response), response },
        Err(unreachable) => {
            tracing::warn!("{unreachable}");
            let refusal = ServiceError::new("ServiceUnavailable", unreachable.to_string());
            refuse(call, &refusal.with_status(503))
        }
    }
}

impl Drop for Unanswered {
    fn drop(&mut self) {
        self.journey.report(self.end, 0);
    }
}
