//! Request units: what operations consume, and what happens when there are none left.

use rez_cloud::services::dynamodb::Consumed;
use serde_json::{Value, json};

use super::{Notes, by_topic, key, note, set};
use crate::support::{SECOND, pass};

impl Notes {
    fn consumed(&self) -> Consumed {
        self.service.consumed()["notes"]
    }

    /// What an operation adds to the counters: read and write units.
    async fn cost(&self, operation: &str, body: Value) -> (f64, f64) {
        let before = self.consumed();
        let _ = self.call(operation, body).await;
        (self.consumed().read - before.read, self.consumed().write - before.write)
    }
}

fn large(id: &str, bytes: usize) -> Value {
    json!({ "TableName": "notes", "Item": { "id": { "S": id }, "body": { "S": "x".repeat(bytes) } } })
}

#[tokio::test(start_paused = true)]
async fn operations_cost_what_aws_bills() {
    let notes = Notes::new(|_| {});
    let put = json!({ "TableName": "notes", "Item": note("a", "t", 1) });
    assert_eq!(notes.cost("PutItem", put.clone()).await, (0.0, 2.0), "table and index");
    assert_eq!(notes.cost("PutItem", put).await, (0.0, 1.0), "the index stays as it is");
    assert_eq!(notes.cost("UpdateItem", set("a", "at", json!({ "N": "2" }))).await, (0.0, 3.0), "the entry moves");
    assert_eq!(notes.cost("UpdateItem", set("a", "other", json!({ "N": "2" }))).await, (0.0, 1.0), "not projected");
    assert_eq!(notes.cost("PutItem", large("b", 2_500)).await, (0.0, 3.0), "by 1 KB");
    assert_eq!(notes.cost("PutItem", large("b", 1)).await, (0.0, 3.0), "the larger image counts");
    let mut failing = large("a", 1);
    failing["ConditionExpression"] = "attribute_not_exists(id)".into();
    assert_eq!(notes.cost("PutItem", failing).await, (0.0, 1.0), "a failed condition costs");

    let transaction = json!({ "TransactItems": [{ "Put": large("c", 1) }], "ClientRequestToken": "token" });
    assert_eq!(notes.cost("TransactWriteItems", transaction.clone()).await, (0.0, 2.0), "twice");
    assert_eq!(notes.cost("TransactWriteItems", transaction).await, (2.0, 0.0), "a repetition reads");

    let get = |consistent: bool| json!({ "TableName": "notes", "Key": key("a"), "ConsistentRead": consistent });
    assert_eq!(notes.cost("GetItem", get(true)).await, (1.0, 0.0));
    assert_eq!(notes.cost("GetItem", get(false)).await, (0.5, 0.0));
    assert_eq!(notes.cost("Query", by_topic("t")).await, (0.5, 0.0));
}

#[tokio::test(start_paused = true)]
async fn consumed_capacity_is_shown_when_asked_for() {
    let notes = Notes::new(|_| {});
    let mut put = json!({ "TableName": "notes", "Item": note("a", "t", 1), "ReturnConsumedCapacity": "INDEXES" });
    let consumed = json!({
        "TableName": "notes",
        "CapacityUnits": 2.0,
        "Table": { "CapacityUnits": 1.0 },
        "GlobalSecondaryIndexes": { "by-topic": { "CapacityUnits": 1.0 } },
    });
    assert_eq!(notes.call("PutItem", put.clone()).await.unwrap(), json!({ "ConsumedCapacity": consumed }));
    put["ReturnConsumedCapacity"] = "NONE".into();
    assert_eq!(notes.call("PutItem", put).await.unwrap(), json!({}));
}

#[tokio::test(start_paused = true)]
async fn a_table_out_of_writes_throttles_until_it_has_some() {
    let notes = Notes::new(|knobs| knobs.write_units_per_second = 2.0);
    let put = |id| json!({ "TableName": "notes", "Item": key(id) });
    assert_eq!(notes.code("PutItem", put("a")).await, "ok");
    assert_eq!(notes.code("PutItem", put("b")).await, "ok");
    let refused = notes.call("PutItem", put("c")).await.unwrap_err();
    assert_eq!((refused.status, refused.code.as_str()), (400, "ThrottlingException"));
    assert_eq!(refused.body["throttlingReasons"][0]["reason"], "TableWriteKeyRangeThroughputExceeded");
    assert_eq!(
        notes
            .code("BatchWriteItem", json!({ "RequestItems": { "notes": [{ "PutRequest": { "Item": key("c") } }] } }))
            .await,
        "ThrottlingException"
    );
    let transaction = json!({ "TransactItems": [{ "Put": put("c") }] });
    let refused = notes.call("TransactWriteItems", transaction).await.unwrap_err();
    assert_eq!(refused.body["CancellationReasons"][0]["Code"], "ThrottlingError");
    assert!(notes.get("a").await.is_some(), "reads are another bucket");
    pass(SECOND).await;
    assert_eq!(notes.code("PutItem", put("c")).await, "ok");
}

#[tokio::test(start_paused = true)]
async fn a_table_out_of_reads_throttles_reads() {
    let notes = Notes::new(|knobs| knobs.read_units_per_second = 1.0);
    let get = json!({ "TableName": "notes", "Key": key("a"), "ConsistentRead": true });
    let keys = json!({ "RequestItems": { "notes": { "Keys": [key("a")] } } });
    assert_eq!(notes.code("GetItem", get.clone()).await, "ok");
    assert_eq!(notes.code("GetItem", get).await, "ThrottlingException");
    assert_eq!(notes.code("Query", by_topic("t")).await, "ThrottlingException");
    assert_eq!(notes.code("BatchGetItem", keys).await, "ThrottlingException");
    notes.put(note("a", "t", 1)).await;
}
