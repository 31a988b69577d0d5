//! Tables.

mod batches;
mod conditions;
mod errors;
mod expiry;
mod indexes;
mod items;
mod pages;
mod tables;
mod transactions;

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use super::Subject;

super::behaviours![
    batches::many_items_are_written_and_read,
    batches::a_batch_must_be_one,
    conditions::an_item_is_put_once,
    conditions::a_failed_condition_shows_the_item_when_asked,
    conditions::only_one_of_many_claims,
    conditions::conditions_have_their_words,
    errors::a_table_that_is_not_there,
    errors::a_request_must_make_sense,
    errors::an_item_has_its_limits,
    expiry::a_table_tells_what_its_items_expire_by,
    expiry::expiry_of_a_table_that_is_not_there,
    indexes::an_index_is_queried,
    indexes::an_index_holds_what_it_projects,
    indexes::an_item_without_the_key_is_not_in_it,
    indexes::an_index_is_never_read_consistently,
    items::what_was_put_is_got,
    items::an_update_answers_with_what_was_asked_for,
    items::an_update_has_its_words,
    items::a_delete_shows_what_was,
    items::numbers_are_kept_exactly,
    pages::a_query_is_sorted_and_ranged,
    pages::pages_go_on_where_they_ended,
    pages::a_filter_counts_what_it_hides,
    pages::a_scan_sees_everything,
    pages::pages_of_an_index_go_on_where_they_ended,
    tables::a_table_is_created_once,
    tables::tables_are_listed_and_described,
    tables::a_deleted_table_is_gone,
    tables::a_table_that_is_not_there_is_not_deleted,
    transactions::all_or_nothing,
    transactions::the_reason_is_told_entry_by_entry,
    transactions::an_item_is_there_once,
    transactions::a_token_writes_once,
    transactions::items_are_read_together,
];

type Item = HashMap<String, AttributeValue>;

/// Notes by owner and number, with an index by color and date.
const NOTES: &str = "
  Notes:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: ME
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions:
        - { AttributeName: owner, AttributeType: S }
        - { AttributeName: number, AttributeType: N }
        - { AttributeName: color, AttributeType: S }
        - { AttributeName: day, AttributeType: S }
      KeySchema: [{ AttributeName: owner, KeyType: HASH }, { AttributeName: number, KeyType: RANGE }]
      GlobalSecondaryIndexes:
        - IndexName: by-color
          KeySchema: [{ AttributeName: color, KeyType: HASH }, { AttributeName: day, KeyType: RANGE }]
          Projection: { ProjectionType: INCLUDE, NonKeyAttributes: [text] }
";

/// Creates the table; its name.
async fn notes(subject: &Subject) -> String {
    subject.deploy(NOTES).await.tables["Notes"].name.clone()
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

fn number(value: impl ToString) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

fn item<const N: usize>(attributes: [(&str, AttributeValue); N]) -> Item {
    attributes.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn key(owner: &str, at: u32) -> Item {
    item([("owner", text(owner)), ("number", number(at))])
}

/// A note with more attributes than its key.
fn note<const N: usize>(owner: &str, at: u32, more: [(&str, AttributeValue); N]) -> Item {
    key(owner, at).into_iter().chain(item(more)).collect()
}

async fn put(subject: &Subject, table: &str, item: Item) {
    subject.dynamodb.put_item().table_name(table).set_item(Some(item)).send().await.unwrap();
}

async fn get(subject: &Subject, table: &str, owner: &str, at: u32) -> Option<Item> {
    let get = subject.dynamodb.get_item().table_name(table).set_key(Some(key(owner, at))).consistent_read(true);
    get.send().await.unwrap().item
}

/// The notes' numbers, in order.
fn numbers(items: &[Item]) -> Vec<u32> {
    items.iter().map(|item| item["number"].as_n().unwrap().parse().unwrap()).collect()
}
