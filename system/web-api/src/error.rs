//! What can go wrong for a caller, and which status that is. The only file that knows both.
//!
//! An answer never carries the text of an inner error: every sentence that a caller can read stands here or is the fixed
//! text of a [`Detail`]. The inner cause goes to the log, once, in [`crate::routes`].

use std::borrow::Cow;

use http::{HeaderValue, StatusCode};
use rez_core::cancel::CancelError;
use rez_core::create::CreateError;
use rez_core::message::InvalidContent;
use rez_core::redrive::RedriveError;
use rez_core::store::StoreError;
use serde::Serialize;

/// At most this many mistakes are reported for one request, so that an error never outgrows its request.
const DETAILS_MAX: usize = 20;

/// An unknown field is echoed up to this many characters.
const FIELD_ECHO_MAX: usize = 64;

/// One code per cause, as `openapi.yaml` lists them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorCode {
    InvalidRequest,
    InvalidJson,
    InvalidCursor,
    BodyTooLarge,
    UnsupportedMediaType,
    Unauthenticated,
    Forbidden,
    CsrfRefused,
    MessageNotFound,
    MessageNotCancellable,
    MessageNotFailed,
    IdempotencyKeyReused,
    SignInExpired,
    SignInRefused,
    SessionExpired,
    RouteNotFound,
    DatabaseUnavailable,
    IdentityUnavailable,
    SettingsUnavailable,
    InternalError,
}

impl ErrorCode {
    /// As it stands in an answer, its status, and its sentence for people.
    pub fn row(self) -> (&'static str, StatusCode, &'static str) {
        match self {
            Self::InvalidRequest => (
                "invalid_request",
                StatusCode::BAD_REQUEST,
                "The request has fields that are missing, unknown or out of bounds.",
            ),
            Self::InvalidJson => ("invalid_json", StatusCode::BAD_REQUEST, "The body is not a JSON object in UTF-8."),
            Self::InvalidCursor => {
                ("invalid_cursor", StatusCode::BAD_REQUEST, "The cursor does not belong to this query.")
            }
            Self::BodyTooLarge => ("body_too_large", StatusCode::PAYLOAD_TOO_LARGE, "The body is larger than 16 KiB."),
            Self::UnsupportedMediaType => {
                ("unsupported_media_type", StatusCode::UNSUPPORTED_MEDIA_TYPE, "The body must be application/json.")
            }
            Self::Unauthenticated => ("unauthenticated", StatusCode::UNAUTHORIZED, "Please sign in."),
            Self::Forbidden => ("forbidden", StatusCode::FORBIDDEN, "None of your groups may do this."),
            Self::CsrfRefused => {
                ("csrf_refused", StatusCode::FORBIDDEN, "This request must come from the application itself.")
            }
            Self::MessageNotFound => ("message_not_found", StatusCode::NOT_FOUND, "There is no such message."),
            Self::MessageNotCancellable => (
                "message_not_cancellable",
                StatusCode::CONFLICT,
                "Only a message that is still `created` can be cancelled.",
            ),
            Self::MessageNotFailed => {
                ("message_not_failed", StatusCode::CONFLICT, "Only a message that is `failed` can be redriven.")
            }
            Self::IdempotencyKeyReused => (
                "idempotency_key_reused",
                StatusCode::CONFLICT,
                "This Idempotency-Key was used for another request within the last 24 hours.",
            ),
            Self::SignInExpired => (
                "sign_in_expired",
                StatusCode::BAD_REQUEST,
                "The sign-in was not started here, or took too long. Please start again.",
            ),
            Self::SignInRefused => {
                ("sign_in_refused", StatusCode::UNAUTHORIZED, "The sign-in was refused. Please start again.")
            }
            Self::SessionExpired => {
                ("session_expired", StatusCode::UNAUTHORIZED, "The session has ended. Please sign in.")
            }
            Self::RouteNotFound => ("route_not_found", StatusCode::NOT_FOUND, "There is nothing at this address."),
            Self::DatabaseUnavailable => (
                "database_unavailable",
                StatusCode::SERVICE_UNAVAILABLE,
                "The service cannot reach its data just now. Please try again.",
            ),
            Self::IdentityUnavailable => (
                "identity_unavailable",
                StatusCode::SERVICE_UNAVAILABLE,
                "The sign-in service does not answer just now. Please try again.",
            ),
            Self::SettingsUnavailable => (
                "settings_unavailable",
                StatusCode::SERVICE_UNAVAILABLE,
                "The service cannot read its settings just now. Please try again.",
            ),
            Self::InternalError => {
                ("internal_error", StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong on our side.")
            }
        }
    }

    pub fn as_str(self) -> &'static str {
        self.row().0
    }

