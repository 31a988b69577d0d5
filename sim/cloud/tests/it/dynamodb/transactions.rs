//! Transactions: all or nothing, once per token, and in each other's way while they last.

use std::time::Duration;

use rez_cloud::profile::Latency;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{Notes, key, note, set};
use crate::support::{MINUTE, SECOND, pass};

const LOCK: Duration = Duration::from_millis(30);

fn slow() -> Notes {
    Notes::new(|knobs| knobs.transaction_lock = Latency::fixed(LOCK))
}

fn put(id: &str, at: u64) -> Value {
    json!({ "Put": { "TableName": "notes", "Item": note(id, "t", at) } })
}

fn transaction(actions: &[Value]) -> Value {
    json!({ "TransactItems": actions })
}

fn with_token(actions: &[Value], token: &str) -> Value {
    json!({ "TransactItems": actions, "ClientRequestToken": token })
}

#[tokio::test(start_paused = true)]
async fn a_transaction_tells_all_its_changes_or_none() {
    let notes = Notes::new(|_| {});
    notes.put(note("old", "t", 1)).await;
    let update = json!({ "Update": set("old", "title", json!({ "S": "newer" })) });
    let delete = json!({ "Delete": { "TableName": "notes", "Key": key("none") } });
    let check = |condition: &str| {
        let mut check = json!({ "TableName": "notes", "Key": key("checked"), "ConditionExpression": condition });
        check["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD".into();
        json!({ "ConditionCheck": check })
    };
    let actions = [put("new", 2), update, delete, check("attribute_not_exists(id)")];
    assert_eq!(notes.call("TransactWriteItems", transaction(&actions)).await.unwrap(), json!({}));
    assert_eq!(notes.changes().len(), 3);
    assert_eq!(notes.ids_by_topic("t").await, ["old", "new"]);

    notes.put(note("checked", "t", 3)).await;
    let actions = [put("newest", 4), check("attribute_not_exists(id)")];
    let refused = notes.call("TransactWriteItems", transaction(&actions)).await.unwrap_err();
    let expected = json!({
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "Message": "Transaction cancelled, please refer cancellation reasons for specific reasons [None, \
                    ConditionalCheckFailed]",
        "CancellationReasons": [
            { "Code": "None" },
            {
                "Code": "ConditionalCheckFailed",
                "Message": "The conditional request failed",
                "Item": note("checked", "t", 3),
            },
        ],
    });
    assert_eq!((refused.status, refused.body), (400, expected));
    assert_eq!(notes.changes().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_transaction_holds_its_items_until_it_answers() {
    let notes = slow();
    let began = Instant::now();
    let first = transaction(&[put("a", 1)]);
    let other = transaction(&[put("b", 1), put("a", 2)]);
    let write = json!({ "TableName": "notes", "Item": note("a", "t", 3) });
    let read = json!({ "TransactItems": [{ "Get": { "TableName": "notes", "Key": key("a") } }] });
    let others = async {
        pass(LOCK - Duration::from_millis(1)).await;
        let refused = notes.call("TransactWriteItems", other).await.unwrap_err();
        assert_eq!(refused.code, "TransactionCanceledException");
        let conflict = json!({ "Code": "TransactionConflict", "Message": "Transaction is ongoing for the item" });
        assert_eq!(refused.body["CancellationReasons"], json!([{ "Code": "None" }, conflict]));
        assert_eq!(notes.code("PutItem", write.clone()).await, "TransactionConflictException");
        assert_eq!(notes.code("TransactGetItems", read.clone()).await, "TransactionCanceledException");
        assert_eq!(notes.get("a").await, Some(note("a", "t", 1)));
        pass(Duration::from_millis(1)).await;
        assert_eq!(notes.code("TransactGetItems", read.clone()).await, "ok");
        assert_eq!(notes.code("PutItem", write.clone()).await, "ok");
    };
    let (outcome, ()) = tokio::join!(notes.call("TransactWriteItems", first), others);
    outcome.unwrap();
    assert_eq!(began.elapsed(), LOCK);
    assert_eq!(notes.get("b").await, None);
}

#[tokio::test(start_paused = true)]
async fn a_batch_leaves_what_a_transaction_holds() {
    let notes = slow();
    let requests = |ids: &[&str]| -> Vec<Value> {
        ids.iter().map(|id| json!({ "PutRequest": { "Item": note(id, "t", 2) } })).collect()
    };
    let batch = async {
        pass(LOCK / 2).await;
        let both = json!({ "RequestItems": { "notes": requests(&["a", "b"]) } });
        let answer = notes.call("BatchWriteItem", both).await.unwrap();
        assert_eq!(answer, json!({ "UnprocessedItems": { "notes": requests(&["a"]) } }));
    };
    let (outcome, ()) = tokio::join!(notes.call("TransactWriteItems", transaction(&[put("a", 1)])), batch);
    outcome.unwrap();
    assert_eq!(notes.get("a").await, Some(note("a", "t", 1)));
    assert_eq!(notes.get("b").await, Some(note("b", "t", 2)));
}

#[tokio::test(start_paused = true)]
async fn a_token_writes_once_in_ten_minutes() {
    let notes = Notes::new(|_| {});
    let update = |by: &str| {
        json!({ "Update": {
            "TableName": "notes",
            "Key": key("a"),
            "UpdateExpression": "ADD n :by",
            "ExpressionAttributeValues": { ":by": { "N": by } },
        } })
    };
    let count = async || notes.get("a").await.unwrap()["n"]["N"].as_str().unwrap().to_owned();
    let one = with_token(&[update("1")], "token");
    notes.call("TransactWriteItems", one.clone()).await.unwrap();
    pass(10 * MINUTE - SECOND).await;
    notes.call("TransactWriteItems", one.clone()).await.unwrap();
    assert_eq!((count().await.as_str(), notes.changes().len()), ("1", 1));
    let other = with_token(&[update("2")], "token");
    assert_eq!(notes.code("TransactWriteItems", other).await, "IdempotentParameterMismatchException");
    pass(SECOND).await;
    notes.call("TransactWriteItems", one).await.unwrap();
    assert_eq!(count().await, "2");
}

#[tokio::test(start_paused = true)]
async fn a_token_of_a_transaction_under_way_is_refused() {
    let notes = slow();
    let request = with_token(&[put("a", 1)], "token");
    let again = async {
        pass(LOCK / 2).await;
        assert_eq!(notes.code("TransactWriteItems", request.clone()).await, "TransactionInProgressException");
        pass(LOCK).await;
        assert_eq!(notes.code("TransactWriteItems", request.clone()).await, "ok");
    };
    let (outcome, ()) = tokio::join!(notes.call("TransactWriteItems", request.clone()), again);
    outcome.unwrap();
    assert_eq!(notes.changes().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_transaction_may_try_its_token_again() {
    let notes = Notes::new(|_| {});
    notes.put(note("a", "t", 1)).await;
    let mut action = put("a", 2);
    action["Put"]["ConditionExpression"] = "attribute_not_exists(id)".into();
    let request = with_token(&[action], "token");
    assert_eq!(notes.code("TransactWriteItems", request.clone()).await, "TransactionCanceledException");
    notes.call("DeleteItem", json!({ "TableName": "notes", "Key": key("a") })).await.unwrap();
    assert_eq!(notes.code("TransactWriteItems", request).await, "ok");
}

#[tokio::test(start_paused = true)]
async fn a_transaction_has_its_limits_however_well_it_is_known() {
    let notes = Notes::new(|_| {});
    let puts = |count: usize, text: &str| {
        let item = |number: usize| json!({ "id": { "S": number.to_string() }, "text": { "S": text } });
        let put = |number| json!({ "Put": { "TableName": "notes", "Item": item(number) } });
        (0..count).map(put).collect::<Vec<_>>()
    };
    for _ in 0..2 {
        notes.call("TransactWriteItems", transaction(&puts(100, "short"))).await.unwrap();
    }
    let written = notes.changes().len();

    let token = "t".repeat(37);
    let refused = [
        transaction(&puts(101, "longer")),
        transaction(&puts(100, &"a".repeat(50_000))),
        with_token(&puts(1, "other"), &token),
    ];
    for transaction in refused {
        assert_eq!(notes.code("TransactWriteItems", transaction).await, "ValidationException");
    }
    assert_eq!(notes.changes().len(), written);
}
