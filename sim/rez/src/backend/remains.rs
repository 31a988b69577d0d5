//! What lies in the data services. They tell nothing while it comes about, so they are asked.

use anyhow::{Context, bail};
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
        let items = self.scan(table).await?;
        items.iter().map(object).collect::<Result<_, _>>().with_context(|| format!("cannot judge table `{table}`"))
    }
}

/// An item in DynamoDB JSON.
///
/// # Errors
/// When it holds what no table of ours has, and no checker would know.
fn object(attributes: &Item) -> anyhow::Result<Value> {
    let attribute = |(name, value): (&String, &AttributeValue)| {
        let value = dynamodb_json(value).with_context(|| format!("attribute `{name}`"))?;
        Ok((name.clone(), value))
    };
    attributes.iter().map(attribute).collect::<anyhow::Result<Map<_, _>>>().map(Value::from)
}

fn dynamodb_json(value: &AttributeValue) -> anyhow::Result<Value> {
    Ok(match value {
        AttributeValue::S(text) => json!({ "S": text }),
        AttributeValue::N(number) => json!({ "N": number }),
        AttributeValue::Bool(flag) => json!({ "BOOL": flag }),
        AttributeValue::M(map) => json!({ "M": object(map)? }),
        AttributeValue::L(list) => {
            json!({ "L": list.iter().map(dynamodb_json).collect::<anyhow::Result<Vec<_>>>()? })
        }
        _ => bail!("sets, bytes and nulls are not modelled"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_is_shown_whole_or_not_at_all() {
        let nested = AttributeValue::L(vec![AttributeValue::Bool(true), AttributeValue::M(Item::new())]);
        let mut item = Item::from([("id".to_owned(), AttributeValue::S("m".to_owned())), ("tags".to_owned(), nested)]);
        let shown = json!({ "id": { "S": "m" }, "tags": { "L": [{ "BOOL": true }, { "M": {} }] } });
        assert_eq!(object(&item).unwrap(), shown);
        item.insert("ids".to_owned(), AttributeValue::Ns(vec!["1".to_owned()]));
        let refused = format!("{:#}", object(&item).unwrap_err());
        assert_eq!(refused, "attribute `ids`: sets, bytes and nulls are not modelled");
    }
}
