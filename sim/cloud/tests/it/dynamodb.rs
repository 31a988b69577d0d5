//! Tables as a caller sees them: JSON in, JSON and facts out, on a clock that jumps.

mod both;
mod capacity;
mod expiry;
mod indexes;
mod indexes_by_model;
mod items;
mod managing;
mod plain_by_engine;
mod queries_by_engine;
mod tables_by_engine;
mod transactions;

use std::time::{Duration, UNIX_EPOCH};

use rez_cloud::Seed;
use rez_cloud::history::{Cause, History};
use rez_cloud::profile::{DynamoDbKnobs, Profile};
use rez_cloud::services::dynamodb::DynamoDb;
use rez_cloud::world::Clock;
use serde_json::{Value, json};

use crate::support::Recorder;

/// Midnight of 2027-01-01.
const EPOCH_SECONDS: u64 = 1_798_761_600;

/// A service with one table, `notes`: key `id`, index `by-topic` (`topic`, `at`) of keys and `title`, TTL attribute
/// `ttl`.
struct Notes {
    service: DynamoDb,
    facts: Recorder,
}

/// A refusal: status, code, and body.
#[derive(Debug)]
struct Refused {
    status: u16,
    code: String,
    body: Value,
}

impl Notes {
    /// Everything at once and nothing in short supply, but for what `change` changes.
    fn new(change: impl FnOnce(&mut DynamoDbKnobs)) -> Self {
        let clock = Clock::starting_at(UNIX_EPOCH + Duration::from_secs(EPOCH_SECONDS));
        let mut knobs = Profile::Ideal.knobs().dynamodb;
        change(&mut knobs);
        let facts = Recorder::default();
        let history = History::new(clock);
        history.subscribe(facts.subscriber());
        let service = DynamoDb::new(clock, Seed(1), knobs, history);
        service.create_table(&table()).unwrap();
        Self { service, facts }
    }

    async fn call(&self, operation: &str, body: Value) -> Result<Value, Refused> {
        let answer = self.service.handle(operation, body.to_string().as_bytes(), Cause::Outside).await;
        let body: Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(answer.code.is_empty(), answer.status == 200);
        if answer.status == 200 { Ok(body) } else { Err(Refused { status: answer.status, code: answer.code, body }) }
    }

    /// The code of a refusal, or `ok`.
    async fn code(&self, operation: &str, body: Value) -> String {
        self.call(operation, body).await.map_or_else(|refused| refused.code, |_| "ok".to_owned())
    }

    async fn put(&self, item: Value) {
        self.call("PutItem", json!({ "TableName": "notes", "Item": item })).await.unwrap();
    }

    async fn get(&self, id: &str) -> Option<Value> {
        let mut answer = self.call("GetItem", json!({ "TableName": "notes", "Key": key(id) })).await.unwrap();
        answer.get_mut("Item").map(Value::take)
    }

    /// Ids of the notes that the index shows for a topic, in its order.
    async fn ids_by_topic(&self, topic: &str) -> Vec<String> {
        let answer = self.call("Query", by_topic(topic)).await.unwrap();
        let items = answer["Items"].as_array().unwrap();
        items.iter().map(|item| item["id"]["S"].as_str().unwrap().to_owned()).collect()
    }

    /// Facts about items so far: cause, key, images.
    fn changes(&self) -> Vec<String> {
        self.facts.all().into_iter().map(|(_, fact)| fact).filter(|fact| fact.starts_with("Item")).collect()
    }
}

fn key(id: &str) -> Value {
    json!({ "id": { "S": id } })
}

fn note(id: &str, topic: &str, at: u64) -> Value {
    json!({ "id": { "S": id }, "topic": { "S": topic }, "at": { "N": at.to_string() }, "title": { "S": id } })
}

fn by_topic(topic: &str) -> Value {
    json!({
        "TableName": "notes",
        "IndexName": "by-topic",
        "KeyConditionExpression": "topic = :topic",
        "ExpressionAttributeValues": { ":topic": { "S": topic } },
    })
}

/// Sets one attribute of a note.
fn set(id: &str, name: &str, value: Value) -> Value {
    json!({
        "TableName": "notes",
        "Key": key(id),
        "UpdateExpression": "SET #n = :v",
        "ExpressionAttributeNames": { "#n": name },
        "ExpressionAttributeValues": { ":v": value },
    })
}

fn table() -> rez_topology::Table {
    let attribute = |name: &str, kind: &str| rez_topology::Key { name: name.to_owned(), kind: kind.to_owned() };
    rez_topology::Table {
        name: "notes".to_owned(),
        arn: "arn:aws:dynamodb:us-east-1:123456789012:table/notes".to_owned(),
        partition_key: attribute("id", "S"),
        sort_key: None,
        indexes: vec![rez_topology::Index {
            name: "by-topic".to_owned(),
            partition_key: attribute("topic", "S"),
            sort_key: Some(attribute("at", "N")),
            projection: rez_topology::Projection::Include(vec!["title".to_owned()]),
        }],
        ttl_attribute: Some("ttl".to_owned()),
        point_in_time_recovery: false,
    }
}
