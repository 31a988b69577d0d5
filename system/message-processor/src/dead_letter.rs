//! The dead-letter queue: evidence for people, with the reason as attributes. Nothing consumes it.

use aws_sdk_sqs::types::MessageAttributeValue;
use rez_core::Environment;
use rez_core::config::Variables;
use rez_core::error::Failure;
use rez_core::message::MessageId;
use rez_core::store::describe;

/// The queue did not take a record.
#[derive(Debug, thiserror::Error)]
#[error("the dead-letter queue did not take the record: {0}")]
pub(crate) struct SendError(String);

/// The queue.
#[derive(Debug)]
pub(crate) struct DeadLetters {
    client: aws_sdk_sqs::Client,
    url: String,
}

impl DeadLetters {
    pub(crate) fn new(environment: &Environment, variables: &mut Variables<'_>) -> Self {
        Self { client: environment.sqs(), url: variables.text("DEAD_LETTER_QUEUE_URL") }
    }

    /// Sends a copy of a record, which can be redriven as it is.
    pub(crate) async fn send(
        &self,
        body: &str,
        failure: &Failure,
        message_id: Option<MessageId>,
    ) -> Result<(), SendError> {
        let mut send = self
            .client
            .send_message()
            .queue_url(&self.url)
            .message_body(body)
            .message_attributes("reason_category", text(failure.category.as_str()))
            .message_attributes("reason_code", text(&failure.code))
            .message_attributes("reason", text(&failure.message));
        if let Some(id) = message_id {
            send = send.message_attributes("message_id", text(&id.to_string()));
        }
        send.send().await.map(drop).map_err(|error| SendError(describe(&error)))
    }
}

/// A string attribute. SQS takes no empty one.
fn text(value: &str) -> MessageAttributeValue {
    let value = if value.is_empty() { "-" } else { value };
    let attribute = MessageAttributeValue::builder().data_type("String").string_value(value);
    attribute.build().expect("an attribute with a type and a value is whole")
}
