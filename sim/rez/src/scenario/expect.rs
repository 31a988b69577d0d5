//! What must be so at the end, beside the invariants that always hold: in the dead-letter queue, and of the alarms.

use std::time::Duration;

use serde::Deserialize;
use toml::Spanned;

use super::span::Span;

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ExpectFile {
    pub dead_lettered: DeadLettered,
    pub other_alarms: OtherAlarms,
    pub alarm: Vec<Spanned<AlarmFile>>,
}

/// What the dead-letter queue holds at the end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeadLettered {
    #[default]
    Anything,
    None,
    /// Every poison event that was sent, and nothing else.
    Poison,
}

/// Alarms that no entry expects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OtherAlarms {
    #[default]
    Anything,
    None,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlarmFile {
    pub name: Spanned<String>,
    pub from: Span,
    #[serde(rename = "for")]
    pub lasts: Span,
    #[serde(default = "yes")]
    pub required: bool,
}

fn yes() -> bool {
    true
}

/// An alarm that goes to `ALARM` within a window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpectedAlarm {
    /// Logical id or name; text until a template says what there is.
    pub name: String,
    /// `FILE:LINE` of the name, for a message that it is not there.
    pub place: String,
    /// Since the run began.
    pub from: Duration,
    pub until: Duration,
    /// Otherwise it may fire, and need not.
    pub required: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expectations {
    pub dead_lettered: DeadLettered,
    pub other_alarms: OtherAlarms,
    pub alarms: Vec<ExpectedAlarm>,
}
