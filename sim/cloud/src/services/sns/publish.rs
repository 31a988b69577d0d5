//! Publish and PublishBatch: SNS has a message when it answers, and delivers it later.

use serde_json::Value;

use super::envelope::Notification;
use super::{Sns, error, validate};
use crate::history::{Cause, Fact};
use crate::services::attribute::Attributes;
use crate::services::sqs::BatchOutcome;
use crate::services::{ServiceError, ids};

/// What a publisher hands in.
#[derive(Clone, Debug, Default)]
pub struct Publication {
    pub message: String,
    pub subject: Option<String>,
    pub structure: Structure,
    pub attributes: Attributes,
    /// X-Ray's header, handed on to queues unchanged.
    pub trace_header: Option<String>,
    /// Handed on to queues; a standard topic does nothing else with it.
    pub group_id: Option<String>,
    /// A standard topic refuses it.
    pub deduplication_id: Option<String>,
}

/// How the message is to be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Structure {
    #[default]
    Plain,
    /// A JSON object with a text for each protocol, and a default.
    PerProtocol,
}

impl Publication {
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), ..Self::default() }
    }
}

impl Sns {
    /// Publishes one message. Answers with its id.
    ///
    /// # Errors
    /// When there is no such topic, or the message is not acceptable.
    pub fn publish(&self, topic: &str, publication: Publication, by: Cause<'_>) -> Result<String, ServiceError> {
        let mut state = self.state();
        let (name, found) = state.topic(topic)?;
        validate::publication(&publication, found.size_max())?;
        if publication.structure == Structure::PerProtocol {
            check_structure(&publication.message)?;
        }
        let subscriptions: Vec<_> =
            found.subscriptions.values().filter(|subscription| subscription.wants(&publication)).cloned().collect();
        let message_id = ids::uuid(&mut state.ids);
        drop(state);

        let body = &publication.message;
        self.shared.history.record(Fact::Published { topic: name, message_id: &message_id, body, by });
        let notification = Notification { message_id: message_id.clone(), at: self.shared.clock.now(), publication };
        for subscription in subscriptions {
            self.deliver_later(subscription.content(&notification), &subscription);
        }
        Ok(message_id)
    }

    /// Publishes up to ten messages, each for itself.
    ///
    /// # Errors
    /// When there is no such topic, or the batch as a whole is not acceptable.
    pub fn publish_batch(
        &self,
        topic: &str,
        entries: Vec<(String, Publication)>,
        by: Cause<'_>,
    ) -> Result<BatchOutcome<String>, ServiceError> {
        let size_max = self.state().topic(topic)?.1.size_max();
        validate::batch(&entries, size_max)?;
        let publish = |(id, publication): (String, Publication)| (id, self.publish(topic, publication, by));
        Ok(entries.into_iter().map(publish).collect())
    }
}

impl super::Topic {
    fn size_max(&self) -> usize {
        let own = self.attributes.get("MaximumMessageSize").and_then(|size| size.parse().ok());
        own.unwrap_or(validate::SIZE_MAX)
    }
}

impl super::Subscription {
    fn wants(&self, publication: &Publication) -> bool {
        self.filter.as_ref().is_none_or(|filter| filter.accepts(&publication.attributes))
    }
}

fn check_structure(message: &str) -> Result<(), ServiceError> {
    let texts: Value = serde_json::from_str(message)
        .map_err(|_| error::invalid("Message Structure - JSON message body failed to parse"))?;
    if texts.get("default").is_some_and(Value::is_string) {
        return Ok(());
    }
    Err(error::invalid("Message Structure - No default entry in JSON message body"))
}
