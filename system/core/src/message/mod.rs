//! The message: what is to be delivered, and how far that has come.

mod content;
mod status;

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use content::{
    BODY_BYTES_MAX, Content, Draft, InvalidContent, InvalidField, PRIORITY_DEFAULT, TAG_CHARS_MAX, TAGS_MAX,
    TITLE_CHARS_MAX,
};
pub use status::{Status, UnknownStatus};

use crate::clock::Moment;
use crate::error::Failure;
use crate::stage::Stage;

/// Version of the stored item.
pub const SCHEMA_VERSION: &str = "1.0";
/// How long a message is kept.
pub const RETENTION: Duration = Duration::from_secs(90 * 24 * 60 * 60);
/// Counted attempts after which a message fails.
pub const ATTEMPTS_MAX: u32 = 5;
/// How long an attempt has before the sweep may take the message back: above the processor's 50 s, the event source's
/// retry of which begins later.
pub const LEASE: Duration = Duration::from_secs(100);

/// What a message is named by everywhere.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MessageId(pub Uuid);

impl MessageId {
    pub fn parse(text: &str) -> Option<Self> {
        Uuid::parse_str(text).ok().map(Self)
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Who asked for a message: the schedule, or a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Scheduled,
    Manual,
}

impl Kind {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::Manual => "manual",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Scheduled, Self::Manual].into_iter().find(|kind| kind.as_str() == text)
    }
}

/// The right of one attempt to settle a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// Unique to the attempt.
    pub owner: String,
    pub until: Moment,
}

/// How a delivery ended well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    pub delivered: Moment,
    /// The destination's own id, where it gave one.
    pub notification_id: Option<String>,
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub id: MessageId,
    pub stage: Stage,
    pub created: Moment,
    pub updated: Moment,
    /// `scheduler`, or the user's `sub`.
    pub created_by: String,
    pub kind: Kind,
    pub content: Content,
    pub status: Status,
    /// Attempts that count against [`ATTEMPTS_MAX`], the one under way among them.
    pub attempts: u32,
    pub last_error: Option<Failure>,
    pub correlation_id: String,
    /// While it is being processed.
    pub lease: Option<Lease>,
    /// While it waits: when it is published (again).
    pub publish_after: Option<Moment>,
    /// It may not be claimed before.
    pub deferred_until: Option<Moment>,
    /// Times that it was published since it last began to wait.
    pub publishes: u32,
    pub receipt: Option<Receipt>,
    /// Who ended the last attempt, or changed the status without one; lets a writer recognise its own write.
    pub settled_by: Option<String>,
}

impl Message {
    /// A new message, published at once: the next look at it is after the first wait for a slow queue.
    pub fn new(id: MessageId, stage: Stage, now: Moment, draft: Draft, correlation_id: String) -> Self {
        Self {
            id,
            stage,
            created: now,
            updated: now,
            created_by: draft.created_by,
            kind: draft.kind,
            content: draft.content,
            status: Status::Created,
            attempts: 0,
            last_error: None,
            correlation_id,
            lease: None,
            publish_after: Some(now + republish_wait(0)),
            deferred_until: None,
            publishes: 1,
            receipt: None,
            settled_by: None,
        }
    }

    /// When somebody should look at it again: the key of the `due` index, absent once it is settled.
    pub fn due(&self) -> Option<Moment> {
        match self.status {
            Status::Created => self.publish_after,
            Status::Processing => self.lease.as_ref().map(|lease| lease.until),
            Status::Completed | Status::Failed | Status::Cancelled => None,
        }
    }

    /// When DynamoDB may remove it; not shown after.
    pub fn expires(&self) -> Moment {
        self.created + RETENTION
    }
}

/// How long a published message is given before it is published again: 15 minutes, doubling up to 2 hours, so that a
/// slow queue is not fed its own backlog. `publishes` counts those before.
pub fn republish_wait(publishes: u32) -> Duration {
    const FIRST: Duration = Duration::from_secs(15 * 60);
    const LONGEST: Duration = Duration::from_secs(2 * 60 * 60);
    FIRST.saturating_mul(2u32.saturating_pow(publishes)).min(LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_for_a_slow_queue_grows_to_two_hours() {
        let minutes: Vec<_> = (0..6).map(|publishes| republish_wait(publishes).as_secs() / 60).collect();
        assert_eq!(minutes, [15, 30, 60, 120, 120, 120]);
        assert_eq!(republish_wait(u32::MAX).as_secs(), 2 * 60 * 60);
    }
}
