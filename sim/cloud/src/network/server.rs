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

    /// What the server answers when a fault makes it refuse; override it to use the server's own words.
    fn refuse(&self, status: StatusCode, code: &str) -> Response<Bytes> {
        let mut response = Response::new(Bytes::from(json!({ "error": code }).to_string()));
        *response.status_mut() = status;
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        response
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
