//! Refusals that the network makes up in a service's stead, in that service's own form.

use bytes::Bytes;
use http::Response;

use super::Failure;
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

/// What a fault, or the profile, answers for the service that `call` is for.
pub(super) fn fail(call: &Call, failure: &Failure) -> Answered {
    refuse(call, &ServiceError::new(failure.code.clone(), MESSAGE).with_status(failure.status.as_u16()))
}

/// "Too much", as each service says it.
pub(super) fn throttle(call: &Call) -> Answered {
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

/// `error` in the form of the service that `call` is for.
pub(super) fn refuse(call: &Call, error: &ServiceError) -> Answered {
    let code = error.code.to_string();
    if call.service == Service::Lambda {
        return Answered { response: lambda_wire::refusal(error.status, &code, &error.message), code };
    }
    Answered { response: wire::refuse(call, error).into_response(), code }
}
