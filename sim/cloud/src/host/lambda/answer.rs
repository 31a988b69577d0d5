//! What an invocation gives back. A function that failed is still an answer: HTTP 200 with `X-Amz-Function-Error`.

use std::time::Duration;

use bytes::Bytes;
use serde_json::json;

use crate::history::Outcome;
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

impl Answer {
    pub fn succeeded(&self) -> bool {
        self.end == End::Success
    }

    pub(super) fn success(request_id: String, payload: Bytes) -> Self {
        if payload.len() > SYNC_PAYLOAD_MAX {
            let message =
                format!("Response payload size exceeded maximum allowed payload size ({SYNC_PAYLOAD_MAX} bytes).");
            return Self::error(request_id, "Function.ResponseSizeTooLarge", &message);
        }
        Self { request_id, payload, end: End::Success }
    }

    pub(super) fn failure(request_id: String, error: &FunctionError) -> Self {
        Self::error(request_id, &error.error_type, &error.message)
    }

    /// A panic is an error like others: `lambda_runtime` catches it, and the environment lives on.
    pub(super) fn panicked(request_id: String, message: String) -> Self {
        Self::failure(request_id, &FunctionError { error_type: "panic".into(), message })
    }

    pub(super) fn timed_out(request_id: String, timeout: Duration) -> Self {
        let seconds = timeout.as_secs_f64();
        let message = format!("RequestId: {request_id} Error: Task timed out after {seconds:.2} seconds");
        Self { end: End::TimedOut, ..Self::error(request_id, "Sandbox.Timedout", &message) }
    }

    /// `reason` such as `exit status 1` or `signal: killed`.
    pub(super) fn exited(request_id: String, reason: &str) -> Self {
        let message = format!("RequestId: {request_id} Error: Runtime exited with error: {reason}");
        Self::error(request_id, "Runtime.ExitError", &message)
    }

    pub(super) fn crashed(request_id: String) -> Self {
        Self { end: End::Crashed, ..Self::exited(request_id, "signal: killed") }
    }

    fn error(request_id: String, error_type: &str, message: &str) -> Self {
        let body = json!({ "errorType": error_type, "errorMessage": message });
        Self { request_id, payload: body.to_string().into(), end: End::Error { error_type: error_type.to_owned() } }
    }
}

impl End {
    /// Whether the environment can take another invocation.
    pub(super) fn leaves_environment(&self) -> bool {
        matches!(self, Self::Success | Self::Error { .. })
    }

    pub(super) fn outcome(&self) -> Outcome<'_> {
        match self {
            Self::Success => Outcome::Success,
            Self::Error { error_type } => Outcome::Error { error_type },
            Self::TimedOut => Outcome::TimedOut,
            Self::Crashed => Outcome::Crashed,
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
