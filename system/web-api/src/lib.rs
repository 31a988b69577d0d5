//! The REST API of `openapi.yaml`, behind an HTTP API with payload format 2.0. Who the caller is has been checked at the
//! gateway, by jwt-authorizer; what the caller may do is decided here.
//!
//! Start reading at [`routes`]. Try it: `cargo test -p web-api`.

mod answer;
mod call;
mod caller;
mod config;
pub mod cursor;
mod decode;
mod deps;
mod error;
mod gateway;
mod handlers;
mod health;
mod idempotency;
mod metrics;
mod routes;
pub mod seal;
mod sign_in;
mod view;

use lambda_http::request::LambdaRequest;
use lambda_http::{Adapter, LambdaEvent, Service, service_fn};
use serde::Serialize;
use tracing::Instrument;

pub use config::SEAL_KEY;
pub use deps::{Deps, start};

/// Answers one request of the gateway. Whatever goes wrong is an answer too.
pub async fn handle(deps: &Deps, event: LambdaEvent<LambdaRequest>) -> impl Serialize + use<> {
    let LambdaEvent { payload, context } = event;
    let span = deps.environment.begin(&context.request_id, context.xray_trace_id.as_deref());
    let mut service = Adapter::from(service_fn(|request| routes::respond(deps, request)));
    let Ok(response) = service.call(LambdaEvent::new(gateway::tame(payload), context)).instrument(span).await;
    response
}
