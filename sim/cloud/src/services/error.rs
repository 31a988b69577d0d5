//! What a service answers when it refuses.

use std::borrow::Cow;

/// A refusal, in AWS's words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct ServiceError {
    /// HTTP status.
    pub status: u16,
    /// The error code that a caller sees (`AWS.SimpleQueueService.NonExistentQueue`).
    pub code: Cow<'static, str>,
    /// The name of the error's shape, where the protocol carries it beside the code (`QueueDoesNotExist`).
    pub shape: Cow<'static, str>,
    pub message: String,
}

impl ServiceError {
    /// A 400 whose shape is called like its code.
    pub fn new(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        let code = code.into();
        Self { status: 400, shape: code.clone(), code, message: message.into() }
    }

    pub fn with_status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    pub fn with_shape(self, shape: &'static str) -> Self {
        Self { shape: Cow::Borrowed(shape), ..self }
    }

    /// An operation that this cloud does not know: refused by name, never silently accepted.
    pub fn not_modelled(service: &str, operation: &str) -> Self {
        Self::new("NotModelled", format!("`{service}.{operation}` is not modelled")).with_status(501)
    }
}
