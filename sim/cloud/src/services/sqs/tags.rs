//! Tags of queues. They mean nothing to SQS; tools find by them what they have made.

use std::collections::BTreeMap;

use super::Sqs;
use crate::services::ServiceError;

/// A queue's tags by key.
pub type Tags = BTreeMap<String, String>;

impl Sqs {
    /// Adds tags; one with the key of another takes its place.
    ///
    /// # Errors
    /// When the queue does not exist.
    pub fn tag(&self, queue: &str, tags: Tags) -> Result<(), ServiceError> {
        self.state().queue(queue)?.0.tags.extend(tags);
        Ok(())
    }

    /// Takes tags away; no error for one that is not there.
    ///
    /// # Errors
    /// When the queue does not exist.
    pub fn untag(&self, queue: &str, keys: &[String]) -> Result<(), ServiceError> {
        self.state().queue(queue)?.0.tags.retain(|key, _| !keys.contains(key));
        Ok(())
    }

    /// All tags of a queue.
    ///
    /// # Errors
    /// When it does not exist.
    pub fn tags(&self, queue: &str) -> Result<Tags, ServiceError> {
        Ok(self.state().queue(queue)?.0.tags.clone())
    }
}
