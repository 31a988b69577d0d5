//! One request at ntfy's port: which fault it meets, and what its sender gets to see.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::request::Parts;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;

use super::faults::{Fault, Kind, When};
use super::model::Model;
use super::state::State;
use crate::NtfyError;

/// A little above the largest attachment, so that the model itself refuses what is too large for it.
const BODY_BYTES_MAX: usize = 16 * 1024 * 1024;

/// What becomes of the connection.
pub enum Outcome {
    Answer(Response<Bytes>),
    /// Reset, after the first half of this answer.
    Reset(Option<Response<Bytes>>),
    Silence,
    Close,
}

pub struct Exchange {
    pub state: Arc<State>,
    pub model: Arc<Model>,
}

impl Exchange {
    pub async fn serve(&self, request: Request<Incoming>, peer: IpAddr) -> Outcome {
        let (parts, body) = request.into_parts();
        let Ok(body) = Limited::new(body, BODY_BYTES_MAX).collect().await else {
            return Outcome::Answer(NtfyError::ATTACHMENT_TOO_LARGE.response());
        };
        let body = body.to_bytes();
        let fault = if publishes(&parts) { self.state.meet() } else { None };
        match fault {
            None => Outcome::Answer(self.model.ask(&parts, body, peer).await),
            Some(fault) => self.misbehave(&fault, &parts, body, peer).await,
        }
    }

    async fn misbehave(&self, fault: &Fault, parts: &Parts, body: Bytes, peer: IpAddr) -> Outcome {
        let delay = Duration::from_millis(fault.delay_ms.unwrap_or_default());
        if fault.when != Some(When::After) {
            tokio::time::sleep(delay).await;
        }
        let answer = if fault.takes_effect() { Some(self.model.ask(parts, body, peer).await) } else { None };
        if fault.when == Some(When::After) {
            tokio::time::sleep(delay).await;
        }
        match (fault.kind, answer) {
            (Kind::Delay, Some(answer)) => Outcome::Answer(answer),
            (Kind::Error, _) => Outcome::Answer(error(fault.status.unwrap_or(500))),
            (Kind::Reset, answer) => Outcome::Reset(answer),
            (Kind::Silent, _) => Outcome::Silence,
            (Kind::Lose | Kind::Delay | Kind::Refuse, _) => Outcome::Close,
        }
    }
}

/// Faults are for publishes: whoever asks for the health, or reads back, does not use them up.
fn publishes(parts: &Parts) -> bool {
    let path = parts.uri.path();
    let by_path = ["/publish", "/send", "/trigger"].iter().any(|end| path.ends_with(end));
    parts.method == Method::POST || parts.method == Method::PUT || parts.method == Method::GET && by_path
}

/// ntfy's own 429 and 500; the page of a proxy for anything else.
fn error(status: u16) -> Response<Bytes> {
    let (content_type, body) = match status {
        429 => return NtfyError::REQUESTS.response(),
        500 => ("application/json", "{\"code\":50001,\"http\":500,\"error\":\"internal server error\"}\n".to_owned()),
        _ => ("text/html", format!("<html><head><title>{status}</title></head></html>\n")),
    };
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = StatusCode::from_u16(status).expect("checked when the fault was set");
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}
