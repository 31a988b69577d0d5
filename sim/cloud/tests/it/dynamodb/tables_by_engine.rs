//! Queries of a table by its own keys, between writes of every kind: one that keeps its rows in order answers, charges and
//! describes as one that leaves every query to the engine.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::EPOCH_SECONDS;
use super::both::Both;
use crate::support::{MINUTE, pass};

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
    /// Puts one that expires after so many half hours of the run.
    PutExpiring(Place, u64),
    /// Half an hour.
    Pass,
    /// Sets the key of the index, which cannot hold a number there.
    Mark(Place, &'static str),
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
        2 => (place(), 1..4u64).prop_map(|(place, after)| Step::PutExpiring(place, after)),
        1 => Just(Step::Pass),
        2 => (place(), prop::sample::select(vec!["S", "N"])).prop_map(|(place, kind)| Step::Mark(place, kind)),
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

/// Both with the table, whose items expire.
async fn begin() -> Both {
    let both = Both::new();
    both.agree("CreateTable", table()).await.unwrap();
    let ttl = json!({ "AttributeName": "ttl", "Enabled": true });
    both.agree("UpdateTimeToLive", json!({ "TableName": "lines", "TimeToLiveSpecification": ttl })).await.unwrap();
    both
}

async fn take(both: &Both, step: Step) {
    let table = json!({ "TableName": "lines" });
    match step {
        Step::Put(place) => drop(both.agree("PutItem", json!({ "TableName": "lines", "Item": line(place) })).await),
        Step::PutExpiring(place, after) => {
            let mut item = line(place);
            item["ttl"] = json!({ "N": (EPOCH_SECONDS + after * 1_800).to_string() });
            both.agree("PutItem", json!({ "TableName": "lines", "Item": item })).await;
        }
        Step::Pass => pass(30 * MINUTE).await,
        Step::Mark(place, kind) => {
            let mut update = count(place);
            update["UpdateExpression"] = "SET mark = :one".into();
            update["ExpressionAttributeValues"] = json!({ ":one": { kind: "1" } });
            both.agree("UpdateItem", update).await;
        }
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
        "AttributeDefinitions": [attribute("page"), attribute("line"), attribute("mark")],
        "KeySchema": [key("page", "HASH"), key("line", "RANGE")],
        "GlobalSecondaryIndexes": [{
            "IndexName": "by-mark",
            "KeySchema": [key("mark", "HASH")],
            "Projection": { "ProjectionType": "ALL" },
        }],
        "BillingMode": "PAY_PER_REQUEST",
    })
}

/// Regression: what the engine had put, and what then expired, came back with the next scan.
#[tokio::test(start_paused = true)]
async fn what_has_expired_does_not_come_back() {
    let both = begin().await;
    let asked = Asked {
        page: 0,
        keys: KEY_CONDITIONS[0],
        from: String::new(),
        to: String::new(),
        filter: None,
        limit: None,
        forward: true,
        consistent: false,
        start: None,
    };
    take(&both, Step::Ask(asked.clone())).await;
    take(&both, Step::Ask(asked)).await;
    take(&both, Step::PutExpiring((0, 0), 1)).await;
    take(&both, Step::Pass).await;
    take(&both, Step::Pass).await;
    let page = both.agree("Scan", json!({ "TableName": "lines" })).await.unwrap();
    assert_eq!(page["Count"], 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn a_table_in_order_answers_as_the_engine_does(steps in prop::collection::vec(step(), 1..80)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let both = begin().await;
            for step in steps {
                take(&both, step).await;
            }
        });
    }
}
