//! Events: what SNS and SQS carry. An event points at a message, and holds none of its content.

mod parse;

use serde::{Deserialize, Serialize};

pub use parse::{InvalidEvent, parse};

use crate::clock::Moment;
use crate::message::{Message, MessageId};
use crate::stage::Stage;

/// Version that is written. A reader takes any 1.x.
pub const VERSION: &str = "1.0";
pub const MESSAGE_CREATED: &str = "message.created";

/// A message waits to be processed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageCreated {
    pub message_id: MessageId,
    pub stage: Stage,
    pub created: Moment,
    pub correlation_id: String,
}

impl From<&Message> for MessageCreated {
    fn from(message: &Message) -> Self {
        Self {
            message_id: message.id,
            stage: message.stage,
            created: message.created,
            correlation_id: message.correlation_id.clone(),
        }
    }
}

/// The event on the wire.
#[derive(Serialize, Deserialize)]
struct Wire {
    version: String,
    event_type: String,
    message_id: MessageId,
    stage: Stage,
    created_date: String,
    correlation_id: String,
}

impl MessageCreated {
    /// The JSON that is published.
    pub fn to_json(&self) -> String {
        let wire = Wire {
            version: VERSION.to_owned(),
            event_type: MESSAGE_CREATED.to_owned(),
            message_id: self.message_id,
            stage: self.stage,
            created_date: self.created.to_string(),
            correlation_id: self.correlation_id.clone(),
        };
        serde_json::to_string(&wire).expect("an event of strings is JSON")
    }
}
