//! Plain statements against the engine: whatever is written and read in whatever order, the service answers and keeps
//! what the bare engine would.

use dynoxide::Database;
use dynoxide::actions::create_table::CreateTableRequest;
use proptest::prelude::*;
use rez_cloud::profile::DynamoDbKnobs;
use serde::Serialize;
use serde_json::{Map, Value, from_value, json, to_value};

use super::{Notes, key};

const UPDATES: [&str; 9] = [
    "SET a = :x",
    "SET a = if_not_exists(b, :x), #b = :y",
    "SET a = :x, b = a",
    "ADD a :x",
    "ADD a :x SET b = :y REMOVE c",
    "REMOVE a, b",
    "SET c = :x REMOVE a ADD b :y",
    "SET a = b + :x",
    "SET id = :x",
];

const CONDITIONS: [&str; 9] = [
    "",
    "attribute_not_exists(id)",
    "attribute_exists(a)",
    "a = :x",
    "a < :x OR b >= :y",
    "a <> :x AND NOT attribute_exists(c)",
    "(a = :x OR :y <= b) AND attribute_exists(id)",
    "a = b",
    "size(a) > :x",
];

#[derive(Clone, Debug)]
struct Step {
    operation: &'static str,
    id: u8,
    update: &'static str,
    condition: &'static str,
    x: Value,
    y: Value,
    shows: &'static str,
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        12 => (-3..4i64).prop_map(|n| json!({ "N": n.to_string() })),
        2 => prop::sample::select(vec!["1.0", "2.5", "1e1", "999999999999999", "1234567890123456"]).prop_map(|n| json!({ "N": n })),
        3 => "[ab]{0,2}".prop_map(|text| json!({ "S": text })),
        1 => any::<bool>().prop_map(|flag| json!({ "BOOL": flag })),
        1 => Just(json!({ "L": [{ "S": "a" }, { "N": "2" }] })),
        1 => Just(json!({ "M": { "k": { "N": "1.50" } } })),
        1 => Just(json!({ "SS": ["b", "a"] })),
        1 => Just(json!({ "NULL": true })),
    ]
}

/// Steps with few different statements, because only those that come again are plain.
fn steps() -> impl Strategy<Value = Vec<Step>> {
    let some = |texts: &[&'static str]| prop::sample::subsequence(texts.to_vec(), 2);
    (some(&UPDATES), some(&CONDITIONS))
        .prop_flat_map(|(updates, conditions)| prop::collection::vec(step(updates, conditions), 1..60))
}

fn step(updates: Vec<&'static str>, conditions: Vec<&'static str>) -> impl Strategy<Value = Step> {
    let operations = ["UpdateItem", "UpdateItem", "UpdateItem", "TransactWriteItems", "PutItem", "DeleteItem", "Scan"];
    let shows = prop::sample::select(vec!["NONE", "ALL_OLD", "ALL_NEW", "UPDATED_NEW"]);
    let texts = (prop::sample::select(updates), prop::sample::select(conditions));
    (prop::sample::select(operations.to_vec()), 0..2u8, texts, value(), value(), shows).prop_map(
        |(operation, id, (update, condition), x, y, shows)| Step { operation, id, update, condition, x, y, shows },
    )
}

impl Step {
    fn request(&self) -> Value {
        let id = self.id.to_string();
        match self.operation {
            "UpdateItem" => {
                let mut update = self.statement(self.update);
                update["Key"] = key(&id);
                update["UpdateExpression"] = self.update.into();
                update["ReturnValues"] = self.shows.into();
                update
            }
            "TransactWriteItems" => {
                let mut update = self.statement(self.update);
                update["Key"] = key(&id);
                update["UpdateExpression"] = self.update.into();
                let mut put = self.statement("");
                put["Item"] = json!({ "id": { "S": "put" }, "a": self.x, "b": self.y });
                json!({ "TransactItems": [{ "Update": update }, { "Put": put }] })
            }
            "PutItem" => json!({ "TableName": "notes", "Item": { "id": { "S": id }, "a": self.x, "c": self.y } }),
            "DeleteItem" => json!({ "TableName": "notes", "Key": key(&id) }),
            _ => json!({ "TableName": "notes" }),
        }
    }

    /// Names and values that are used, and no others: those would be refused.
    fn statement(&self, update: &str) -> Value {
        let uses = |name: &str| update.contains(name) || self.condition.contains(name);
        let values = [(":x", &self.x), (":y", &self.y)].into_iter().filter(|(name, _)| uses(name));
        let values: Map<String, Value> = values.map(|(name, value)| (name.to_owned(), value.clone())).collect();
        let mut statement = json!({ "TableName": "notes", "ReturnValuesOnConditionCheckFailure": "ALL_OLD" });
        if !values.is_empty() {
            statement["ExpressionAttributeValues"] = values.into();
        }
        if uses("#b") {
            statement["ExpressionAttributeNames"] = json!({ "#b": "b" });
        }
        if !self.condition.is_empty() {
            statement["ConditionExpression"] = self.condition.into();
        }
        statement
    }
}

/// The engine alone, with the same table but for its index.
fn engine() -> Database {
    let engine = Database::memory().unwrap();
    let table: CreateTableRequest = from_value(json!({
        "TableName": "notes",
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }],
        "AttributeDefinitions": [{ "AttributeName": "id", "AttributeType": "S" }],
    }))
    .unwrap();
    engine.create_table(table).unwrap();
    engine
}

