//! What an invocation gives back. A function that failed is still an answer: HTTP 200 with `X-Amz-Function-Error`.

use std::any::{Any, type_name};
use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use serde_json::json;

use super::child::Exit;
use crate::history;
use crate::program::FunctionError;

/// Largest payload of a synchronous invocation, either way, bytes ("Lambda quotas": 6 MB, as AWS reports it).
pub const SYNC_PAYLOAD_MAX: usize = 6_291_556;

/// Largest payload of an asynchronous invocation, bytes.
pub const ASYNC_PAYLOAD_MAX: usize = 1_048_576;

/// The end of one invocation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub request_id: String,
    pub payload: Bytes,
    pub end: End,
}

/// How a function ended, as its caller can tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    Success,
    Error { error_type: String },
    TimedOut,
    Crashed,
}

/// What a program did with an invocation, or with Init.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Returned(Bytes),
    /// The payload is the error as its caller sees it.
    Failed {
        error_type: String,
        payload: Bytes,
    },
    /// It answered no more.
    Exited(Exit),
}

impl Outcome {
    pub fn failed(error_type: &str, message: &str) -> Self {
        let payload = json!({ "errorType": error_type, "errorMessage": message });
        Self::Failed { error_type: error_type.to_owned(), payload: payload.to_string().into() }
    }

    pub fn too_large() -> Self {
        let message =
            format!("Response payload size exceeded maximum allowed payload size ({SYNC_PAYLOAD_MAX} bytes).");
        Self::failed("Function.ResponseSizeTooLarge", &message)
    }

    pub fn error_type(&self) -> &str {
        match self {
            Self::Returned(_) => "",
            Self::Failed { error_type, .. } => error_type,
            Self::Exited(_) => "Runtime.ExitError",
        }
    }

    /// Empty when it has none.
    pub fn payload(&self) -> &[u8] {
        match self {
            Self::Returned(payload) | Self::Failed { payload, .. } => payload,
            Self::Exited(_) => &[],
        }
    }
}

/// As `lambda_runtime` reports what a handler returned.
impl From<Result<Bytes, FunctionError>> for Outcome {
    fn from(returned: Result<Bytes, FunctionError>) -> Self {
        match returned {
            Ok(payload) if payload.len() > SYNC_PAYLOAD_MAX => Self::too_large(),
            Ok(payload) => Self::Returned(payload),
            Err(error) => Self::failed(&error.error_type, &error.message),
        }
    }
}

/// One line for the log.
impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exited(exit) => exit.fmt(f),
            _ => f.write_str(&String::from_utf8_lossy(self.payload())),
        }
    }
}

impl Answer {
    pub fn succeeded(&self) -> bool {
        self.end == End::Success
    }

    pub(super) fn of(request_id: String, outcome: Outcome) -> Self {
        match outcome {
            Outcome::Returned(payload) => Self { request_id, payload, end: End::Success },
            Outcome::Failed { error_type, payload } => Self { request_id, payload, end: End::Error { error_type } },
            Outcome::Exited(exit) => Self { end: End::Crashed, ..Self::exited(request_id, exit) },
        }
    }

    /// A panic is an error like others: `lambda_runtime` catches it, and the environment lives on.
    pub(super) fn panicked(request_id: String, message: &str) -> Self {
        // Whose type it is by the name of what was thrown.
        Self::of(request_id, Outcome::failed(type_name::<&Box<dyn Any + Send>>(), message))
    }

    pub(super) fn timed_out(request_id: String, timeout: Duration) -> Self {
        let seconds = timeout.as_secs_f64();
        let message = format!("RequestId: {request_id} Error: Task timed out after {seconds:.2} seconds");
        Self { end: End::TimedOut, ..Self::error(request_id, "Sandbox.Timedout", &message) }
    }

    /// Of a process that was never there to take the invocation.
    pub(super) fn exited(request_id: String, exit: Exit) -> Self {
        let message = format!("RequestId: {request_id} Error: {exit}");
        Self::error(request_id, "Runtime.ExitError", &message)
    }

    pub(super) fn crashed(request_id: String) -> Self {
        Self::of(request_id, Outcome::Exited(Exit::KILLED))
    }

    fn error(request_id: String, error_type: &str, message: &str) -> Self {
        Self::of(request_id, Outcome::failed(error_type, message))
    }
}

impl End {
    /// Whether the environment can take another invocation.
    pub(super) fn leaves_environment(&self) -> bool {
        matches!(self, Self::Success | Self::Error { .. })
    }

    pub(super) fn outcome(&self) -> history::Outcome<'_> {
        match self {
            Self::Success => history::Outcome::Success,
            Self::Error { error_type } => history::Outcome::Error { error_type },
            Self::TimedOut => history::Outcome::TimedOut,
            Self::Crashed => history::Outcome::Crashed,
        }
    }
}

/// An invocation that did not begin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvokeError {
    /// Its ARN with the version or alias that was asked for.
    #[error("Function not found: {arn}")]
    NotFound { arn: String },
    #[error("Rate Exceeded.")]
    Throttled { reason: &'static str },
}
