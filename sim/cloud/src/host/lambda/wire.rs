//! Lambda's Invoke as it looks on the wire: REST-JSON.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode};
use serde::de::IgnoredAny;
use serde_json::json;

use super::answer::{ASYNC_PAYLOAD_MAX, Answer, InvokeError, SYNC_PAYLOAD_MAX};
use super::{LATEST, Lambda};
use crate::services::names;

/// Serves `POST /2015-03-31/functions/{function}/invocations`.
pub(crate) async fn serve(
    lambda: &Arc<Lambda>,
    function: &str,
    headers: &HeaderMap,
    payload: Bytes,
) -> Response<Bytes> {
    let invocation_type = header(headers, "x-amz-invocation-type").unwrap_or("RequestResponse");
    let max = if invocation_type == "Event" { ASYNC_PAYLOAD_MAX } else { SYNC_PAYLOAD_MAX };
    if payload.len() > max {
        return too_large(payload.len(), max);
    }
    if let Err(error) = check_json(&payload) {
        return refusal(400, "InvalidRequestContentException", &error);
    }
    let event = lambda.event(payload, header(headers, "x-amzn-trace-id"));
    let request_id = event.request_id.clone();
    let invoked = match invocation_type {
        "RequestResponse" => lambda.invoke(function, event).await.map(|answer| answered(answer, executed(function))),
        "Event" => lambda.accept(function, event).map(|()| respond(202, &request_id).body(Bytes::new())),
        "DryRun" => lambda.function(function).map(|_| respond(204, &request_id).body(Bytes::new())),
        other => return refusal(400, "InvalidParameterValueException", &format!("Unknown invocation type: {other}")),
    };
    match invoked {
        Ok(response) => response.expect("a response of fixed headers is valid"),
        Err(error) => refused(&error),
    }
}

/// An alias points to the first version, which is the only one.
fn executed(function: &str) -> &'static str {
    match names::function(function).1 {
        None | Some(LATEST) => LATEST,
        Some(_) => "1",
    }
}

fn answered(answer: Answer, version: &str) -> http::Result<Response<Bytes>> {
    let mut response = respond(200, &answer.request_id).header("x-amz-executed-version", version);
    if !answer.succeeded() {
        response = response.header("x-amz-function-error", "Unhandled");
    }
    response.body(answer.payload)
}

fn respond(status: u16, request_id: &str) -> http::response::Builder {
    Response::builder().status(status).header("content-type", "application/json").header("x-amzn-requestid", request_id)
}

fn refused(error: &InvokeError) -> Response<Bytes> {
    match error {
        InvokeError::NotFound { .. } => refusal(404, "ResourceNotFoundException", &error.to_string()),
        InvokeError::Throttled { reason } => throttle(reason),
    }
}

/// A 429 as recorded on AWS.
pub(crate) fn throttle(reason: &str) -> Response<Bytes> {
    let body = json!({ "Reason": reason, "Type": "User", "message": "Rate Exceeded." });
    let mut response = typed(429, "TooManyRequestsException", body);
    response.headers_mut().insert("retry-after", http::HeaderValue::from_static("0"));
    response
}

fn too_large(length: usize, max: usize) -> Response<Bytes> {
    let message = format!("{length} byte payload is too large for the invocation type (limit {max} bytes)");
    refusal(413, "RequestTooLargeException", &message)
}

/// An error in Lambda's form.
pub(crate) fn refusal(status: u16, code: &str, message: &str) -> Response<Bytes> {
    // Access is refused by IAM, in front of Lambda.
    if code == "AccessDeniedException" {
        return typed(status, code, json!({ "Message": message }));
    }
    typed(status, code, json!({ "Type": if status < 500 { "User" } else { "Service" }, "message": message }))
}

fn typed(status: u16, code: &str, body: serde_json::Value) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body.to_string()));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert("content-type", http::HeaderValue::from_static("application/json"));
    if let Ok(code) = http::HeaderValue::from_str(code) {
        response.headers_mut().insert("x-amzn-errortype", code);
    }
    response
}

fn check_json(payload: &[u8]) -> Result<(), String> {
    if payload.is_empty() {
        return Ok(());
    }
    // Who skips the inside of a text does not see whether it is one.
    let text = std::str::from_utf8(payload).map_err(|error| error.to_string());
    let parsed = text.and_then(|text| serde_json::from_str::<IgnoredAny>(text).map_err(|error| error.to_string()));
    parsed.map(drop).map_err(|error| format!("Could not parse request body into json: {error}"))
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
