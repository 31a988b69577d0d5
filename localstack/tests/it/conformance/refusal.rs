//! What a service says when it refuses.

use std::fmt::Debug;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub status: u16,
    pub code: String,
    pub message: String,
}

impl Refusal {
    pub fn new(status: u16, code: &str, message: &str) -> Self {
        Self { status, code: code.to_owned(), message: message.to_owned() }
    }

    /// Status and code alone, where AWS's own words are not recorded.
    pub fn kind(&self) -> (u16, &str) {
        (self.status, &self.code)
    }
}

/// The refusal in an answer that may be one.
pub fn outcome<T: Debug, E: ProvideErrorMetadata + Debug>(
    answer: Result<T, SdkError<E, HttpResponse>>,
) -> Result<(), Refusal> {
    if answer.is_ok() { Ok(()) } else { Err(refusal(answer)) }
}

/// The refusal in an answer that must be one.
pub fn refusal<T: Debug, E: ProvideErrorMetadata + Debug>(answer: Result<T, SdkError<E, HttpResponse>>) -> Refusal {
    let error = answer.expect_err("it must be refused");
    let status = error.raw_response().map_or(0, |response| response.status().as_u16());
    let Some(service) = error.as_service_error() else { panic!("no answer of the service: {error:?}") };
    Refusal::new(status, service.code().unwrap_or_default(), service.message().unwrap_or_default())
}
