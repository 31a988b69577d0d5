//! Why a resource could not be created: one line that names it.

use std::fmt;

use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use crate::parameter_store::StoreError;

/// What stopped the provisioner.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProvisionError {
    #[error("{resource} is refused: `{code}`: {message}")]
    Refused { resource: Resource, code: String, message: String },
    #[error("{resource} cannot be created: no answer from the endpoint ({reason})")]
    NoAnswer { resource: Resource, reason: String },
    #[error("{resource} is not as the template has it: {difference}")]
    Differs { resource: Resource, difference: String },
    #[error("{resource} did not become active within {seconds} s")]
    NotActive { resource: Resource, seconds: u64 },
    #[error("{resource} has the protocol `{protocol}`, which cannot be provisioned (sqs can)")]
    Protocol { resource: Resource, protocol: String },
}

/// What was to be created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    pub kind: &'static str,
    /// In the template.
    pub logical_id: String,
    pub name: String,
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, logical_id, name } = self;
        if logical_id == name { write!(f, "{kind} `{name}`") } else { write!(f, "{kind} `{name}` (`{logical_id}`)") }
    }
}

impl Resource {
    pub(super) fn new(kind: &'static str, logical_id: &str, name: &str) -> Self {
        Self { kind, logical_id: logical_id.to_owned(), name: name.to_owned() }
    }

    pub(super) fn differs(self, difference: String) -> ProvisionError {
        ProvisionError::Differs { resource: self, difference }
    }

    pub(super) fn refused<E, R>(self, error: &SdkError<E, R>) -> ProvisionError
    where
        E: ProvideErrorMetadata,
    {
        let Some(service) = error.as_service_error() else {
            let reason = one_line(&error.to_string());
            return ProvisionError::NoAnswer { resource: self, reason };
        };
        let code = service.code().unwrap_or("unknown").to_owned();
        ProvisionError::Refused { resource: self, code, message: one_line(service.message().unwrap_or_default()) }
    }

    pub(super) fn store(self, error: StoreError) -> ProvisionError {
        match error {
            StoreError::NoAnswer => ProvisionError::NoAnswer { resource: self, reason: error.to_string() },
            StoreError::Refused { code, message } => {
                ProvisionError::Refused { resource: self, code, message: one_line(&message) }
            }
        }
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
