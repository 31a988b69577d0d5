//! The table of contents: every route, who may take it, and what answers it. Around it, what is done for each request
//! alike: the correlation id, the log line with its metrics, and the one place where a failure is logged.

use std::convert::Infallible;

use http::{Response, StatusCode};
use lambda_http::{Body, Request};
use rez_core::telemetry::metrics::{Measurements, Metric};
use tracing::Instrument;

use crate::answer::Answer;
use crate::call::Call;
use crate::caller::Right::{Read, Redrive, Write};
use crate::deps::Deps;
use crate::error::{ApiError, ErrorCode};
use crate::handlers::{auth, health, messages, metrics};
use crate::health::Dependency;

async fn route(deps: &Deps, call: &Call) -> Result<Answer, ApiError> {
    match call.route() {
        "GET /api/health" => health::show(deps, call),
        "POST /api/auth/login" => auth::login(deps, call).await,
        "GET /api/auth/callback" => auth::callback(deps, call).await,
        "POST /api/auth/refresh" => auth::refresh(deps, call).await,
        "POST /api/auth/logout" => auth::logout(deps, call).await,
        "GET /api/messages" => messages::list(deps, call, &call.caller(Read)?).await,
        "POST /api/messages" => messages::create(deps, call, &call.caller(Write)?).await,
        "GET /api/messages/{id}" => messages::show(deps, call, &call.caller(Read)?).await,
        "DELETE /api/messages/{id}" => messages::cancel(deps, call, &call.caller(Write)?).await,
        "POST /api/messages/{id}/redrive" => messages::redrive(deps, call, &call.caller(Redrive)?).await,
        "GET /api/metrics" => metrics::show(deps, call, &call.caller(Read)?).await,
        _ => Err(ErrorCode::RouteNotFound.into()),
    }
}

/// Answers one request, whatever it is.
pub async fn respond(deps: &Deps, request: Request) -> Result<Response<Body>, Infallible> {
    let Some(call) = Call::new(request) else {
        tracing::error!(code = "event_unknown", "this is no event of an HTTP API");
        return Ok(Answer::empty(StatusCode::INTERNAL_SERVER_ERROR).finish(""));
    };
    let span = tracing::info_span!("request", route = call.route(), correlation_id = call.correlation_id);
    Ok(answered(deps, &call).instrument(span).await)
}

async fn answered(deps: &Deps, call: &Call) -> Response<Body> {
    let begin = deps.environment.clock.now();
    let outcome = route(deps, call).await;
    learn(deps, call, &outcome);
    let answer = match outcome {
        Ok(answer) => answer,
        Err(error) => {
            log(&error);
            Answer::of_error(&error, &call.correlation_id)
        }
    };
    let now = deps.environment.clock.now();
    let measurements = Measurements::new().count(Metric::ApiRequests, 1);
    let measurements = measurements.duration(Metric::ApiResponseTime, now.since(begin));
    tracing::info_span!("answer", status = answer.status.as_u16()).in_scope(|| measurements.log(now, "answered"));
    answer.finish(&call.correlation_id)
}

/// What an answer about messages tells of the database. A refusal may have come before it was asked.
fn learn(deps: &Deps, call: &Call, outcome: &Result<Answer, ApiError>) {
    match outcome {
        Err(error) if error.code == ErrorCode::DatabaseUnavailable => deps.health.learn(Dependency::Database, false),
        Ok(_) if call.route().contains(" /api/messages") => deps.health.learn(Dependency::Database, true),
        _ => {}
    }
}

/// Faults of ours are errors; what is refused is the caller's, and is told at the level of information.
fn log(error: &ApiError) {
    let (code, status, _) = error.code.row();
    let cause = error.cause.as_deref();
    if status.is_server_error() {
        tracing::error!(code, cause, "the request failed");
    } else {
        tracing::info!(code, "the request was refused");
    }
}
