//! Settling: `processing → completed | failed`, by the owner of the lease and nobody else.

use aws_sdk_dynamodb::types::{ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update};

use super::attributes::{as_text, failure, text};
use super::counters::Counter;
use super::write::Written;
use super::{Fenced, Store, StoreError};
use crate::error::Failure;
use crate::message::{Lease, Message, Receipt, Status};

/// How a message ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settlement {
    Completed(Receipt),
    Failed(Failure),
}

impl Store {
    /// Settles a message under its lease, and counts it.
    ///
    /// # Errors
    /// When the tables cannot be written; it may be settled all the same.
    pub async fn settle(
        &self,
        message: &Message,
        lease: &Lease,
        settlement: &Settlement,
    ) -> Result<Fenced, StoreError> {
        self.settle_as(&lease.owner, message, lease, settlement).await
    }

    /// Fails a message whose last attempt left nothing but its lease. It is late when the owner came to an end after all.
    ///
    /// # Errors
    /// When the tables cannot be written; it may have failed all the same.
    pub async fn fail_lost(&self, message: &Message, lease: &Lease, error: Failure) -> Result<Fenced, StoreError> {
        self.settle_as(&self.entropy.token(), message, lease, &Settlement::Failed(error)).await
    }

    /// Settles it as `writer`, who recognises the write by that name.
    async fn settle_as(
        &self,
        writer: &str,
        message: &Message,
        lease: &Lease,
        settlement: &Settlement,
    ) -> Result<Fenced, StoreError> {
        let now = self.clock.now();
        let (status, counter, latency_ms) = match settlement {
            Settlement::Completed(receipt) => {
                let latency = receipt.delivered.since(message.created);
                (Status::Completed, Counter::Completed, Some(u64::try_from(latency.as_millis()).unwrap_or(u64::MAX)))
            }
            Settlement::Failed(_) => (Status::Failed, Counter::Failed, None),
        };
        let update = Update::builder()
            .table_name(&self.messages)
            .key("message_id", text(message.id))
            .condition_expression("#status = :processing AND lease_owner = :owner")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":processing", text(Status::Processing))
            .expression_attribute_values(":status", text(status))
            .expression_attribute_values(":owner", text(&lease.owner))
            .expression_attribute_values(":writer", text(writer))
            .expression_attribute_values(":updated", text(now));
        let update = with_result(update, settlement).build().expect("an update with a key and an expression is whole");
        let actions = vec![
            TransactWriteItem::builder().update(update).build(),
            self.counter(message.id, now, counter, latency_ms),
        ];
        match self.transact(actions).await? {
            Written::Done(()) => Ok(Fenced::Done),
            Written::Refused(Some(item)) if item.get("settled_by").and_then(as_text) == Some(writer) => {
                Ok(Fenced::Done)
            }
            Written::Refused(_) => Ok(Fenced::Late),
        }
    }
}

/// The expression, with what is remembered of how it ended.
fn with_result(
    update: aws_sdk_dynamodb::types::builders::UpdateBuilder,
    settlement: &Settlement,
) -> aws_sdk_dynamodb::types::builders::UpdateBuilder {
    let (update, result) = match settlement {
        Settlement::Completed(Receipt { delivered, notification_id }) => {
            let update = update.expression_attribute_values(":delivered", text(delivered));
            match notification_id {
                Some(id) => (
                    update.expression_attribute_values(":notification", text(id)),
                    "delivered_date = :delivered, notification_id = :notification",
                ),
                None => (update, "delivered_date = :delivered"),
            }
        }
        Settlement::Failed(error) => {
            (update.expression_attribute_values(":error", failure(error)), "last_error = :error")
        }
    };
    update.update_expression(format!(
        "SET #status = :status, updated_date = :updated, settled_by = :writer, {result} \
         REMOVE lease_owner, lease_until, due_at"
    ))
}
