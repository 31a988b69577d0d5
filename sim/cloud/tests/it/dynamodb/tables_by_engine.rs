//! Queries of a table by its own keys, between writes of every kind: one that keeps its rows in order answers, charges and
//! describes as one that leaves every query to the engine.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::both::Both;

const KEY_CONDITIONS: [&str; 9] = [
    "#page = :page",
    "#page = :page AND line = :from",
    "#page = :page AND line < :from",
    "line <= :from AND #page = :page",
    "#page = :page AND line > :from",
    "#page = :page AND line >= :from",
    "#page = :page AND line BETWEEN :from AND :to",
    "line BETWEEN :from AND :to AND #page = :page",
    "#page = :page AND line >= :from AND line <= :to",
];

#[derive(Clone, Debug)]
enum Step {
    Put(Place),
    Count(Place),
    CountIfNew(Place),
    Delete(Place),
    /// Puts one that must be new, and counts another.
    Transact(Place, Place),
    PutBatch(Place, Place),
    Get(Place),
    Ask(Asked),
    Scan,
    Describe,
}

/// Page and line.
type Place = (u8, u8);

#[derive(Clone, Debug)]
struct Asked {
    page: u8,
    keys: &'static str,
    from: String,
    to: String,
    filter: Option<&'static str>,
    limit: Option<u64>,
    forward: bool,
    consistent: bool,
    start: Option<Place>,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => place().prop_map(Step::Put),
        4 => place().prop_map(Step::Count),
        2 => place().prop_map(Step::CountIfNew),
        2 => place().prop_map(Step::Delete),
        3 => (place(), place()).prop_map(|(new, counted)| Step::Transact(new, counted)),
        1 => (place(), place()).prop_map(|(one, other)| Step::PutBatch(one, other)),
        2 => place().prop_map(Step::Get),
        8 => asked().prop_map(Step::Ask),
        1 => Just(Step::Scan),
        1 => Just(Step::Describe),
    ]
}

fn place() -> impl Strategy<Value = Place> {
    (0..2u8, 0..5u8)
}

/// Few different queries, because only those that come again are plain.
fn asked() -> impl Strategy<Value = Asked> {
    let keys = prop::sample::select(KEY_CONDITIONS.to_vec());
    let filter =
        prop_oneof![2 => Just(None), 1 => Just(Some("attribute_exists(seen)")), 1 => Just(Some("seen > :from"))];
    let line = || prop_oneof![9 => (0..5u8).prop_map(|line| line.to_string()), 1 => Just(String::new())];
    let rest = (prop::option::of(1..4u64), any::<bool>(), any::<bool>(), prop::option::weighted(0.2, place()));
    (0..2u8, keys, line(), line(), filter, rest).prop_map(
        |(page, keys, from, to, filter, (limit, forward, consistent, start))| Asked {
            page,
            keys,
            from,
            to,
            filter,
            limit,
            forward,
            consistent,
            start,
        },
    )
}

impl Asked {
    fn request(&self) -> Value {
        let uses = |name: &str| self.keys.contains(name) || self.filter.is_some_and(|filter| filter.contains(name));
        let mut values = json!({ ":page": { "S": self.page.to_string() } });
        for (name, line) in [(":from", &self.from), (":to", &self.to)] {
            if uses(name) {
                values[name] = json!({ "S": line });
            }
        }
        let mut request = json!({
            "TableName": "lines",
            "KeyConditionExpression": self.keys,
            "ExpressionAttributeNames": { "#page": "page" },
            "ExpressionAttributeValues": values,
            "ScanIndexForward": self.forward,
            "ConsistentRead": self.consistent,
        });
        if let Some(filter) = self.filter {
            request["FilterExpression"] = filter.into();
        }
        if let Some(limit) = self.limit {
            request["Limit"] = limit.into();
        }
        request
    }
}

fn key((page, line): Place) -> Value {
    json!({ "page": { "S": page.to_string() }, "line": { "S": line.to_string() } })
}

fn line(place: Place) -> Value {
    let mut item = key(place);
    item["text"] = json!({ "S": "a".repeat(place.1.into()) });
    item
}

fn count(place: Place) -> Value {
    json!({
        "TableName": "lines",
        "Key": key(place),
        "UpdateExpression": "ADD seen :one",
        "ExpressionAttributeValues": { ":one": { "N": "1" } },
    })
}

fn put_new(place: Place) -> Value {
    json!({
        "TableName": "lines",
        "Item": line(place),
        "ConditionExpression": "attribute_not_exists(line)",
    })
}

async fn take(both: &Both, step: Step) {
    let table = json!({ "TableName": "lines" });
    match step {
        Step::Put(place) => drop(both.agree("PutItem", json!({ "TableName": "lines", "Item": line(place) })).await),
        Step::Count(place) => drop(both.agree("UpdateItem", count(place)).await),
        Step::CountIfNew(place) => {
            let mut update = count(place);
            update["ConditionExpression"] = "attribute_not_exists(seen)".into();
            both.agree("UpdateItem", update).await;
        }
        Step::Delete(place) => drop(both.agree("DeleteItem", json!({ "TableName": "lines", "Key": key(place) })).await),
        Step::Transact(new, counted) => {
            let items = json!([{ "Put": put_new(new) }, { "Update": count(counted) }]);
            both.agree("TransactWriteItems", json!({ "TransactItems": items })).await;
        }
        Step::PutBatch(one, other) => {
            let put = |place| json!({ "PutRequest": { "Item": line(place) } });
            let requests = if one == other { json!([put(one)]) } else { json!([put(one), put(other)]) };
            both.agree("BatchWriteItem", json!({ "RequestItems": { "lines": requests } })).await;
        }
        Step::Get(place) => drop(both.agree("GetItem", json!({ "TableName": "lines", "Key": key(place) })).await),
        Step::Ask(asked) => both.turn_pages(asked.request(), asked.start.map(key)).await,
        Step::Scan => drop(both.agree("Scan", table).await),
        Step::Describe => drop(both.agree("DescribeTable", table).await),
    }
}

fn table() -> Value {
    let attribute = |name: &str| json!({ "AttributeName": name, "AttributeType": "S" });
    let key = |name: &str, kind: &str| json!({ "AttributeName": name, "KeyType": kind });
    json!({
        "TableName": "lines",
        "AttributeDefinitions": [attribute("page"), attribute("line")],
        "KeySchema": [key("page", "HASH"), key("line", "RANGE")],
        "BillingMode": "PAY_PER_REQUEST",
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn a_table_in_order_answers_as_the_engine_does(steps in prop::collection::vec(step(), 1..80)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let both = Both::new();
            both.agree("CreateTable", table()).await.unwrap();
            for step in steps {
                take(&both, step).await;
            }
        });
    }
}
