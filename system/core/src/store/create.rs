//! Writing a new message, with the counter of its hour.

use aws_sdk_dynamodb::types::{Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem};

use super::counters::Counter;
use super::item::{from_item, to_item};
use super::write::Written;
use super::{Store, StoreError};
use crate::message::Message;

/// How writing a new message ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Created {
    New,
    /// A message with this id stands there already, and is somebody else's.
    Existing(Box<Message>),
}

impl Store {
    /// Writes a message, unless its id is taken.
    ///
    /// # Errors
    /// When the tables cannot be written; it may have been written all the same.
    pub async fn create(&self, message: &Message) -> Result<Created, StoreError> {
        let put = Put::builder()
            .table_name(&self.messages)
            .set_item(Some(to_item(message)))
            .condition_expression("attribute_not_exists(message_id)")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()
            .expect("a put with a table and an item is whole");
        let counter = self.counter(message.id, message.created, Counter::Created, None);
        match self.transact(vec![TransactWriteItem::builder().put(put).build(), counter]).await? {
            Written::Done(()) => Ok(Created::New),
            Written::Refused(old) => {
                let existing = from_item(&old.unwrap_or_default())?;
                // Ids of correlations are drawn for each creation, so this is our own write, whose answer was lost.
                let mine = existing.correlation_id == message.correlation_id;
                Ok(if mine { Created::New } else { Created::Existing(Box::new(existing)) })
            }
        }
    }
}
