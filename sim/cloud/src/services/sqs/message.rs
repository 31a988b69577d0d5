//! Messages: as they are sent, as the queue keeps them, and as they come out.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::services::attribute::Attributes;

/// What a sender hands in.
#[derive(Clone, Debug, Default)]
pub struct Outgoing {
    pub body: String,
    /// Overrides the queue's delay.
    pub delay: Option<Duration>,
    pub attributes: Attributes,
    /// X-Ray's header, kept as the system attribute `AWSTraceHeader`.
    pub trace_header: Option<String>,
    /// On a standard queue this only asks for fairness between groups.
    pub group_id: Option<String>,
    /// A standard queue refuses it.
    pub deduplication_id: Option<String>,
}

impl Outgoing {
    pub fn new(body: impl Into<String>) -> Self {
        Self { body: body.into(), ..Self::default() }
    }

    /// A new message with what `message` says.
    pub(super) fn again(message: &Message) -> Self {
        Self {
            body: message.body.clone(),
            delay: None,
            attributes: message.attributes.clone(),
            trace_header: message.trace_header.clone(),
            group_id: message.group_id.clone(),
            deduplication_id: None,
        }
    }
}

/// What the sender is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    pub message_id: String,
    pub body_md5: String,
    pub attributes_md5: Option<String>,
    pub system_attributes_md5: Option<String>,
}

/// What stays the same for as long as a message lives, in its queue and in the dead-letter queue.
#[derive(Clone, Debug)]
pub struct Message {
    pub id: String,
    pub body: String,
    pub body_md5: String,
    pub attributes: Attributes,
    pub attributes_md5: Option<String>,
    pub trace_header: Option<String>,
    pub group_id: Option<String>,
    /// Also the beginning of its retention, which a move to the dead-letter queue does not restart.
    pub sent: SystemTime,
    /// ARN of the queue that it was moved here from.
    pub dead_letter_source: Option<String>,
}

/// One delivery of a message.
#[derive(Clone, Debug)]
pub struct Received {
    pub message: Arc<Message>,
    pub receipt_handle: String,
    /// `ApproximateReceiveCount`, this delivery included.
    pub receive_count: u32,
    pub first_received: SystemTime,
    /// When the message becomes visible again, unless somebody changes that.
    pub visible_again: SystemTime,
}

/// The principal id that messages show as their sender.
const SENDER_ID: &str = "AROASIMULATEDPRINCIPAL:simulator";

impl Received {
    /// The system attributes, as `AttributeNames=All` returns them.
    pub fn system_attributes(&self) -> BTreeMap<&'static str, String> {
        let mut attributes = BTreeMap::from([
            ("ApproximateFirstReceiveTimestamp", milliseconds(self.first_received)),
            ("ApproximateReceiveCount", self.receive_count.to_string()),
            ("SenderId", SENDER_ID.to_owned()),
            ("SentTimestamp", milliseconds(self.message.sent)),
        ]);
        let optional = [
            ("AWSTraceHeader", &self.message.trace_header),
            ("DeadLetterQueueSourceArn", &self.message.dead_letter_source),
            ("MessageGroupId", &self.message.group_id),
        ];
        attributes.extend(optional.into_iter().filter_map(|(name, value)| Some((name, value.clone()?))));
        attributes
    }
}

fn milliseconds(at: SystemTime) -> String {
    at.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis().to_string()
}
