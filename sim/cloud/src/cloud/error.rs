//! Why a cloud cannot be built.

use crate::faults::FaultError;
use crate::host::api_gateway::ApiError;
use crate::host::cloudwatch::WatchError;
use crate::host::cognito::SettingsError;
use crate::host::lambda::child::BinaryError;
use crate::host::schedule::ExpressionError;
use crate::services::ServiceError;

/// What is wrong with a template, with what was put under it, or with the faults.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    #[error("function `{0}` of the template has no program (give it one with `function`)")]
    NoProgram(String),
    #[error("function `{function}`: {error}")]
    Binary { function: String, error: BinaryError },
    #[error("there is no function `{given}` in the template (it has {known})")]
    NoFunction { given: String, known: String },
    #[error("`{user}` needs {what} `{name}`, which the template does not have")]
    Missing { user: String, what: &'static str, name: String },
    #[error("the template is for {given}, and this cloud is {expected}")]
    Elsewhere { given: String, expected: String },
    #[error("`{resource}`: {error}")]
    Refused { resource: String, error: ServiceError },
    #[error("`{principal}` may not `{action}` on `{resource}` (`{user}` needs it)")]
    NotPermitted { user: String, principal: String, action: String, resource: String },
    #[error("subscription `{subscription}` has protocol `{protocol}`, which is not modelled")]
    Protocol { subscription: String, protocol: String },
    #[error("rule `{rule}`: {error}")]
    Schedule { rule: String, error: ExpressionError },
    #[error("API `{api}`: {error}")]
    Api { api: String, error: ApiError },
    #[error("user pool `{pool}`: {error}")]
    UserPool { pool: String, error: SettingsError },
    #[error(transparent)]
    Watch(#[from] WatchError),
    #[error("fault: {0}")]
    Fault(#[from] FaultError),
}
