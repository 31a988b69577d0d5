//! Requests that come in from a real port.

use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use serde_json::json;

use super::journey::{Arrival, Journey};
use super::to_its_end::ToItsEnd;
use super::{Caller, Network};
use crate::ports::Hangup;

impl Network {
    /// Carries a request to where its address says, and its answer back. Dropped before its end, the effect still happens.
    ///
    /// # Errors
    /// When the connection is to end without an answer.
    pub(crate) async fn take(
        self: &Arc<Self>,
        caller: Caller,
        request: Request<Bytes>,
    ) -> Result<Response<Bytes>, Hangup> {
        let (parts, body) = request.into_parts();
        // Lives for as long as somebody waits here.
        let waiting = Arc::new(());
        let begun = Journey::begin(self.clone(), caller, Arc::downgrade(&waiting), &parts, &body);
        let Ok(journey) = begun.inspect_err(|error| tracing::debug!("{error}")) else {
            return Ok(not_modelled(&parts));
        };
        match ToItsEnd::new(journey.travel(parts, body)).await {
            Arrival::Answered(response) => Ok(response),
            Arrival::Refused | Arrival::Reset => Err(Hangup),
            Arrival::Lost(_unanswered) => std::future::pending().await,
        }
    }
}

/// 501, with the name of what was asked for.
fn not_modelled(parts: &http::request::Parts) -> Response<Bytes> {
    let target = parts.headers.get("x-amz-target").and_then(|target| target.to_str().ok());
    let what = target.map_or_else(|| format!("{} {}", parts.method, parts.uri.path()), str::to_owned);
    let body = json!({ "__type": "NotImplemented", "message": format!("`{what}` is not modelled") });
    let mut response = Response::new(Bytes::from(body.to_string()));
    *response.status_mut() = StatusCode::NOT_IMPLEMENTED;
    response
}
