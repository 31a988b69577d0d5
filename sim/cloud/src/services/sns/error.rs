//! The refusals of SNS, in the words that were recorded on AWS.

use crate::services::ServiceError;

pub(super) fn invalid(detail: impl std::fmt::Display) -> ServiceError {
    ServiceError::new("InvalidParameter", format!("Invalid parameter: {detail}"))
}

pub(super) fn invalid_value(message: impl Into<String>) -> ServiceError {
    ServiceError::new("ParameterValueInvalid", message)
}

pub(super) fn no_topic() -> ServiceError {
    ServiceError::new("NotFound", "Topic does not exist").with_status(404)
}

pub(super) fn no_subscription() -> ServiceError {
    ServiceError::new("NotFound", "Subscription does not exist").with_status(404)
}

/// Where attributes come together, a refusal of the value of one says so.
pub(super) fn among_attributes(attribute: &str, refusal: ServiceError) -> ServiceError {
    match refusal.message.strip_prefix("Invalid parameter: ") {
        Some(detail) if detail.starts_with(&format!("{attribute}: ")) => {
            invalid(format!("Attributes Reason: {detail}"))
        }
        _ => refusal,
    }
}

/// The sixth and later parts of an ARN.
pub(super) fn arn_rest<'a>(parameter: &str, arn: &'a str) -> Result<&'a str, ServiceError> {
    let parts = arn.splitn(6, ':').count();
    if parts < 6 {
        return Err(invalid(format!("{parameter} Reason: An ARN must have at least 6 elements, not {parts}")));
    }
    Ok(arn.splitn(6, ':').last().expect("there are six"))
}
