//! The Runtime API of one environment on a socket, for the process in it.

use std::sync::Arc;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::request::Parts;
use http::{HeaderMap, Method, Request, Response, StatusCode};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::super::answer::Outcome;
use super::group::Group;
use super::runtime_api::{Condition, Invocation, Refusal, RuntimeApi, reported};
use crate::ports::{Hangup, Served};
use crate::program::BoxFuture;

const ROOT: &str = "/2018-06-01/runtime/";
const ERROR_TYPE: &str = "lambda-runtime-function-error-type";
const INVOCATION_ID: &str = "lambda-runtime-invocation-id";
const RESPONSE_MODE: &str = "lambda-runtime-function-response-mode";

/// Where a child and its host meet. All that either says is one step of the state machine, under its lock; so are the
/// signals that freeze and thaw the child, which therefore never pass each other.
pub struct Meeting {
    pub api: watch::Sender<RuntimeApi>,
    pub group: Arc<Group>,
    pub freezes: bool,
}

impl Meeting {
    /// Hands over an invocation, and lets the child run.
    pub fn invoke(&self, invocation: Invocation) {
        self.api.send_modify(|api| {
            api.invoke(invocation);
            if self.freezes {
                self.group.thaw();
            }
        });
    }

    /// What comes of the state, once there is something.
    pub async fn wait<T>(&self, read: impl Fn(&RuntimeApi) -> Option<T>) -> T {
        let mut api = self.api.subscribe();
        let api = api.wait_for(|api| read(api).is_some()).await.expect("the sender is borrowed meanwhile");
        read(&api).expect("it was there a moment ago")
    }

    /// Waits until the child is back at `next`, or gone; says which.
    pub async fn settled(&self) -> Condition {
        self.wait(|api| Some(api.condition()).filter(|condition| *condition != Condition::Busy)).await
    }

    fn step<T>(&self, step: impl FnOnce(&mut RuntimeApi) -> T) -> T {
        let mut result = None;
        self.api.send_modify(|api| result = Some(step(api)));
        result.expect("the step was made")
    }

    async fn next(&self) -> Result<Response<Bytes>, Refusal> {
        self.step(|api| {
            let back = api.next()?;
            if back && self.freezes {
                self.group.freeze();
            }
            Ok(())
        })?;
        Ok(handed_out(self.wait(|api| api.invocation().cloned()).await))
    }

    async fn route(&self, request: Request<Bytes>) -> Result<Response<Bytes>, Refusal> {
        let (parts, body) = request.into_parts();
        let Some(path) = parts.uri.path().strip_prefix(ROOT) else { return Ok(unknown(&parts)) };
        let header = |name| header(&parts.headers, name);
        let answer = |request_id: &str, outcome| {
            self.step(|api| api.answer(request_id, header(INVOCATION_ID), outcome)).map(|()| accepted())
        };
        match (&parts.method, path.split('/').collect::<Vec<_>>().as_slice()) {
            (&Method::GET, ["invocation", "next"]) => self.next().await,
            (&Method::POST, ["invocation", _, "response"]) if header(RESPONSE_MODE).is_some() => Ok(reply(
                501,
                &json!({ "errorType": "NotModelled", "errorMessage": "streamed responses are not modelled" }),
            )),
            (&Method::POST, ["invocation", id, "response"]) => answer(id, Outcome::Returned(body)),
            (&Method::POST, ["invocation", id, "error"]) => answer(id, reported(header(ERROR_TYPE), body)),
            (&Method::POST, ["init", "error"]) => {
                let outcome = reported(header(ERROR_TYPE), body);
                self.step(|api| api.init_error(outcome)).map(|()| accepted())
            }
            _ => Ok(unknown(&parts)),
        }
    }
}

impl Served for Meeting {
    fn serve(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, Hangup>> {
        Box::pin(async move { Ok(self.route(request).await.unwrap_or_else(refused)) })
    }

    /// A body that no port reads is too large for Lambda all the more.
    fn too_large(&self, request: &Parts) -> Response<Bytes> {
        let path = request.uri.path().strip_prefix(ROOT).unwrap_or_default();
        let refusal = match path.split('/').collect::<Vec<_>>().as_slice() {
            ["invocation", id, _] => {
                let invocation_id = header(&request.headers, INVOCATION_ID);
                self.step(|api| api.answer(id, invocation_id, Outcome::too_large())).err()
            }
            _ => None,
        };
        refused(refusal.unwrap_or(Refusal::TooLarge))
    }
}

fn handed_out(invocation: Invocation) -> Response<Bytes> {
    let headers = [
        ("lambda-runtime-aws-request-id", invocation.request_id),
        (INVOCATION_ID, invocation.invocation_id),
        ("lambda-runtime-deadline-ms", invocation.deadline_ms.to_string()),
        ("lambda-runtime-invoked-function-arn", invocation.function_arn),
        ("lambda-runtime-trace-id", invocation.trace_header),
    ];
    let mut response = Response::builder().header(CONTENT_TYPE, "application/json");
    for (name, value) in headers {
        response = response.header(name, value);
    }
    response.body(invocation.payload).expect("ids, ARNs and trace headers are header values")
}

fn accepted() -> Response<Bytes> {
    reply(202, &json!({ "status": "OK" }))
}

fn refused(refusal: Refusal) -> Response<Bytes> {
    let (status, body) = refusal.response();
    reply(status, &body)
}

/// Restore and its error belong to SnapStart, which is not modelled.
fn unknown(request: &Parts) -> Response<Bytes> {
    let message = format!("{} {} is not modelled", request.method, request.uri.path());
    reply(404, &json!({ "errorType": "NotModelled", "errorMessage": message }))
}

fn reply(status: u16, body: &Value) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body.to_string()));
    *response.status_mut() = StatusCode::from_u16(status).expect("these are status codes");
    response.headers_mut().insert(CONTENT_TYPE, http::HeaderValue::from_static("application/json"));
    response
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
