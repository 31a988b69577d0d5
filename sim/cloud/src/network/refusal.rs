//! Refusals that the network makes up in a service's stead, in that service's own form.

use bytes::Bytes;
use http::{Response, StatusCode};

use super::destination::Destination;
use super::fate::SERVER_ERROR;
use crate::host::lambda::wire as lambda_wire;
use crate::services::wire::{self, Call};
use crate::services::{Service, ServiceError};

/// What a fault says in place of the service's message.
const MESSAGE: &str = "injected by a fault";

/// An answer, and its AWS error code for the history; empty for a success.
pub(super) struct Answered {
    pub response: Response<Bytes>,
    pub code: String,
}

impl Destination {
    pub(super) fn refusal(&self, status: u16, code: &str) -> Answered {
        match self {
            Self::Aws(call) => refuse(call, &ServiceError::new(code.to_owned(), MESSAGE).with_status(status)),
            Self::Server { listener, .. } => {
                let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                Answered { response: listener.server.refuse(status, code), code: code.to_owned() }
            }
        }
    }

    pub(super) fn server_error(&self) -> Answered {
        let (status, code) = SERVER_ERROR;
        self.refusal(status, code)
    }

    /// "Too much", as each service says it.
    pub(super) fn throttle(&self) -> Answered {
        let Self::Aws(call) = self else { return self.refusal(429, "too many requests") };
        let (status, code, message) = match call.service {
            Service::DynamoDb => (400, "ThrottlingException", "Rate of requests exceeds the allowed throughput."),
            Service::Sqs => (403, "RequestThrottled", "Request throttled."),
            Service::Sns => (400, "Throttled", "Rate exceeded"),
            Service::Parameters | Service::ApiGateway | Service::Cognito | Service::Other => {
                (400, "ThrottlingException", "Rate exceeded")
            }
            Service::Lambda => {
                let response = lambda_wire::throttle("CallerRateLimitExceeded");
                return Answered { response, code: "TooManyRequestsException".to_owned() };
            }
        };
        refuse(call, &ServiceError::new(code, message).with_status(status))
    }
}

/// `error` in the form of the service that `call` is for.
pub(super) fn refuse(call: &Call, error: &ServiceError) -> Answered {
    let code = error.code.to_string();
    if call.service == Service::Lambda {
        return Answered { response: lambda_wire::refusal(error.status, &code, &error.message), code };
    }
    Answered { response: wire::refuse(call, error).into_response(), code }
}
