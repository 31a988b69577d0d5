//! Queries of rows at hand against the engine: whatever is written, asked and turned to, a service that keeps its tables
//! in memory answers, charges and describes as one that leaves every query to the engine.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::both::Both;
use super::{key, note, set};

const KEY_CONDITIONS: [&str; 8] = [
    "topic = :topic",
    "topic = :topic AND #at = :at",
    "topic = :topic AND #at < :at",
    "#at <= :at AND topic = :topic",
    "topic = :topic AND #at > :at",
    "topic = :topic AND #at >= :at",
    "topic = :topic AND #at BETWEEN :at AND :at",
    "topic = :topic AND title = :at",
];

const FILTERS: [&str; 5] =
    ["", "title = :title", "title > :title AND attribute_exists(title)", "size(title) > :at", "topic = :title"];

#[derive(Clone, Debug)]
enum Step {
    Put { id: u8, topic: u8, at: u64 },
    Retitle { id: u8, title: String },
    Unlist { id: u8 },
    Delete { id: u8 },
    Ask(Asked),
    Scan,
    Describe,
}

#[derive(Clone, Debug)]
struct Asked {
    topic: String,
    at: i64,
    keys: &'static str,
    filter: &'static str,
    limit: Option<u64>,
    forward: bool,
    start: Option<Value>,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..8u8, 0..2u8, 0..4u64).prop_map(|(id, topic, at)| Step::Put { id, topic, at }),
        1 => (0..8u8, "[ab]{1,2}").prop_map(|(id, title)| Step::Retitle { id, title }),
        1 => (0..8u8).prop_map(|id| Step::Unlist { id }),
        2 => (0..8u8).prop_map(|id| Step::Delete { id }),
        8 => asked().prop_map(Step::Ask),
        1 => Just(Step::Scan),
        1 => Just(Step::Describe),
    ]
}

/// Few different queries, because only those that come again are plain.
fn asked() -> impl Strategy<Value = Asked> {
    let keys = prop_oneof![6 => prop::sample::select(KEY_CONDITIONS[..6].to_vec()), 1 => prop::sample::select(KEY_CONDITIONS.to_vec())];
    let filter =
        prop_oneof![6 => prop::sample::select(FILTERS[..3].to_vec()), 1 => prop::sample::select(FILTERS.to_vec())];
    let topic = prop_oneof![9 => (0..2u8).prop_map(|topic| topic.to_string()), 1 => Just(String::new())];
    let rest = (prop::option::of(1..4u64), any::<bool>(), prop::option::weighted(0.2, start()));
    (topic, -1..5i64, keys, filter, rest).prop_map(|(topic, at, keys, filter, (limit, forward, start))| Asked {
        topic,
        at,
        keys,
        filter,
        limit,
        forward,
        start,
    })
}

/// Keys to start from, most of them no row's and some of them no key.
fn start() -> impl Strategy<Value = Value> {
    let key = |id: u8, topic: u8, at: Value| json!({ "id": { "S": id.to_string() }, "topic": { "S": topic.to_string() }, "at": at });
    prop_oneof![
        6 => (0..8u8, 0..2u8, 0..4u64).prop_map(move |(id, topic, at)| key(id, topic, json!({ "N": at.to_string() }))),
        1 => Just(key(1, 1, json!({ "S": "1" }))),
        1 => Just(json!({ "id": { "S": "1" } })),
        1 => Just(json!({ "id": { "S": "" }, "topic": { "S": "1" }, "at": { "N": "1" } })),
        1 => Just(json!({ "id": { "S": "1" }, "topic": { "S": "1" }, "at": { "N": "1" }, "title": { "S": "a" } })),
    ]
}

impl Asked {
    fn request(&self) -> Value {
        let uses = |name: &str| self.keys.contains(name) || self.filter.contains(name);
        let mut values = json!({ ":topic": { "S": self.topic } });
        if uses(":at") {
            values[":at"] = json!({ "N": self.at.to_string() });
        }
        if uses(":title") {
            values[":title"] = json!({ "S": "a" });
        }
        let mut request = json!({
            "TableName": "notes",
            "IndexName": "by-topic",
            "KeyConditionExpression": self.keys,
            "ExpressionAttributeValues": values,
            "ScanIndexForward": self.forward,
        });
        if uses("#at") {
            request["ExpressionAttributeNames"] = json!({ "#at": "at" });
        }
        if !self.filter.is_empty() {
            request["FilterExpression"] = self.filter.into();
        }
        if let Some(limit) = self.limit {
            request["Limit"] = limit.into();
        }
        request
    }
}

impl Both {
    async fn ask(&self, asked: &Asked) {
        self.turn_pages(asked.request(), asked.start.clone()).await;
    }

    async fn step(&self, step: Step) {
        let table = json!({ "TableName": "notes" });
        match step {
            Step::Put { id, topic, at } => {
                let item = note(&id.to_string(), &topic.to_string(), at);
                self.agree("PutItem", json!({ "TableName": "notes", "Item": item })).await;
            }
            Step::Retitle { id, title } => {
                self.agree("UpdateItem", set(&id.to_string(), "title", json!({ "S": title }))).await;
            }
            Step::Unlist { id } => {
                let key = key(&id.to_string());
                let update = json!({ "TableName": "notes", "Key": key, "UpdateExpression": "REMOVE topic" });
                self.agree("UpdateItem", update).await;
            }
            Step::Delete { id } => {
                self.agree("DeleteItem", json!({ "TableName": "notes", "Key": key(&id.to_string()) })).await;
            }
            Step::Ask(asked) => self.ask(&asked).await,
            Step::Scan => drop(self.agree("Scan", json!({ "TableName": "notes", "IndexName": "by-topic" })).await),
            Step::Describe => drop(self.agree("DescribeTable", table).await),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn rows_at_hand_answer_as_the_engine_does(steps in prop::collection::vec(step(), 1..80)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let both = Both::new();
            for step in steps {
                both.step(step).await;
            }
        });
    }
}