fn ask(engine: &Database, operation: &str, request: Value) -> Result<Value, String> {
    fn told<T: Serialize>(outcome: dynoxide::Result<T>) -> Result<Value, String> {
        outcome.map(|answer| to_value(answer).unwrap()).map_err(|error| error.to_json())
    }
    match operation {
        "UpdateItem" => told(engine.update_item(from_value(request).unwrap())),
        "TransactWriteItems" => told(engine.transact_write_items(from_value(request).unwrap())),
        "PutItem" => told(engine.put_item(from_value(request).unwrap())),
        "DeleteItem" => told(engine.delete_item(from_value(request).unwrap())),
        "GetItem" => told(engine.get_item(from_value(request).unwrap())),
        _ => told(engine.scan(from_value(request).unwrap())),
    }
}

struct Both {
    notes: Notes,
    engine: Database,
}

impl Both {
    fn new() -> Self {
        Self { notes: Notes::new(|_: &mut DynamoDbKnobs| {}), engine: engine() }
    }

    async fn agree(&self, operation: &str, request: Value) {
        let ours = self.notes.call(operation, request.clone()).await.map_err(|refused| refused.body);
        let theirs = ask(&self.engine, operation, request.clone());
        let theirs = theirs.map_err(|body| serde_json::from_str::<Value>(&body).unwrap());
        assert_eq!(ours, theirs, "{operation} {request}");
    }
}

async fn check(steps: Vec<Step>) {
    let both = Both::new();
    for step in steps {
        both.agree(step.operation, step.request()).await;
        both.agree("GetItem", json!({ "TableName": "notes", "Key": key(&step.id.to_string()) })).await;
    }
}

/// Twice, because a condition is learned when it holds.
#[tokio::test(start_paused = true)]
async fn plain_comparisons_are_the_engines() {
    let both = Both::new();
    let numbers = ["-2", "0", "2", "10", "2.0"].map(|n| json!({ "N": n }));
    let others = [json!({ "S": "" }), json!({ "S": "a" }), json!({ "S": "ab" }), json!({ "BOOL": true })];
    let values: Vec<Value> = numbers.into_iter().chain(others).collect();
    for comparison in ["=", "<>", "<", "<=", ">", ">="].repeat(2) {
        for (left, right) in values.iter().flat_map(|left| values.iter().map(move |right| (left, right))) {
            both.agree("PutItem", json!({ "TableName": "notes", "Item": { "id": { "S": "0" }, "a": left } })).await;
            let mut update = json!({ "TableName": "notes", "Key": key("0"), "UpdateExpression": "SET c = :y" });
            update["ConditionExpression"] = format!("a {comparison} :y").into();
            update["ExpressionAttributeValues"] = json!({ ":y": right });
            both.agree("UpdateItem", update).await;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn plain_statements_do_what_the_engine_does(steps in steps()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(check(steps));
    }
}
