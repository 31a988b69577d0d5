//! What lies in the data services. They tell nothing while it comes about, so they are asked.

use anyhow::Context;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_sqs::types::QueueAttributeName as Attribute;
use serde_json::{Map, Value, json};

use super::{DataServices, Item, told};
use crate::checkers::{MessageImage, Names};

/// Where messages of a queue are counted.
const PLACES: [Attribute; 3] = [
    Attribute::ApproximateNumberOfMessages,
    Attribute::ApproximateNumberOfMessagesNotVisible,
    Attribute::ApproximateNumberOfMessagesDelayed,
];

/// What was there when a run ended. Items in DynamoDB JSON.
#[derive(Clone, Debug, Default)]
pub struct Remains {
    pub messages: Vec<Value>,
    pub counters: Vec<Value>,
    /// Messages in the dead-letter queue.
    pub dead_letters: u64,
}

impl DataServices {
    /// Everything that a run leaves behind.
    ///
    /// # Errors
    /// When a service does not answer, or refuses.
    pub async fn remains(&self, names: &Names) -> anyhow::Result<Remains> {
        Ok(Remains {
            messages: self.items(&names.messages_table).await?,
            counters: self.items(&names.counters_table).await?,
            dead_letters: self.queued(&names.dead_letter_queue).await?,
        })
    }

    /// Whether there are messages that are neither settled nor dead.
    ///
    /// # Errors
    /// When a service does not answer, or refuses.
    pub async fn is_anything_on_its_way(&self, names: &Names) -> anyhow::Result<bool> {
        if self.queued(&names.queue).await? > 0 {
            return Ok(true);
        }
        let messages = self.items(&names.messages_table).await?;
        Ok(messages.iter().any(|message| MessageImage(message).is_open()))
    }

    /// Messages of a queue, seen or not.
    pub(super) async fn queued(&self, queue: &str) -> anyhow::Result<u64> {
        let ask = self.sqs.get_queue_attributes().queue_url(self.queue_url(queue)?);
        let answer = ask.set_attribute_names(Some(PLACES.to_vec())).send().await;
        let answer = answer.map_err(|error| told(&error)).with_context(|| format!("cannot count queue `{queue}`"))?;
        let counts = answer.attributes.unwrap_or_default();
        let count = |place: &Attribute| counts.get(place)?.parse::<u64>().ok();
        PLACES.iter().map(count).sum::<Option<u64>>().with_context(|| format!("queue `{queue}` was not counted"))
    }

    async fn items(&self, table: &str) -> anyhow::Result<Vec<Value>> {
        Ok(self.scan(table).await?.iter().map(object).collect())
    }
}

fn object(attributes: &Item) -> Value {
    attributes.iter().map(|(name, value)| (name.clone(), dynamodb_json(value))).collect::<Map<_, _>>().into()
}

/// The value as the wire has it. Sets and bytes, which no table of ours has, become nothing.
fn dynamodb_json(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) => json!({ "S": text }),
        AttributeValue::N(number) => json!({ "N": number }),
        AttributeValue::Bool(flag) => json!({ "BOOL": flag }),
        AttributeValue::M(map) => json!({ "M": object(map) }),
        AttributeValue::L(list) => json!({ "L": list.iter().map(dynamodb_json).collect::<Vec<_>>() }),
        _ => Value::Null,
    }
}
