//! A DynamoDB in memory, with the tables of `template.yaml`.

use dynoxide::Database;
use dynoxide::errors::DynoxideError;
use rez_core::testing::{Recorded, Reply};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

pub struct Tables(Database);

impl Tables {
    pub fn create() -> Self {
        let database = Database::memory().expect("a database in memory");
        for table in [messages(), table("counters", &["day", "slot"]), table("config", &["config_key"])] {
            create(&database, table);
        }
        create(&database, table("idempotency", &["idempotency_key"]));
        Self(database)
    }

    pub fn answer(&self, request: &Recorded) -> Reply {
        let database = &self.0;
        match request.operation() {
            "GetItem" => call(request, |request| database.get_item(request)),
            "PutItem" => call(request, |request| database.put_item(request)),
            "UpdateItem" => call(request, |request| database.update_item(request)),
            "Query" => call(request, |request| database.query(request)),
            "TransactWriteItems" => call(request, |request| database.transact_write_items(request)),
            other => panic!("web-api has no business calling {other}"),
        }
    }

    /// Changes one item from outside, as another function would.
    pub fn put(&self, table: &str, item: &Value) {
        let put = serde_json::from_value(json!({"TableName": table, "Item": item})).expect("a put");
        self.0.put_item(put).expect("a good item");
    }

    /// All items of a table.
    pub fn scan(&self, table: &str) -> Vec<Value> {
        let scan = serde_json::from_value(json!({"TableName": table})).expect("a scan");
        let scanned = serde_json::to_value(self.0.scan(scan).expect("a table")).expect("JSON");
        scanned["Items"].as_array().cloned().unwrap_or_default()
    }
}

fn call<Q: DeserializeOwned, A: Serialize>(
    request: &Recorded,
    operation: impl FnOnce(Q) -> Result<A, DynoxideError>,
) -> Reply {
    match operation(serde_json::from_str(&request.body).expect("a request of the SDK")) {
        Ok(answer) => Reply::json(200, &serde_json::to_value(answer).expect("JSON")),
        Err(error) => Reply::text(error.status_code(), &error.to_json()),
    }
}

fn create(database: &Database, definition: Value) {
    let request = serde_json::from_value(definition).expect("a definition");
    database.create_table(request).expect("a new table");
}

fn table(name: &str, key: &[&str]) -> Value {
    let attributes: Vec<_> = key.iter().map(|name| json!({"AttributeName": name, "AttributeType": "S"})).collect();
    json!({"TableName": name, "BillingMode": "PAY_PER_REQUEST", "AttributeDefinitions": attributes,
        "KeySchema": schema(key)})
}

fn schema(key: &[&str]) -> Value {
    let kinds = ["HASH", "RANGE"];
    key.iter().zip(kinds).map(|(name, kind)| json!({"AttributeName": name, "KeyType": kind})).collect()
}

fn messages() -> Value {
    let mut definition = table("messages", &["message_id"]);
    definition["AttributeDefinitions"] = ["message_id", "stage", "status", "created_date"]
        .iter()
        .map(|name| json!({"AttributeName": name, "AttributeType": "S"}))
        .collect();
    definition["GlobalSecondaryIndexes"] = json!([index("stage", "status"), index("status", "stage")]);
    definition
}

/// Without the body, as the template has it.
fn index(hash: &str, beside: &str) -> Value {
    let projected = [
        "updated_date",
        "created_by",
        "kind",
        "title",
        "priority",
        "tags",
        "attempts",
        "last_error",
        "correlation_id",
        "publish_after",
        "delivered_date",
        "notification_id",
        "ttl",
        beside,
    ];
    json!({"IndexName": format!("{hash}-created_date"), "KeySchema": schema(&[hash, "created_date"]),
        "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": projected}})
}
