//! The topic that announces messages.

use aws_sdk_sns::types::PublishBatchRequestEntry;
use aws_smithy_types::error::display::DisplayErrorContext;

use crate::config::Variables;
use crate::environment::Environment;
use crate::event::MessageCreated;

/// Entries of one batch that SNS takes.
const BATCH_MAX: usize = 10;

/// The topic did not take an event; or it did, and its answer was lost.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("publishing failed: {0}")]
pub struct PublishError(String);

/// Publishes events. The trace header goes along with the call.
#[derive(Clone, Debug)]
pub struct Topic {
    client: aws_sdk_sns::Client,
    arn: String,
}

impl Topic {
    pub fn new(environment: &Environment, variables: &mut Variables<'_>) -> Self {
        Self { client: environment.sns(), arn: variables.text("MESSAGES_TOPIC_ARN") }
    }

    /// Publishes one event.
    ///
    /// # Errors
    /// When the topic did not say that it took it.
    pub async fn publish(&self, event: &MessageCreated) -> Result<(), PublishError> {
        let publish = self.client.publish().topic_arn(&self.arn).message(event.to_json());
        publish.send().await.map(drop).map_err(|error| PublishError(DisplayErrorContext(error).to_string()))
    }

    /// Publishes several events. The answer has the indices of those that failed.
    pub async fn publish_all(&self, events: &[MessageCreated]) -> Vec<usize> {
        let mut failed = Vec::new();
        for (number, chunk) in events.chunks(BATCH_MAX).enumerate() {
            let first = number * BATCH_MAX;
            match self.publish_batch(chunk).await {
                Ok(positions) => failed.extend(positions.into_iter().map(|position| first + position)),
                Err(error) => {
                    tracing::warn!(code = "publish_failed", %error, events = chunk.len(), "events were not published");
                    failed.extend(first..first + chunk.len());
                }
            }
        }
        failed
    }

    /// The positions of those that failed.
    async fn publish_batch(&self, events: &[MessageCreated]) -> Result<Vec<usize>, PublishError> {
        let entries = events.iter().enumerate().map(|(position, event)| {
            let entry = PublishBatchRequestEntry::builder().id(position.to_string()).message(event.to_json());
            entry.build().expect("an entry with an id and a message is whole")
        });
        let batch = self.client.publish_batch().topic_arn(&self.arn);
        let batch = batch.set_publish_batch_request_entries(Some(entries.collect()));
        let output = batch.send().await.map_err(|error| PublishError(DisplayErrorContext(error).to_string()))?;
        Ok(output.failed().iter().filter_map(|entry| entry.id().parse().ok()).collect())
    }
}
