//! AWS JSON: a target header and a JSON body in, a JSON body out.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::Answer;
use crate::services::ServiceError;

pub(super) const VERSION_1_0: &str = "application/x-amz-json-1.0";
pub(super) const VERSION_1_1: &str = "application/x-amz-json-1.1";

/// Reads a request. A member of a wrong type is refused as AWS does, without saying which.
pub(super) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, ServiceError> {
    let body = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(body).map_err(|error| ServiceError::new("SerializationException", error.to_string()))
}

pub(super) fn ok<T: Serialize>(body: &T, version: &str) -> Answer {
    Answer::ok(version, serde_json::to_vec(body).expect("answers are made of strings and numbers"))
}

/// A refusal: the shape's name in `__type`, the text in `message`; in `Message` where IAM refuses, not the service.
pub(super) fn error(error: &ServiceError, version: &str) -> Answer {
    let member = if error.shape.ends_with("AccessDeniedException") { "Message" } else { "message" };
    let body = json!({ "__type": error.shape, member: error.message });
    Answer { status: error.status, code: error.code.to_string(), ..Answer::ok(version, body.to_string()) }
}

pub(super) fn answer<T: Serialize>(outcome: Result<T, ServiceError>, version: &str) -> Answer {
    match outcome {
        Ok(body) => ok(&body, version),
        Err(refusal) => error(&refusal, version),
    }
}