    pub fn status(self) -> StatusCode {
        self.row().1
    }

    /// Seconds after which trying again makes sense, if it ever does.
    pub fn retry_after_seconds(self) -> Option<u32> {
        match self {
            Self::DatabaseUnavailable | Self::IdentityUnavailable | Self::SettingsUnavailable => Some(5),
            _ => None,
        }
    }
}

/// One mistake in a request, with the field that it is in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Detail {
    pub field: String,
    pub problem: Cow<'static, str>,
}

impl Detail {
    pub fn new(field: &str, problem: impl Into<Cow<'static, str>>) -> Self {
        let mut shown: String = field.chars().take(FIELD_ECHO_MAX).collect();
        if shown.len() < field.len() {
            shown.push('…');
        }
        Self { field: shown, problem: problem.into() }
    }
}

/// Why a request is refused or failed.
#[derive(Clone, Debug)]
pub struct ApiError {
    pub code: ErrorCode,
    pub details: Vec<Detail>,
    /// For the log only.
    pub cause: Option<String>,
    /// Cookies that end with this error.
    pub cookies: Vec<HeaderValue>,
}

impl ApiError {
    pub fn new(code: ErrorCode) -> Self {
        Self { code, details: Vec::new(), cause: None, cookies: Vec::new() }
    }

    /// A request with mistakes in its fields.
    pub fn invalid(mut details: Vec<Detail>) -> Self {
        details.truncate(DETAILS_MAX);
        Self { details, ..Self::new(ErrorCode::InvalidRequest) }
    }

    /// A request with a mistake in one field.
    pub fn field(field: &str, problem: impl Into<Cow<'static, str>>) -> Self {
        Self::invalid(vec![Detail::new(field, problem)])
    }

    /// A fault of ours, or of what we depend on, with what the log should say about it.
    pub fn caused(code: ErrorCode, cause: impl std::fmt::Display) -> Self {
        Self { cause: Some(cause.to_string()), ..Self::new(code) }
    }

    pub fn with_detail(mut self, detail: Detail) -> Self {
        self.details.push(detail);
        self
    }

    pub fn with_cookie(mut self, cookie: HeaderValue) -> Self {
        self.cookies.push(cookie);
        self
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        let code = match error {
            StoreError::Unavailable(_) => ErrorCode::DatabaseUnavailable,
            StoreError::Refused(_) | StoreError::Corrupt(_) => ErrorCode::InternalError,
        };
        Self::caused(code, error)
    }
}

impl From<CreateError> for ApiError {
    fn from(error: CreateError) -> Self {
        match error {
            CreateError::Invalid(InvalidContent(wrong)) => {
                Self::invalid(wrong.into_iter().map(|wrong| Detail::new(wrong.field, wrong.problem)).collect())
            }
            CreateError::Store(error) => error.into(),
        }
    }
}

impl From<CancelError> for ApiError {
    fn from(error: CancelError) -> Self {
        match error {
            CancelError::NotFound => ErrorCode::MessageNotFound.into(),
            CancelError::NotCreated(_) => ErrorCode::MessageNotCancellable.into(),
            CancelError::Store(error) => error.into(),
        }
    }
}

impl From<RedriveError> for ApiError {
    fn from(error: RedriveError) -> Self {
        match error {
            RedriveError::NotFound => ErrorCode::MessageNotFound.into(),
            RedriveError::NotFailed(_) => ErrorCode::MessageNotFailed.into(),
            RedriveError::Store(error) => error.into(),
        }
    }
}

impl From<ErrorCode> for ApiError {
    fn from(code: ErrorCode) -> Self {
        Self::new(code)
    }
}

/// The body of every error.
#[derive(Debug, Serialize)]
pub struct ErrorBody<'a> {
    pub error: ErrorContent<'a>,
}

#[derive(Debug, Serialize)]
pub struct ErrorContent<'a> {
    pub code: &'static str,
    pub message: &'static str,
    pub correlation_id: &'a str,
    #[serde(skip_serializing_if = "<[Detail]>::is_empty")]
    pub details: &'a [Detail],
}
