//! Global secondary indexes lag behind their table.

use std::time::Duration;

use rez_cloud::profile::Latency;
use serde_json::json;

use super::{Notes, by_topic, key, note, set};
use crate::support::pass;

const LAG: Duration = Duration::from_millis(300);
const MILLISECOND: Duration = Duration::from_millis(1);

fn lagging() -> Notes {
    Notes::new(|knobs| knobs.index_lag = Latency::fixed(LAG))
}

#[tokio::test(start_paused = true)]
async fn an_index_shows_a_write_after_its_lag() {
    let notes = lagging();
    notes.put(note("a", "t", 1)).await;
    pass(LAG - MILLISECOND).await;
    assert_eq!(notes.ids_by_topic("t").await, [""; 0]);
    pass(MILLISECOND).await;
    assert_eq!(notes.ids_by_topic("t").await, ["a"]);
}

#[tokio::test(start_paused = true)]
async fn an_index_goes_on_showing_what_was() {
    let notes = lagging();
    for id in ["moved", "deleted", "same"] {
        notes.put(note(id, "old", 1)).await;
    }
    pass(LAG).await;
    notes.call("UpdateItem", set("moved", "topic", json!({ "S": "new" }))).await.unwrap();
    notes.call("DeleteItem", json!({ "TableName": "notes", "Key": key("deleted") })).await.unwrap();
    assert_eq!(notes.ids_by_topic("old").await, ["deleted", "moved", "same"]);
    assert_eq!(notes.get("deleted").await, None);
    pass(LAG).await;
    assert_eq!(notes.ids_by_topic("old").await, ["same"]);
    assert_eq!(notes.ids_by_topic("new").await, ["moved"]);
}

#[tokio::test(start_paused = true)]
async fn an_item_that_loses_its_index_key_leaves_the_index() {
    let notes = lagging();
    notes.put(note("a", "t", 1)).await;
    let remove = json!({ "TableName": "notes", "Key": key("a"), "UpdateExpression": "REMOVE topic" });
    pass(LAG).await;
    notes.call("UpdateItem", remove).await.unwrap();
    assert_eq!(notes.ids_by_topic("t").await, ["a"]);
    pass(LAG).await;
    assert_eq!(notes.ids_by_topic("t").await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn an_index_holds_what_it_projects() {
    let notes = lagging();
    let mut item = note("a", "t", 1);
    item["secret"] = json!({ "S": "not projected" });
    notes.put(item).await;
    pass(LAG).await;
    let answer = notes.call("Query", by_topic("t")).await.unwrap();
    assert_eq!(answer["Items"], json!([note("a", "t", 1)]));
}

#[tokio::test(start_paused = true)]
async fn pages_of_an_index_go_on_where_they_ended() {
    let notes = lagging();
    for at in 0..5 {
        notes.put(note(&format!("n{at}"), "t", at)).await;
    }
    pass(LAG).await;
    let mut query = by_topic("t");
    query["Limit"] = 2.into();
    let mut pages = Vec::new();
    loop {
        let page = notes.call("Query", query.clone()).await.unwrap();
        pages.push(page["Count"].as_u64().unwrap());
        let Some(last) = page.get("LastEvaluatedKey") else { break };
        query["ExclusiveStartKey"] = last.clone();
    }
    assert_eq!(pages, [2, 2, 1]);
}

#[tokio::test(start_paused = true)]
async fn an_index_is_never_read_consistently() {
    let notes = lagging();
    let mut query = by_topic("t");
    query["ConsistentRead"] = true.into();
    let refused = notes.call("Query", query).await.unwrap_err();
    assert_eq!(refused.code, "ValidationException");
    assert_eq!(refused.body["message"], "Consistent reads are not supported on global secondary indexes");
}

#[tokio::test(start_paused = true)]
async fn what_an_index_cannot_hold_is_not_written() {
    let notes = lagging();
    notes.put(note("a", "t", 1)).await;
    let before = notes.get("a").await;
    let wrong = json!({ "S": "noon" });
    let mut item = note("b", "t", 1);
    item["at"] = wrong.clone();

    let refused = notes.call("PutItem", json!({ "TableName": "notes", "Item": item })).await.unwrap_err();
    let message = "One or more parameter values were invalid: Type mismatch for Index Key at Expected: N Actual: S \
                   IndexName: by-topic";
    assert_eq!(refused.body["message"], message);
    let refused = notes.call("UpdateItem", set("a", "at", wrong.clone())).await.unwrap_err();
    assert_eq!(refused.body["message"], message);
    let update = json!({ "Update": set("a", "at", wrong) });
    let put = json!({ "Put": { "TableName": "notes", "Item": note("c", "t", 1) } });
    let refused = notes.call("TransactWriteItems", json!({ "TransactItems": [put, update] })).await.unwrap_err();
    assert_eq!(refused.code, "TransactionCanceledException");
    assert_eq!(refused.body["CancellationReasons"][1]["Code"], "ValidationError");

    assert_eq!((notes.get("a").await, notes.get("b").await, notes.get("c").await), (before, None, None));
    assert_eq!(notes.changes().len(), 1);
}
