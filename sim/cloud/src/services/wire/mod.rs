//! The wire protocols of AWS, decoded into calls of the services, and their answers encoded again.
//!
//! SQS and DynamoDB speak AWS JSON 1.0 here, Systems Manager 1.1, SNS the query protocol with XML answers, and SQS that
//! too. Beside
//! them stands the local HTTP endpoint of the Parameters and Secrets extension. What is not modelled is answered with
//! status 501 and its name.

mod answer;
mod classify;
mod dynamodb;
mod extension;
mod json;
mod parameters;
mod permissions;
mod query;
mod sns;
mod sqs;
mod xml;

use bytes::Bytes;
use http::request::Parts;

pub use answer::Answer;
pub use classify::{Call, classify};
pub(crate) use extension::wants_decryption;
pub use permissions::{Permission, decryption, permissions};

use super::{Service, ServiceError, Services};
use crate::history::{Cause, Fact};

/// The header in which a caller passes its trace on.
const TRACE_HEADER: &str = "x-amzn-trace-id";

/// Does what a request asks for, and answers. Only a long poll and a transaction take (virtual) time.
///
/// The effect is there when the future was polled once; a long poll's comes with its messages.
pub async fn answer(services: &Services, call: &Call, parts: &Parts, body: &Bytes, cause: Cause<'_>) -> Answer {
    let operation = call.operation.as_str();
    let trace_header = parts.headers.get(TRACE_HEADER).and_then(|value| value.to_str().ok());
    let answer = match call.service {
        Service::DynamoDb => dynamodb::answer(&services.dynamodb, operation, body, cause).await,
        Service::Sqs if call.by_form => {
            sqs::answer_form(&services.sqs, operation, parts.uri.path(), body, trace_header, cause).await
        }
        Service::Sqs => sqs::answer(&services.sqs, operation, body, trace_header, cause).await,
        Service::Sns => sns::answer(&services.sns, operation, body, trace_header, cause),
        Service::Parameters if extension::is_meant(parts) => extension::answer(&services.parameters, parts),
        Service::Parameters => parameters::answer(&services.parameters, operation, body),
        Service::Lambda => refuse(call, &ServiceError::not_modelled("lambda", operation)),
        Service::ApiGateway | Service::Cognito | Service::Other => {
            refuse(call, &ServiceError::not_modelled(&call.resource, operation))
        }
    };
    if answer.is_not_modelled() {
        let service = if call.service == Service::Other { &call.resource } else { call.service.name() };
        let what = format!("{service}.{operation}");
        services.history.record(Fact::NotModelled { what: &what, by: cause });
    }
    answer
}

/// The error code of an answer in a JSON protocol; empty for a success, and for XML, which keeps its code inside.
pub(crate) fn error_code(response: &http::Response<Bytes>) -> String {
    #[derive(serde::Deserialize)]
    struct Refusal {
        #[serde(rename = "__type")]
        shape: String,
    }
    let refusal = (response.status().as_u16() >= 400).then(|| serde_json::from_slice::<Refusal>(response.body()).ok());
    let shape = refusal.flatten().map(|refusal| refusal.shape).unwrap_or_default();
    shape.rsplit('#').next().unwrap_or_default().to_owned()
}

/// `refusal` in the form of the service that `call` is for.
pub fn refuse(call: &Call, refusal: &ServiceError) -> Answer {
    match call.service {
        Service::Sqs if call.by_form => sqs::form_error(refusal),
        Service::Sqs => sqs::error(refusal),
        Service::Sns => xml::error(xml::SNS, refusal),
        Service::DynamoDb => json::error(refusal, json::VERSION_1_0),
        Service::Parameters | Service::Lambda | Service::ApiGateway | Service::Cognito | Service::Other => {
            json::error(refusal, json::VERSION_1_1)
        }
    }
}
