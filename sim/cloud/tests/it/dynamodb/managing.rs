//! Tables come, are described, and go.

use serde_json::json;

use super::{EPOCH_SECONDS, Notes, note};

#[tokio::test(start_paused = true)]
async fn a_table_is_described_as_it_was_created() {
    let notes = Notes::new(|_| {});
    notes.put(note("a", "t", 1)).await;
    let described = notes.call("DescribeTable", json!({ "TableName": "notes" })).await.unwrap();
    let table = &described["Table"];
    let arn = "arn:aws:dynamodb:us-east-1:123456789012:table/notes";
    assert_eq!(table["TableArn"], arn);
    assert_eq!(table["CreationDateTime"], EPOCH_SECONDS as f64);
    assert_eq!(table["AttributeDefinitions"].as_array().unwrap().len(), 3);
    let index = &table["GlobalSecondaryIndexes"][0];
    assert_eq!(index["IndexName"], "by-topic");
    assert_eq!(index["IndexArn"], format!("{arn}/index/by-topic"));
    assert_eq!(index["Projection"], json!({ "ProjectionType": "INCLUDE", "NonKeyAttributes": ["title"] }));
    assert_eq!(notes.call("ListTables", json!({})).await.unwrap(), json!({ "TableNames": ["notes"] }));
}

#[tokio::test(start_paused = true)]
async fn a_table_can_be_made_again_and_is_empty_then() {
    let notes = Notes::new(|_| {});
    notes.put(note("a", "t", 1)).await;
    let gone = notes.call("DeleteTable", json!({ "TableName": "notes" })).await.unwrap();
    assert_eq!(gone["TableDescription"]["TableStatus"], "DELETING");
    assert_eq!(notes.code("Query", super::by_topic("t")).await, "ResourceNotFoundException");
    notes.service.create_table(&super::table()).unwrap();
    assert_eq!(notes.ids_by_topic("t").await, [""; 0]);
    assert_eq!(notes.get("a").await, None);
}

#[tokio::test(start_paused = true)]
async fn a_table_is_created_once_and_without_what_is_not_modelled() {
    let notes = Notes::new(|_| {});
    let refused = notes.service.create_table(&super::table()).unwrap_err();
    assert_eq!(refused.code, "ResourceInUseException");
    let create = json!({
        "TableName": "streamed",
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }],
        "AttributeDefinitions": [{ "AttributeName": "id", "AttributeType": "S" }],
        "StreamSpecification": { "StreamEnabled": true, "StreamViewType": "NEW_IMAGE" },
    });
    assert_eq!(notes.code("CreateTable", create).await, "NotModelled");
}
