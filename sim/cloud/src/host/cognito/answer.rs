//! The few shapes of answer that the endpoints give.

use bytes::Bytes;
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, LOCATION};
use http::{HeaderName, Response, StatusCode};
use serde::Serialize;
use serde_json::json;

pub type Answer = Response<Bytes>;

/// An OAuth 2.0 error code, as the token and revocation endpoints answer it (`token-endpoint`, `revocation-endpoint`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OAuthError {
    InvalidRequest,
    InvalidClient,
    InvalidGrant,
    UnauthorizedClient,
    UnsupportedGrantType,
    UnsupportedTokenType,
}

impl OAuthError {
    const fn code(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::UnsupportedTokenType => "unsupported_token_type",
        }
    }

    pub fn answer(self, status: StatusCode) -> Answer {
        private_json(status, &json!({ "error": self.code() }))
    }
}

/// JSON that anybody may know.
pub fn public_json(body: &impl Serialize) -> Answer {
    build(StatusCode::OK, [(CONTENT_TYPE, "application/json")], encode(body))
}

/// JSON for the caller alone: no cache keeps it (RFC 6749 §5.1).
pub fn private_json(status: StatusCode, body: &impl Serialize) -> Answer {
    let headers = [(CONTENT_TYPE, "application/json;charset=UTF-8"), (CACHE_CONTROL, "no-store")];
    build(status, headers, encode(body))
}

pub fn empty(status: StatusCode) -> Answer {
    build(status, [], Bytes::new())
}

pub fn redirect(to: &str) -> Answer {
    build(StatusCode::FOUND, [(LOCATION, to), (CACHE_CONTROL, "no-store")], Bytes::new())
}

pub fn page(status: StatusCode, html: String) -> Answer {
    build(status, [(CONTENT_TYPE, "text/html;charset=UTF-8"), (CACHE_CONTROL, "no-store")], html.into())
}

pub fn method_not_allowed(allowed: &str) -> Answer {
    build(StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, allowed)], Bytes::new())
}

/// Says by name what this pool cannot do, so that nobody takes its silence for Cognito's behaviour.
pub fn not_modelled(what: &str) -> Answer {
    let body = format!("{what} is not modelled\n");
    build(StatusCode::NOT_IMPLEMENTED, [(CONTENT_TYPE, "text/plain;charset=UTF-8")], body.into())
}

fn encode(body: &impl Serialize) -> Bytes {
    serde_json::to_vec(body).expect("answers serialize").into()
}

/// Values of headers come from configuration or are percent-encoded; one that is neither makes no answer but a 500.
fn build<'a>(status: StatusCode, headers: impl IntoIterator<Item = (HeaderName, &'a str)>, body: Bytes) -> Answer {
    let builder = Response::builder().status(status);
    let builder = headers.into_iter().fold(builder, |builder, (name, value)| builder.header(name, value));
    builder.body(body).unwrap_or_else(|_| {
        let mut failure = Response::new(Bytes::new());
        *failure.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        failure
    })
}
