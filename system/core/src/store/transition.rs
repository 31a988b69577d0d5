//! Changes that need no lease: `created → cancelled` and `failed → created`.

use aws_sdk_dynamodb::types::{ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update};

use super::attributes::{as_text, millis, number, text};
use super::counters::Counter;
use super::item::from_item;
use super::write::Written;
use super::{Store, StoreError};
use crate::message::{Message, MessageId, Status};

/// How such a change ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Transition {
    Done,
    Absent,
    /// The message has another status, from which this is not possible.
    Impossible(Status),
}

impl Store {
    /// `created → cancelled`.
    ///
    /// # Errors
    /// When the tables cannot be written; it may be done all the same.
    pub async fn cancel(&self, id: MessageId) -> Result<Transition, StoreError> {
        let update = "SET #status = :to, updated_date = :updated, settled_by = :writer \
                      REMOVE due_at, publish_after, deferred_until";
        self.change(id, Status::Created, Status::Cancelled, Counter::Cancelled, |builder| {
            builder.update_expression(update)
        })
        .await
    }

    /// `failed → created`, with all its attempts before it again, and due at once.
    ///
    /// # Errors
    /// When the tables cannot be written; it may be done all the same.
    pub async fn redrive(&self, id: MessageId) -> Result<Transition, StoreError> {
        let update = "SET #status = :to, updated_date = :updated, settled_by = :writer, attempts = :zero, \
                      publish_after = :until, due_at = :until, publishes = :zero REMOVE deferred_until";
        let until = self.clock.now();
        self.change(id, Status::Failed, Status::Created, Counter::Redriven, |builder| {
            builder
                .update_expression(update)
                .expression_attribute_values(":zero", number(0))
                .expression_attribute_values(":until", millis(until))
        })
        .await
    }

    async fn change(
        &self,
        id: MessageId,
        from: Status,
        to: Status,
        counter: Counter,
        expression: impl FnOnce(UpdateBuilder) -> UpdateBuilder,
    ) -> Result<Transition, StoreError> {
        debug_assert!(from.may_become(to));
        let (now, writer) = (self.clock.now(), self.entropy.token());
        let builder = Update::builder()
            .table_name(&self.messages)
            .key("message_id", text(id))
            .condition_expression("#status = :from AND #ttl > :now")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .expression_attribute_names("#status", "status")
            .expression_attribute_names("#ttl", "ttl")
            .expression_attribute_values(":now", number(now.epoch_ms().div_euclid(1_000)))
            .expression_attribute_values(":from", text(from))
            .expression_attribute_values(":to", text(to))
            .expression_attribute_values(":updated", text(now))
            .expression_attribute_values(":writer", text(&writer));
        let update = expression(builder).build().expect("an update with a key and an expression is whole");
        let actions = vec![TransactWriteItem::builder().update(update).build(), self.counter(id, now, counter, None)];
        match self.transact(actions).await? {
            Written::Done(()) => Ok(Transition::Done),
            Written::Refused(None) => Ok(Transition::Absent),
            Written::Refused(Some(item)) if item.get("settled_by").and_then(as_text) == Some(&writer) => {
                Ok(Transition::Done)
            }
            Written::Refused(Some(item)) => {
                let message: Message = from_item(&item)?;
                let gone = message.expires() <= now;
                Ok(if gone { Transition::Absent } else { Transition::Impossible(message.status) })
            }
        }
    }
}

type UpdateBuilder = aws_sdk_dynamodb::types::builders::UpdateBuilder;
