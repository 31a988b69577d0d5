//! What the gateway answers in its own name, and why.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use serde_json::json;

use crate::network::Failure;

/// Why a request was not answered by its function.
///
/// The bodies of 401, 403, 404, 500 and 503 are documented or were seen on AWS; those of 413, 429 and 431 are the reason
/// phrase like them, which is a guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    NoRoute,
    /// Request line and headers are too long.
    HeadersTooLarge,
    BodyTooLarge,
    Throttled,
    /// An identity source of the authorizer is missing; the authorizer was not asked.
    IdentityMissing,
    Denied,
    /// The authorizer failed, timed out, was throttled, or answered what is no answer.
    AuthorizerFailed,
    IntegrationTimedOut,
    /// There was no environment for the function. Whether that is a 500 or a 503 is told differently; the status is a knob.
    IntegrationThrottled {
        status: u16,
    },
    IntegrationFailed,
    /// The event is more than Lambda takes, which is less than the gateway takes, and Lambda refuses it with 413. That the
    /// client is told 413 too was seen at REST APIs (koki-develop/lgtm-generator#10: `Request Too Long`;
    /// reapit/foundations#11187); of HTTP APIs nobody has told, and they are taken to do alike.
    EventTooLarge,
    /// The function's answer is no response.
    IntegrationMalformed,
    /// A fault, or the profile, had the gateway turn the request away before it had come to a route.
    GatewayRefused {
        status: StatusCode,
    },
    /// Or answer with an error after all had been done.
    GatewayFailed {
        status: StatusCode,
    },
}

impl Refusal {
    pub(super) fn of(failure: &Failure) -> Self {
        let status = failure.status;
        if failure.after_effect { Self::GatewayFailed { status } } else { Self::GatewayRefused { status } }
    }

    pub fn status(self) -> StatusCode {
        match self {
            Self::NoRoute => StatusCode::NOT_FOUND,
            Self::HeadersTooLarge => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::BodyTooLarge | Self::EventTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Throttled => StatusCode::TOO_MANY_REQUESTS,
            Self::IdentityMissing => StatusCode::UNAUTHORIZED,
            Self::Denied => StatusCode::FORBIDDEN,
            Self::IntegrationTimedOut => StatusCode::SERVICE_UNAVAILABLE,
            Self::IntegrationThrottled { status } => {
                StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
            }
            Self::GatewayRefused { status } | Self::GatewayFailed { status } => status,
            Self::AuthorizerFailed | Self::IntegrationFailed | Self::IntegrationMalformed => {
                StatusCode::INTERNAL_SERVER_ERROR
            }
        }
    }

    /// The name in facts.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NoRoute => "NoRoute",
            Self::HeadersTooLarge => "HeadersTooLarge",
            Self::BodyTooLarge => "BodyTooLarge",
            Self::Throttled => "Throttled",
            Self::IdentityMissing => "IdentityMissing",
            Self::Denied => "Denied",
            Self::AuthorizerFailed => "AuthorizerFailed",
            Self::IntegrationTimedOut => "IntegrationTimedOut",
            Self::IntegrationThrottled { .. } => "IntegrationThrottled",
            Self::IntegrationFailed => "IntegrationFailed",
            Self::EventTooLarge => "EventTooLarge",
            Self::IntegrationMalformed => "IntegrationMalformed",
            Self::GatewayRefused { .. } => "GatewayRefused",
            Self::GatewayFailed { .. } => "GatewayFailed",
        }
    }

    /// Whether the authorizer is at fault.
    pub const fn is_authorizers(self) -> bool {
        matches!(self, Self::AuthorizerFailed)
    }

    /// Whether the route's function is.
    pub const fn is_integrations(self) -> bool {
        matches!(
            self,
            Self::IntegrationTimedOut
                | Self::IntegrationThrottled { .. }
                | Self::IntegrationFailed
                | Self::EventTooLarge
                | Self::IntegrationMalformed
        )
    }

    /// The gateway's own answer: a JSON object with a message.
    pub fn response(self) -> Response<Bytes> {
        let status = self.status();
        let mut response = Response::new(Bytes::from(json!({ "message": message(status) }).to_string()));
        *response.status_mut() = status;
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        response
    }
}

pub fn message(status: StatusCode) -> &'static str {
    match status {
        // The name that AWS has kept is that of HTTP/1.1's first edition.
        StatusCode::PAYLOAD_TOO_LARGE => "Request Entity Too Large",
        status => status.canonical_reason().unwrap_or("Unknown"),
    }
}
