//! Items: what is written can be read, and every change is told with its images.

use serde_json::json;

use super::{Notes, key, note, set};

#[tokio::test(start_paused = true)]
async fn every_change_is_told_once_with_its_images() {
    let notes = Notes::new(|_| {});
    notes.put(json!({ "id": { "S": "a" }, "n": { "N": "1.0" } })).await;
    notes.put(json!({ "id": { "S": "a" }, "n": { "N": "1" } })).await;
    notes.call("UpdateItem", set("a", "n", json!({ "N": "2" }))).await.unwrap();
    notes.call("DeleteItem", json!({ "TableName": "notes", "Key": key("a") })).await.unwrap();
    notes.call("DeleteItem", json!({ "TableName": "notes", "Key": key("a") })).await.unwrap();

    let fact = |before: &str, after: &str| {
        let image = |n: &str| match n {
            "" => "None".to_owned(),
            n => format!(r#"Some(Object {{"id": Object {{"S": String("a")}}, "n": Object {{"N": String("{n}")}}}})"#),
        };
        let key = r#"Object {"id": Object {"S": String("a")}}"#;
        let images = format!("before: {}, after: {}", image(before), image(after));
        format!(r#"Item {{ table: "notes", key: {key}, {images}, cause: Outside }}"#)
    };
    assert_eq!(notes.changes(), [fact("", "1"), fact("1", "2"), fact("2", "")]);
}

#[tokio::test(start_paused = true)]
async fn a_batch_tells_each_of_its_changes() {
    let notes = Notes::new(|_| {});
    notes.put(note("gone", "t", 1)).await;
    let requests = json!([
        { "PutRequest": { "Item": note("new", "t", 2) } },
        { "DeleteRequest": { "Key": key("gone") } },
        { "DeleteRequest": { "Key": key("never there") } },
    ]);
    let answer = notes.call("BatchWriteItem", json!({ "RequestItems": { "notes": requests } })).await.unwrap();
    assert_eq!(answer, json!({ "UnprocessedItems": {} }));
    assert_eq!(notes.changes().len(), 3);
    assert_eq!(notes.ids_by_topic("t").await, ["new"]);

    let keys = json!({ "notes": { "Keys": [key("new"), key("gone")] } });
    let answer = notes.call("BatchGetItem", json!({ "RequestItems": keys })).await.unwrap();
    assert_eq!(answer, json!({ "Responses": { "notes": [note("new", "t", 2)] }, "UnprocessedKeys": {} }));
}

#[tokio::test(start_paused = true)]
async fn an_update_answers_with_what_was_asked_for() {
    let answers = [
        ("NONE", json!({})),
        ("ALL_OLD", json!({ "Attributes": { "id": { "S": "a" }, "n": { "N": "1" }, "m": { "N": "7" } } })),
        ("ALL_NEW", json!({ "Attributes": { "id": { "S": "a" }, "n": { "N": "2" }, "m": { "N": "7" } } })),
        ("UPDATED_OLD", json!({ "Attributes": { "n": { "N": "1" } } })),
        ("UPDATED_NEW", json!({ "Attributes": { "n": { "N": "2" } } })),
    ];
    for (wanted, expected) in answers {
        let notes = Notes::new(|_| {});
        notes.put(json!({ "id": { "S": "a" }, "n": { "N": "1" }, "m": { "N": "7" } })).await;
        let mut update = set("a", "n", json!({ "N": "2" }));
        update["ReturnValues"] = wanted.into();
        assert_eq!(notes.call("UpdateItem", update).await.unwrap(), expected, "{wanted}");
        assert_eq!(notes.changes().len(), 2, "{wanted}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_put_or_delete_shows_the_old_item_only_when_asked() {
    let notes = Notes::new(|_| {});
    let put = |values: &str| json!({ "TableName": "notes", "Item": note("a", "t", 1), "ReturnValues": values });
    assert_eq!(notes.call("PutItem", put("NONE")).await.unwrap(), json!({}));
    assert_eq!(notes.call("PutItem", put("NONE")).await.unwrap(), json!({}));
    assert_eq!(notes.call("PutItem", put("ALL_OLD")).await.unwrap(), json!({ "Attributes": note("a", "t", 1) }));
    assert_eq!(notes.code("PutItem", put("ALL_NEW")).await, "ValidationException");
}

#[tokio::test(start_paused = true)]
async fn a_failed_condition_shows_the_item_only_when_asked() {
    let notes = Notes::new(|_| {});
    notes.put(note("a", "t", 1)).await;
    let mut update = set("a", "title", json!({ "S": "other" }));
    update["ConditionExpression"] = "attribute_not_exists(id)".into();

    let refused = notes.call("UpdateItem", update.clone()).await.unwrap_err();
    let mut expected = json!({
        "__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException",
        "message": "The conditional request failed",
    });
    assert_eq!((refused.status, &refused.body), (400, &expected));

    update["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD".into();
    let refused = notes.call("UpdateItem", update).await.unwrap_err();
    expected["Item"] = note("a", "t", 1);
    assert_eq!(refused.body, expected);
    assert_eq!(notes.changes().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_or_is_not_modelled_is_refused() {
    let notes = Notes::new(|_| {});
    let missing = json!({ "TableName": "nowhere", "Key": key("a") });
    let cases = [
        ("GetItem", missing.clone(), 400, "ResourceNotFoundException"),
        ("DeleteItem", missing, 400, "ResourceNotFoundException"),
        ("GetItem", json!({ "TableName": "notes", "Key": { "other": { "S": "a" } } }), 400, "ValidationException"),
        ("GetItem", json!({ "TableName": "notes" }), 400, "ValidationException"),
        ("PutItem", json!({ "TableName": 5, "Item": key("a") }), 400, "SerializationException"),
        ("PutItem", json!({ "TableName": "notes", "Item": { "title": { "S": "a" } } }), 400, "ValidationException"),
        ("UpdateTable", json!({ "TableName": "notes" }), 501, "NotModelled"),
        ("ExecuteStatement", json!({}), 501, "NotModelled"),
    ];
    for (operation, body, status, code) in cases {
        let refused = notes.call(operation, body.clone()).await.unwrap_err();
        assert_eq!((refused.status, refused.code.as_str()), (status, code), "{operation} {body}");
        if status == 501 {
            assert_eq!(refused.body["message"], format!("`dynamodb.{operation}` is not modelled"));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn equal_requests_have_equal_bytes() {
    let wide: serde_json::Map<_, _> =
        (0..40).map(|n| (format!("a{n}"), json!({ "M": { "x": { "N": "1" }, "y": { "S": "s" } } }))).collect();
    let mut bodies = std::collections::BTreeSet::new();
    for _ in 0..8 {
        let notes = Notes::new(|_| {});
        let mut item = json!({ "id": { "S": "a" } });
        item.as_object_mut().unwrap().extend(wide.clone());
        notes.put(item).await;
        let get = json!({ "TableName": "notes", "Key": key("a") }).to_string();
        bodies.insert(notes.service.handle("GetItem", get.as_bytes(), rez_cloud::history::Cause::Outside).await.body);
    }
    assert_eq!(bodies.len(), 1);
}
