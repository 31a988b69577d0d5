//! Items expire, some time after they should.

use std::time::Duration;

use serde_json::json;

use super::{EPOCH_SECONDS, Notes, key, note, set};
use crate::support::{MINUTE, SECOND, pass};

const DELAY: Duration = Duration::from_secs(3_600);

fn expiring() -> Notes {
    Notes::new(|knobs| knobs.ttl_delay = DELAY)
}

async fn put_expiring(notes: &Notes, id: &str, seconds_from_now: i64) {
    let mut item = note(id, "t", 1);
    item["ttl"] = json!({ "N": (EPOCH_SECONDS as i64 + seconds_from_now).to_string() });
    notes.put(item).await;
}

#[tokio::test(start_paused = true)]
async fn an_expired_item_goes_when_the_delay_has_passed() {
    let notes = expiring();
    put_expiring(&notes, "a", 60).await;
    pass(MINUTE + DELAY).await;
    notes.service.sweep();
    assert!(notes.get("a").await.is_some(), "it is still shown");
    pass(SECOND).await;
    notes.service.sweep();
    let changes = notes.changes();
    assert_eq!(changes.len(), 2);
    assert!(changes[1].contains("after: None, cause: Cloud"), "{}", changes[1]);
    assert_eq!(notes.get("a").await, None);
    assert_eq!(notes.ids_by_topic("t").await, [""; 0]);
    assert_eq!(notes.service.consumed()["notes"].write, 2.0, "removal is free");
}

#[tokio::test(start_paused = true)]
async fn any_request_sees_what_has_expired_by_then() {
    let notes = expiring();
    put_expiring(&notes, "a", 60).await;
    pass(MINUTE + DELAY + SECOND).await;
    assert_eq!(notes.get("a").await, None);
}

#[tokio::test(start_paused = true)]
async fn what_no_longer_expires_stays() {
    let notes = expiring();
    for id in ["later", "never", "gone", "other type"] {
        put_expiring(&notes, id, 60).await;
    }
    let later = json!({ "N": (EPOCH_SECONDS + 90_000).to_string() });
    notes.call("UpdateItem", set("later", "ttl", later)).await.unwrap();
    notes.call("UpdateItem", set("other type", "ttl", json!({ "S": "soon" }))).await.unwrap();
    let remove = json!({ "TableName": "notes", "Key": key("never"), "UpdateExpression": "REMOVE #t" });
    let mut remove = remove;
    remove["ExpressionAttributeNames"] = json!({ "#t": "ttl" });
    notes.call("UpdateItem", remove).await.unwrap();
    notes.call("DeleteItem", json!({ "TableName": "notes", "Key": key("gone") })).await.unwrap();
    put_expiring(&notes, "long past", -6 * 365 * 86_400).await;
    let told = notes.changes().len();
    pass(2 * DELAY).await;
    notes.service.sweep();
    assert_eq!(notes.changes().len(), told);
    pass(90_000 * SECOND).await;
    assert_eq!(notes.get("later").await, None);
    assert!(notes.get("never").await.is_some() && notes.get("long past").await.is_some());
}

#[tokio::test(start_paused = true)]
async fn switching_ttl_on_covers_the_items_that_are_there() {
    let notes = expiring();
    let create = json!({
        "TableName": "plain",
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }],
        "AttributeDefinitions": [{ "AttributeName": "id", "AttributeType": "S" }],
    });
    notes.call("CreateTable", create).await.unwrap();
    let item = json!({ "id": { "S": "a" }, "until": { "N": EPOCH_SECONDS.to_string() } });
    notes.call("PutItem", json!({ "TableName": "plain", "Item": item })).await.unwrap();
    let specification = json!({ "AttributeName": "until", "Enabled": true });
    let switch = json!({ "TableName": "plain", "TimeToLiveSpecification": specification });
    notes.call("UpdateTimeToLive", switch).await.unwrap();
    let described = notes.call("DescribeTimeToLive", json!({ "TableName": "plain" })).await.unwrap();
    assert_eq!(described["TimeToLiveDescription"]["AttributeName"], "until");
    pass(DELAY + SECOND).await;
    let answer = notes.call("Scan", json!({ "TableName": "plain" })).await.unwrap();
    assert_eq!(answer["Count"], 0);
}

/// Regression: it was carried out again.
#[tokio::test(start_paused = true)]
async fn what_is_set_already_is_refused() {
    let notes = Notes::new(|_| {});
    let switch = async |attribute: &str, on: bool| {
        let specification = json!({ "AttributeName": attribute, "Enabled": on });
        let request = json!({ "TableName": "notes", "TimeToLiveSpecification": specification });
        notes.call("UpdateTimeToLive", request).await.err().map(|refused| refused.body["message"].to_string())
    };
    let refused = |message: &str| Some(format!("\"{message}\""));
    assert_eq!(switch("ttl", true).await, refused("TimeToLive is already enabled"));
    let other = "TimeToLive is active on a different AttributeName: current AttributeName is ttl";
    assert_eq!(switch("until", true).await, refused(other));
    assert_eq!(switch("ttl", false).await, None);
    assert_eq!(switch("ttl", false).await, refused("TimeToLive is already disabled"));
    assert_eq!(switch("until", true).await, None);
}
