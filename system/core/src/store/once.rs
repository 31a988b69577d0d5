//! Writing a new message at most once for a key that its creator chose. The record of the key is written in the same
//! transaction as the message, so that there is never one without the other.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::types::{Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem};

use super::attributes::{as_text, millis, number, text};
use super::counters::Counter;
use super::item::{Item, to_item};
use super::write::Written;
use super::{CorruptItem, Store, StoreError};
use crate::message::{Message, MessageId};

/// How long a key is remembered. DynamoDB removes an expired record some time later, so the time is checked on each read.
pub const KEY_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// A creator's key for one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnceKey {
    /// The table of the records; its key is `idempotency_key`.
    pub table: String,
    /// Unique to the creator and the key it chose.
    pub key: String,
    /// Stands for what is asked for: the same for the same request.
    pub fingerprint: String,
}

/// How such a creation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CreatedOnce {
    New,
    /// The same was asked for before, and made this message.
    Before(MessageId),
    /// Something else was asked for under this key.
    Otherwise,
}

impl Store {
    /// Writes a message and the record of its key, unless the key is taken.
    ///
    /// # Errors
    /// When the tables cannot be written; it may have been written all the same.
    pub async fn create_once(&self, message: &Message, once: &OnceKey) -> Result<CreatedOnce, StoreError> {
        let put = Put::builder()
            .table_name(&self.messages)
            .set_item(Some(to_item(message)))
            .condition_expression("attribute_not_exists(message_id)")
            .build()
            .expect("a put with a table and an item is whole");
        let actions = vec![
            TransactWriteItem::builder().put(record(message, once)).build(),
            TransactWriteItem::builder().put(put).build(),
            self.counter(message.id, message.created, Counter::Created, None),
        ];
        match self.transact(actions).await? {
            Written::Done(()) => Ok(CreatedOnce::New),
            Written::Refused(Some(item)) => judge(&item, message, once),
            Written::Refused(None) => Err(StoreError::Refused(format!("the id {} is taken", message.id))),
        }
    }
}

/// The record, unless one stands there that has not expired.
fn record(message: &Message, once: &OnceKey) -> Put {
    let expires = message.created + KEY_LIFETIME;
    let item = HashMap::from([
        ("idempotency_key".to_owned(), text(&once.key)),
        ("fingerprint".to_owned(), text(&once.fingerprint)),
        ("message_id".to_owned(), text(message.id)),
        ("expires_at".to_owned(), millis(expires)),
        ("ttl".to_owned(), number(expires.epoch_seconds())),
    ]);
    Put::builder()
        .table_name(&once.table)
        .set_item(Some(item))
        .condition_expression("attribute_not_exists(idempotency_key) OR expires_at <= :now")
        .expression_attribute_values(":now", millis(message.created))
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
        .build()
        .expect("a put with a table and an item is whole")
}

/// What the record that stands there means for this message.
fn judge(record: &Item, message: &Message, once: &OnceKey) -> Result<CreatedOnce, StoreError> {
    let attribute = |attribute| record.get(attribute).and_then(as_text).ok_or(CorruptItem { attribute });
    let id = MessageId::parse(attribute("message_id")?).ok_or(CorruptItem { attribute: "message_id" })?;
    Ok(match attribute("fingerprint")? {
        // Ids are drawn for each creation, so this is our own write, whose answer was lost.
        _ if id == message.id => CreatedOnce::New,
        fingerprint if fingerprint == once.fingerprint => CreatedOnce::Before(id),
        _ => CreatedOnce::Otherwise,
    })
}
