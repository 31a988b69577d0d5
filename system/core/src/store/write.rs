//! Conditional writes: how they end, and the retry of those that met another transaction.

use std::future::Future;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{ReturnValue, ReturnValuesOnConditionCheckFailure, TransactWriteItem};
use aws_smithy_async::rt::sleep::AsyncSleep;
use aws_smithy_types::error::display::DisplayErrorContext;

use super::item::Item;
use super::{Store, StoreError};
use crate::message::MessageId;
use crate::retry;

/// How a conditional write ended.
#[derive(Debug)]
pub enum Written<T> {
    Done(T),
    /// The condition did not hold for this item, or there was none.
    Refused(Option<Item>),
}

/// An error of one write.
enum WriteError {
    Condition(Option<Item>),
    /// A transaction on the same item is under way. The SDK does not retry this.
    Conflict(String),
    Other(StoreError),
}

impl Store {
    /// An update of one message, to be given an expression and a condition.
    pub(super) fn update(&self, id: MessageId) -> UpdateItemFluentBuilder {
        self.client
            .update_item()
            .table_name(&self.messages)
            .key("message_id", super::attributes::text(id))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
    }

    /// Sends an update; the answer is the item after it.
    pub(super) async fn send_update(&self, update: UpdateItemFluentBuilder) -> Result<Written<Item>, StoreError> {
        let update = update.return_values(ReturnValue::AllNew);
        self.retrying_conflicts(|| async {
            let output = update.clone().send().await.map_err(update_error)?;
            Ok(output.attributes.unwrap_or_default())
        })
        .await
    }

    /// Sends a transaction whose first action carries the condition.
    pub(super) async fn transact(&self, items: Vec<TransactWriteItem>) -> Result<Written<()>, StoreError> {
        let transaction = self.client.transact_write_items().set_transact_items(Some(items));
        self.retrying_conflicts(|| async {
            transaction.clone().send().await.map_err(transaction_error)?;
            Ok(())
        })
        .await
    }

    async fn retrying_conflicts<T, F>(&self, write: impl Fn() -> F) -> Result<Written<T>, StoreError>
    where
        F: Future<Output = Result<T, WriteError>>,
    {
        for retry in 0.. {
            let conflict = match write().await {
                Ok(value) => return Ok(Written::Done(value)),
                Err(WriteError::Condition(item)) => return Ok(Written::Refused(item)),
                Err(WriteError::Other(error)) => return Err(error),
                Err(WriteError::Conflict(conflict)) => conflict,
            };
            match retry::CONFLICT.wait(retry, self.entropy.fraction()) {
                Some(wait) => self.sleep.sleep(wait).await,
                None => return Err(StoreError::Unavailable(conflict)),
            }
        }
        unreachable!("the backoff is bounded")
    }
}

fn update_error(error: SdkError<UpdateItemError>) -> WriteError {
    match error.as_service_error() {
        Some(UpdateItemError::ConditionalCheckFailedException(failed)) => WriteError::Condition(failed.item.clone()),
        Some(UpdateItemError::TransactionConflictException(_)) => WriteError::Conflict(describe(&error)),
        _ => WriteError::Other(store_error(&error)),
    }
}

fn transaction_error(error: SdkError<TransactWriteItemsError>) -> WriteError {
    let cancelled = match error.as_service_error() {
        Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => cancelled,
        // Ours is under way still: its first answer was lost, or late.
        Some(TransactWriteItemsError::TransactionInProgressException(_)) => {
            return WriteError::Conflict(describe(&error));
        }
        _ => return WriteError::Other(store_error(&error)),
    };
    let reasons = cancelled.cancellation_reasons();
    let has = |code: &str| reasons.iter().any(|reason| reason.code() == Some(code));
    if has("ConditionalCheckFailed") {
        WriteError::Condition(reasons.iter().find_map(|reason| reason.item.clone()))
    } else if has("TransactionConflict") || has("ThrottlingError") || has("ProvisionedThroughputExceeded") {
        WriteError::Conflict(describe(&error))
    } else {
        WriteError::Other(StoreError::Refused(describe(&error)))
    }
}

/// Any error of DynamoDB that is not about a condition. The SDK has retried what it could.
pub(crate) fn store_error<E>(error: &SdkError<E>) -> StoreError
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let passes = match error {
        SdkError::ServiceError(service) => {
            let code = service.err().code().unwrap_or_default();
            service.raw().status().as_u16() >= 500 || code.contains("Throttl") || code.contains("Exceeded")
        }
        _ => true,
    };
    if passes { StoreError::Unavailable(describe(error)) } else { StoreError::Refused(describe(error)) }
}

/// The error with its causes, in one line.
pub fn describe<E: std::error::Error>(error: &E) -> String {
    DisplayErrorContext(error).to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::message::Lease;
    use crate::store::{Fenced, Settlement, attempt_lost};
    use crate::testing::{Reply, Wire, begin, message};

    async fn settled(replies: Vec<Reply>) -> Result<Fenced, StoreError> {
        let wire = Wire::new(replies);
        let ambient = wire.ambient(&[]);
        let mut variables = crate::config::Variables::new(&ambient.variables);
        let store = Store::new(&wire.environment("test", &[]), &mut variables);
        let lease = Lease { owner: "me".to_owned(), until: begin() };
        store.settle(&message(), &lease, &Settlement::Failed(attempt_lost())).await
    }

    /// Regression: a transaction whose first try was under way still was given up as refused.
    #[tokio::test(start_paused = true)]
    async fn a_transaction_that_is_under_way_still_is_waited_for() {
        let name = "com.amazonaws.dynamodb.v20120810#TransactionInProgressException";
        let in_progress = Reply::json(400, &json!({"__type": name, "Message": "The transaction is in progress"}));
        let mine = json!({"settled_by": {"S": "me"}});
        let mut replies = vec![in_progress; 3];
        replies.push(Reply::cancelled("ConditionalCheckFailed", mine));
        assert_eq!(settled(replies).await, Ok(Fenced::Done));
    }

    #[tokio::test(start_paused = true)]
    async fn an_owner_knows_its_own_write_and_nobody_elses() {
        for (settled_by, expected) in [("me", Fenced::Done), ("the sweep", Fenced::Late)] {
            let item = json!({"settled_by": {"S": settled_by}});
            assert_eq!(settled(vec![Reply::cancelled("ConditionalCheckFailed", item)]).await, Ok(expected));
        }
    }
}
