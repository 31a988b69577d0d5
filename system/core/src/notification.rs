//! What message-processor asks of notification-service, and what it is told.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::clock::Moment;
use crate::error::Failure;
use crate::message::{Kind, Lease, Message, MessageId, Receipt};

/// The channel that delivers through an ntfy server.
pub const NTFY: &str = "ntfy";

/// One notification to deliver.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notification {
    pub message_id: MessageId,
    pub correlation_id: String,
    /// The lease under which this happens; it is also the id of a probe.
    pub attempt_id: String,
    /// Epoch milliseconds: no try starts that cannot end before. The end of the lease, or earlier.
    pub finish_by: Moment,
    pub channel: String,
    pub kind: Kind,
    pub title: String,
    pub body: String,
    pub priority: u8,
    pub tags: Vec<String>,
}

impl fmt::Debug for Notification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notification")
            .field("message_id", &self.message_id)
            .field("attempt_id", &self.attempt_id)
            .field("channel", &self.channel)
            .finish_non_exhaustive()
    }
}

impl Notification {
    /// The notification of a message that is claimed under `lease`, for a caller who waits until `deadline`.
    pub fn of(message: &Message, lease: &Lease, channel: &str, deadline: Moment) -> Self {
        Self {
            message_id: message.id,
            correlation_id: message.correlation_id.clone(),
            attempt_id: lease.owner.clone(),
            finish_by: lease.until.min(deadline),
            channel: channel.to_owned(),
            kind: message.kind,
            title: message.content.title.clone(),
            body: message.content.body.clone(),
            priority: message.content.priority,
            tags: message.content.tags.clone(),
        }
    }
}

/// How one notification ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "lowercase")]
pub enum Outcome {
    /// The destination accepted it.
    Delivered {
        /// Epoch milliseconds.
        delivered_at: Moment,
        notification_id: Option<String>,
    },
    /// Not now: the message waits until a moment in epoch milliseconds.
    Deferred {
        until: Moment,
        /// Whether the attempt counts against the bound.
        counts: bool,
        error: Failure,
    },
    /// Never.
    Failed { error: Failure },
}

impl From<Receipt> for Outcome {
    fn from(receipt: Receipt) -> Self {
        Self::Delivered { delivered_at: receipt.delivered, notification_id: receipt.notification_id }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::error::{Category, codes};

    #[test]
    fn an_outcome_is_this_json() {
        let error = Failure::new(Category::Limited, codes::PACE, "no slot");
        let deferred = Outcome::Deferred { until: Moment::from_epoch_ms(5), counts: false, error };
        let expected = json!({"outcome": "deferred", "until": 5, "counts": false,
            "error": {"category": "limited", "code": "pace", "message": "no slot"}});
        assert_eq!(serde_json::to_value(&deferred).unwrap(), expected);
        assert_eq!(serde_json::from_value::<Outcome>(expected).unwrap(), deferred);
    }
}
