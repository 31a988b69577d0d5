//! Several writes together, or none.

use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{ConditionCheck, Get, Put, TransactGetItem, TransactWriteItem, Update};

use super::super::subject::Subject;
use super::super::{Difference, refusal};
use super::{get, key, note, notes, number, put, text};

fn putting(table: &str, at: u32) -> TransactWriteItem {
    let put = Put::builder().table_name(table).set_item(Some(note("ann", at, [("text", text("new"))])));
    let put = put.condition_expression("attribute_not_exists(#o)").expression_attribute_names("#o", "owner");
    TransactWriteItem::builder().put(put.build().unwrap()).build()
}

fn counting(table: &str, at: u32) -> TransactWriteItem {
    let update = Update::builder().table_name(table).set_key(Some(key("ann", at))).update_expression("ADD hits :one");
    let update = update.expression_attribute_values(":one", number(1)).build().unwrap();
    TransactWriteItem::builder().update(update).build()
}

fn checking(table: &str, at: u32) -> TransactWriteItem {
    let check = ConditionCheck::builder().table_name(table).set_key(Some(key("ann", at)));
    let check = check.condition_expression("attribute_exists(#o)").expression_attribute_names("#o", "owner");
    TransactWriteItem::builder().condition_check(check.build().unwrap()).build()
}

pub async fn all_or_nothing(subject: &Subject) {
    let table = notes(subject).await;
    let write = |writes: Vec<TransactWriteItem>| {
        subject.dynamodb.transact_write_items().set_transact_items(Some(writes)).send()
    };
    write(vec![putting(&table, 1), counting(&table, 2)]).await.unwrap();
    assert_eq!(get(subject, &table, "ann", 1).await.unwrap()["text"], text("new"));
    assert_eq!(get(subject, &table, "ann", 2).await.unwrap()["hits"], number(1));
    write(vec![counting(&table, 2), putting(&table, 1)]).await.unwrap_err();
    assert_eq!(get(subject, &table, "ann", 2).await.unwrap()["hits"], number(1), "as it was");
}

pub async fn the_reason_is_told_entry_by_entry(subject: &Subject) {
    let table = notes(subject).await;
    put(subject, &table, key("ann", 1)).await;
    let write = subject.dynamodb.transact_write_items().transact_items(counting(&table, 3));
    let write = write.transact_items(putting(&table, 1)).transact_items(checking(&table, 9)).send().await;
    let error = write.unwrap_err().into_service_error();
    let TransactWriteItemsError::TransactionCanceledException(error) = error else { panic!("{error:?}") };
    let reasons: Vec<_> = error.cancellation_reasons().iter().map(|reason| reason.code().unwrap_or_default()).collect();
    assert_eq!(reasons, ["None", "ConditionalCheckFailed", "ConditionalCheckFailed"]);
    assert_eq!(
        error.message(),
        Some(
            "Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed, \
             ConditionalCheckFailed]"
        )
    );
    assert_eq!(get(subject, &table, "ann", 3).await, None);
}

/// By a key of one part: moto compares keys of several as they were written, in whatever order.
const COUNTERS: &str = "
  Counters:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: ME
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
";

pub async fn an_item_is_there_once(subject: &Subject) {
    let table = &subject.deploy(COUNTERS).await.tables["Counters"].name;
    let count = || {
        let update = Update::builder().table_name(table).key("id", text("a")).update_expression("ADD hits :one");
        let update = update.expression_attribute_values(":one", number(1)).build().unwrap();
        TransactWriteItem::builder().update(update).build()
    };
    let write = subject.dynamodb.transact_write_items().transact_items(count()).transact_items(count());
    let refused = refusal(write.send().await);
    assert_eq!(refused.kind(), (400, "ValidationException"));
    assert_eq!(refused.message, "Transaction request cannot include multiple operations on one item");
}

pub async fn a_token_writes_once(subject: &Subject) {
    let table = notes(subject).await;
    let write = |at: u32| {
        let write = subject.dynamodb.transact_write_items().transact_items(counting(&table, at));
        write.client_request_token(format!("token-{}", &table[..20])).send()
    };
    write(1).await.unwrap();
    write(1).await.unwrap();
    let hits = subject.expects(1, Difference::TransactionTokenIgnored, 2);
    assert_eq!(get(subject, &table, "ann", 1).await.unwrap()["hits"], number(hits));
    let other = write(2).await.err().map(|error| error.code().unwrap_or_default().to_owned());
    let refused = Some("IdempotentParameterMismatchException".to_owned());
    assert_eq!(other, subject.expects(refused, Difference::TransactionTokenIgnored, None));
}

pub async fn items_are_read_together(subject: &Subject) {
    let table = notes(subject).await;
    put(subject, &table, note("ann", 1, [("text", text("a"))])).await;
    let getting = |at: u32| {
        let get = Get::builder().table_name(&table).set_key(Some(key("ann", at))).build().unwrap();
        TransactGetItem::builder().get(get).build()
    };
    let read = subject.dynamodb.transact_get_items().transact_items(getting(1)).transact_items(getting(2));
    let read = read.send().await.unwrap().responses.unwrap();
    assert_eq!(read[0].item(), Some(&note("ann", 1, [("text", text("a"))])));
    assert_eq!(read[1].item(), None, "in the order in which they were asked for");
}
