//! Servers with hosts of their own on the wire, and who calls them.

use std::sync::Arc;

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderValue, Request, Response, StatusCode, header};
use serde_json::json;

use crate::history::Cause;
use crate::host::lambda::Process;
use crate::program::BoxFuture;

/// A server that goes by its host name on the wire: one outside AWS, or an endpoint that AWS gives to a system of its
/// users. It runs on the world's clock.
pub trait HttpServer: Send + Sync {
    fn serve(&self, request: Request<Bytes>, from: Caller) -> BoxFuture<'_, Response<Bytes>>;

    /// What a request asks for, as facts name it; method and path, unless the server has a name for it.
    fn operation(&self, request: &Parts) -> String {
        format!("{} {}", request.method, request.uri.path())
    }

    /// A request that a fault, or the profile, makes the server fail. Override it when what the server reports of a
    /// request must agree with what its client is told.
    fn fail(&self, request: Request<Bytes>, from: Caller, failure: Failure) -> BoxFuture<'_, Response<Bytes>> {
        Box::pin(async move {
            if failure.after_effect {
                self.serve(request, from).await;
            }
            self.refuse(failure.status, &failure.code)
        })
    }

    /// What the server answers when it is made to fail; override it to use the server's own words.
    fn refuse(&self, status: StatusCode, code: &str) -> Response<Bytes> {
        let mut response = Response::new(Bytes::from(json!({ "error": code }).to_string()));
        *response.status_mut() = status;
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        response
    }
}

/// The error that a request is answered with, whatever would have become of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub status: StatusCode,
    /// As AWS names errors; facts tell it.
    pub code: String,
    /// Whether the request takes effect nonetheless: such an answer does not say what happened.
    pub after_effect: bool,
}

impl Failure {
    /// What is no status stands for a 500.
    pub(super) fn new((status, code): (u16, &str), after_effect: bool) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self { status, code: code.to_owned(), after_effect }
    }
}

/// Who sends a request.
#[derive(Clone, Debug)]
pub enum Caller {
    /// An execution environment.
    Function(Arc<Process>),
    /// The world outside: a workload, a test. With `exposed`, its requests take their time and meet faults like any
    /// other; without, nothing stands between it and the service. Permissions do not concern it.
    Outside { exposed: bool },
}

impl Caller {
    /// The name of the function, or `outside`.
    pub fn name(&self) -> &str {
        match self {
            Self::Function(process) => &process.function,
            Self::Outside { .. } => "outside",
        }
    }

    pub(super) fn is_exposed(&self) -> bool {
        match self {
            Self::Function(_) => true,
            Self::Outside { exposed } => *exposed,
        }
    }

    /// Id of the invocation during which it calls; empty for the world outside.
    pub(super) fn request_id(&self) -> Arc<str> {
        match self {
            Self::Function(process) => process.request_id(),
            Self::Outside { .. } => Arc::from(""),
        }
    }

    pub(super) fn cause<'a>(&'a self, request_id: &'a str) -> Cause<'a> {
        match self {
            Self::Function(process) => process.cause(request_id),
            Self::Outside { .. } => Cause::Outside,
        }
    }
}
