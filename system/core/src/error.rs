//! What can go wrong with a delivery, in five categories, each failure with a stable code.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

/// What kind of failure it is decides what is done about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Category {
    /// 5xx, timeouts, resets: a retry may help.
    Transient,
    /// The destination takes no more for now: deferred, not retried, and no failure of the breaker.
    Limited,
    /// The destination will never take this one.
    Permanent,
    /// What came in is no event of ours.
    Validation,
    /// Our own fault: configuration, permission, credentials.
    System,
}

impl Category {
    pub const ALL: [Self; 5] = [Self::Transient, Self::Limited, Self::Permanent, Self::Validation, Self::System];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Transient => "transient",
            Self::Limited => "limited",
            Self::Permanent => "permanent",
            Self::Validation => "validation",
            Self::System => "system",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|category| category.as_str() == text)
    }
}

/// A failure as it is stored, sent between functions, and put on a dead letter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message} ({code})")]
pub struct Failure {
    pub category: Category,
    /// Stable, for machines: one of [`codes`].
    pub code: Cow<'static, str>,
    /// For people; never holds a secret or a message's body.
    pub message: String,
}

impl Failure {
    pub fn new(category: Category, code: &'static str, message: impl fmt::Display) -> Self {
        Self { category, code: Cow::Borrowed(code), message: message.to_string() }
    }
}

/// The codes of failures.
pub mod codes {
    // transient
    pub const SERVER_ERROR: &str = "server_error";
    pub const TIMEOUT: &str = "timeout";
    pub const CONNECTION: &str = "connection";
    pub const ATTEMPT_LOST: &str = "attempt_lost";
    pub const NO_TIME_LEFT: &str = "no_time_left";

    // limited
    pub const RATE_LIMITED: &str = "rate_limited";
    pub const DAILY_QUOTA: &str = "daily_quota";
    pub const BREAKER_OPEN: &str = "breaker_open";
    pub const PACE: &str = "pace";
    pub const GATE_CONTENDED: &str = "gate_contended";
    pub const INVOKE_THROTTLED: &str = "invoke_throttled";
    pub const DELIVERIES_PAUSED: &str = "deliveries_paused";
    pub const CHANNEL_DISABLED: &str = "channel_disabled";

    // permanent
    pub const REJECTED: &str = "rejected";

    // validation
    pub const EVENT_NOT_JSON: &str = "event_not_json";
    pub const EVENT_MALFORMED: &str = "event_malformed";
    pub const EVENT_VERSION: &str = "event_version_unsupported";
    pub const EVENT_TYPE: &str = "event_type_unknown";
    pub const EVENT_STAGE: &str = "event_stage_foreign";

    // system
    pub const UNAUTHORIZED: &str = "unauthorized";
    pub const FORBIDDEN: &str = "forbidden";
    pub const LOGIN_LIMITED: &str = "login_limited";
    pub const ANSWER_UNEXPECTED: &str = "answer_unexpected";
    pub const PARAMETERS: &str = "parameters_unusable";
    pub const INVOKE_REFUSED: &str = "invoke_refused";
}
