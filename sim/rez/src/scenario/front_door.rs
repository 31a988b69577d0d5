//! What comes to the front door beside ordinary people: attackers, a client that does not listen, new signing keys.

use std::time::Duration;

use serde::Deserialize;

use super::span::Span;

/// Requests that must all be refused.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Hostile {
    pub requests_per_day: u32,
    pub kinds: Vec<HostileKind>,
}

impl Default for Hostile {
    /// None; and of each kind, if there are any.
    fn default() -> Self {
        Self { requests_per_day: 0, kinds: HostileKind::ALL.to_vec() }
    }
}

/// What is wrong with a hostile request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HostileKind {
    /// Forged, altered, expired, huge or missing tokens.
    Token,
    /// Bodies that are too large, no JSON, nested deeply, or have unknown or wrong fields.
    Body,
    /// Queries that are out of bounds, and paths that name no message.
    Query,
    /// Forged cursors, and those of another query.
    Cursor,
    /// Methods and paths that no route takes.
    Route,
    /// Callbacks and refreshes that were not started here.
    SignIn,
}

impl HostileKind {
    pub const ALL: [Self; 6] = [Self::Token, Self::Body, Self::Query, Self::Cursor, Self::Route, Self::SignIn];
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BurstFile {
    pub from: Span,
    #[serde(rename = "for")]
    pub lasts: Span,
    pub requests_per_second: u32,
}

/// A client that sends at this rate, whatever it is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Burst {
    /// Since the run began.
    pub from: Duration,
    pub until: Duration,
    pub requests_per_second: u32,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyRotationFile {
    pub at: Span,
    pub overlap: Span,
}

/// From then on tokens are signed with new keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyRotation {
    /// Since the run began.
    pub at: Duration,
    /// How long the old ones stay published.
    pub overlap: Duration,
}
