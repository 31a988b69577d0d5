//! The stored message, which is another type than the domain's.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use super::attributes::{
    as_failure, as_list, as_millis, as_moment, as_number, as_text, failure, list, millis, number, text,
};
use crate::message::{Content, Kind, Lease, Message, MessageId, Receipt, SCHEMA_VERSION};

/// An item of DynamoDB.
pub type Item = HashMap<String, AttributeValue>;

/// An item of the table that is no message of ours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a stored message has no usable `{attribute}`")]
pub struct CorruptItem {
    pub attribute: &'static str,
}

/// The item of a message.
pub fn to_item(message: &Message) -> Item {
    let always = [
        ("message_id", text(message.id)),
        ("stage", text(message.stage)),
        ("created_date", text(message.created)),
        ("updated_date", text(message.updated)),
        ("created_by", text(&message.created_by)),
        ("kind", text(message.kind.as_str())),
        ("title", text(&message.content.title)),
        ("body", text(&message.content.body)),
        ("priority", number(message.content.priority)),
        ("tags", list(&message.content.tags)),
        ("status", text(message.status)),
        ("attempts", number(message.attempts)),
        ("correlation_id", text(&message.correlation_id)),
        ("publishes", number(message.publishes)),
        ("schema_version", text(SCHEMA_VERSION)),
        ("ttl", number(message.expires().epoch_seconds())),
    ];
    let lease = message.lease.as_ref();
    let receipt = message.receipt.as_ref();
    let sometimes = [
        ("due_at", message.due().map(millis)),
        ("last_error", message.last_error.as_ref().map(failure)),
        ("lease_owner", lease.map(|lease| text(&lease.owner))),
        ("lease_until", lease.map(|lease| millis(lease.until))),
        ("publish_after", message.publish_after.map(millis)),
        ("deferred_until", message.deferred_until.map(millis)),
        ("delivered_date", receipt.map(|receipt| text(receipt.delivered))),
        ("notification_id", receipt.and_then(|receipt| receipt.notification_id.as_ref()).map(text)),
        ("settled_by", message.settled_by.as_ref().map(text)),
    ];
    let sometimes = sometimes.into_iter().filter_map(|(name, value)| Some((name, value?)));
    always.into_iter().chain(sometimes).map(|(name, value)| (name.to_owned(), value)).collect()
}

/// The message of an item.
///
/// # Errors
/// Names the attribute that is missing or wrong.
pub fn from_item(item: &Item) -> Result<Message, CorruptItem> {
    let need = Reader { item };
    Ok(Message {
        id: need.read("message_id", |value| MessageId::parse(as_text(value)?))?,
        stage: need.read("stage", |value| as_text(value)?.parse().ok())?,
        created: need.read("created_date", as_moment)?,
        updated: need.read("updated_date", as_moment)?,
        created_by: need.text("created_by")?,
        kind: need.read("kind", |value| Kind::parse(as_text(value)?))?,
        content: Content {
            title: need.text("title")?,
            body: need.text("body")?,
            priority: need.read("priority", as_number)?,
            tags: need.read("tags", as_list)?,
        },
        status: need.read("status", |value| as_text(value)?.parse().ok())?,
        attempts: need.read("attempts", as_number)?,
        last_error: need.optional("last_error", as_failure)?,
        correlation_id: need.text("correlation_id")?,
        lease: need.lease()?,
        publish_after: need.optional("publish_after", as_millis)?,
        deferred_until: need.optional("deferred_until", as_millis)?,
        publishes: need.read("publishes", as_number)?,
        receipt: need.receipt()?,
        settled_by: need.optional_text("settled_by")?,
    })
}

struct Reader<'a> {
    item: &'a Item,
}

impl Reader<'_> {
    fn read<T>(&self, attribute: &'static str, read: impl Fn(&AttributeValue) -> Option<T>) -> Result<T, CorruptItem> {
        self.optional(attribute, read)?.ok_or(CorruptItem { attribute })
    }

    fn optional<T>(
        &self,
        attribute: &'static str,
        read: impl Fn(&AttributeValue) -> Option<T>,
    ) -> Result<Option<T>, CorruptItem> {
        self.item.get(attribute).map(|value| read(value).ok_or(CorruptItem { attribute })).transpose()
    }

    fn text(&self, attribute: &'static str) -> Result<String, CorruptItem> {
        self.read(attribute, |value| as_text(value).map(str::to_owned))
    }

    fn optional_text(&self, attribute: &'static str) -> Result<Option<String>, CorruptItem> {
        self.optional(attribute, |value| as_text(value).map(str::to_owned))
    }

    fn lease(&self) -> Result<Option<Lease>, CorruptItem> {
        let Some(owner) = self.optional_text("lease_owner")? else { return Ok(None) };
        Ok(Some(Lease { owner, until: self.read("lease_until", as_millis)? }))
    }

    fn receipt(&self) -> Result<Option<Receipt>, CorruptItem> {
        let Some(delivered) = self.optional("delivered_date", as_moment)? else { return Ok(None) };
        Ok(Some(Receipt { delivered, notification_id: self.optional_text("notification_id")? }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::message;

    #[test]
    fn an_item_keeps_the_message() {
        let mut waiting = message();
        assert_eq!(from_item(&to_item(&waiting)), Ok(waiting.clone()));
        waiting.last_error = Some(super::super::attempt_lost());
        waiting.lease = Some(Lease { owner: "me".into(), until: waiting.created });
        waiting.deferred_until = Some(waiting.created);
        waiting.receipt = Some(Receipt { delivered: waiting.created, notification_id: Some("abc".into()) });
        waiting.settled_by = Some("me".into());
        assert_eq!(from_item(&to_item(&waiting)), Ok(waiting));
    }

    #[test]
    fn a_wrong_attribute_is_named() {
        for attribute in ["message_id", "status", "body", "attempts", "tags"] {
            let mut item = to_item(&message());
            item.insert(attribute.into(), AttributeValue::Bool(true));
            assert_eq!(from_item(&item).unwrap_err().attribute, attribute);
            item.remove(attribute);
            assert_eq!(from_item(&item).unwrap_err().attribute, attribute);
        }
    }

    #[test]
    fn only_what_waits_or_is_processed_is_in_the_due_index() {
        let mut message = message();
        assert!(to_item(&message).contains_key("due_at"));
        message.status = crate::message::Status::Completed;
        assert!(!to_item(&message).contains_key("due_at"));
    }
}
