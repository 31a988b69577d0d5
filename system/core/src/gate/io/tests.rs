//! Several environments at one item, over a wire that loses answers.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures_util::future::{join, join_all};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::testing::{Recorded, Reply, Wire};

/// So many failures that the breaker stays closed, and counts.
const SETTINGS: Settings = Settings {
    failures_max: 1_000,
    open_for: Duration::from_secs(30),
    probe_lease: Duration::from_secs(15),
    interval: Duration::from_secs(5),
    burst: 50,
};

/// The table's one item, as DynamoDB would change it.
#[derive(Default)]
struct Table(Option<Value>);

impl Table {
    /// Changes the item, or refuses to.
    fn update(&mut self, request: &Recorded) -> Result<(), Reply> {
        let request = request.json();
        let values = request["ExpressionAttributeValues"].as_object().expect("a change has values");
        let version = self.0.as_ref().map(|item| &item["version"]);
        if version != values.get(":seen") {
            return Err(Reply::condition_failed(self.0.clone().unwrap_or_default()));
        }
        let set = values.iter().filter(|(name, _)| *name != ":seen");
        // All that the gate writes stands in it as a value; what it has not is removed.
        self.0 = Some(set.map(|(name, value)| (name[1..].to_owned(), value.clone())).collect());
        Ok(())
    }
}

/// A wire to the table. The answers to those changes are lost, by number, that `lost` says.
fn wire(mut lost: impl FnMut(usize) -> bool + Send + 'static) -> Arc<Wire> {
    let (mut table, mut changes) = (Table::default(), 0);
    Wire::answering(move |request| match table.update(request) {
        Ok(()) => {
            changes += 1;
            if lost(changes - 1) { Reply::Hang } else { Reply::json(200, &json!({})) }
        }
        Err(refused) => refused,
    })
}

/// The gate as another environment sees it.
fn gate(wire: &Arc<Wire>, number: u64) -> Gate {
    let ambient = crate::Ambient { entropy: number, name: format!("env-{number}"), ..wire.ambient(&[]) };
    let environment = Environment::new("test", &ambient, &mut crate::config::Variables::new(&ambient.variables));
    Gate::new(&environment, "config".to_owned(), "test", SETTINGS)
}

async fn fail(gate: &Gate) {
    let pass = Pass { try_id: "try".to_owned(), probe: false, lease_until: None };
    gate.report(&pass, Verdict::Fails, None).await;
}

/// The failures that the gate has counted, by an environment that sees them for the first time.
async fn counted(wire: &Arc<Wire>) -> u32 {
    let gate = gate(wire, 99);
    fail(&gate).await;
    match gate.copy().state.breaker {
        Breaker::Closed { failures } => failures - 1,
        other => panic!("{other:?}"),
    }
}

/// Regression: it recognised its own change only where nobody had written since.
#[tokio::test(start_paused = true)]
async fn a_failure_whose_answer_was_lost_counts_once_though_others_wrote_since() {
    let wire = wire(|change| change == 0);
    let (unheard, other) = (gate(&wire, 1), gate(&wire, 2));
    let others = async {
        for _ in 0..7 {
            fail(&other).await;
        }
    };
    join(fail(&unheard), others).await;
    assert_eq!(counted(&wire).await, 8);
}

/// During a deployment an environment of the version before writes, too.
#[tokio::test(start_paused = true)]
async fn a_gate_of_the_version_before_is_taken_over() {
    let old = json!({
        "version": {"N": "7"}, "breaker": {"S": "closed"}, "failures": {"N": "3"}, "recent_probe_ids": {"L": []},
        "tat_ms": {"N": "0"}, "queue_ms": {"N": "0"}, "limited_until": {"N": "0"}, "writer": {"S": "before"},
    });
    let wire = Wire::new([Reply::condition_failed(old), Reply::json(200, &json!({}))]);
    let gate = gate(&wire, 1);
    fail(&gate).await;
    assert_eq!(gate.copy().state.breaker, Breaker::Closed { failures: 4 });
    let written = wire.requests().pop().expect("it wrote");
    assert_eq!(written.bound(":version"), "8");
    assert_eq!(written.bound(":writers")[0], json!({"S": "before"}));
    assert!(written.json()["UpdateExpression"].as_str().expect("a text").contains("REMOVE writer,"));
}

/// DynamoDB's own rule for the size of an item (developer guide, `CapacityUnitCalculations`).
fn size(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::N(number) => number.len().div_ceil(2) + 1,
        AttributeValue::L(values) => 3 + values.iter().map(|value| 1 + size(value)).sum::<usize>(),
        other => panic!("no gate has {other:?}"),
    }
}

#[test]
fn a_full_item_costs_one_write_unit() {
    let token = "0123456789abcdef";
    let now = Moment::from_epoch_ms(1_795_000_000_123);
    let mut state = State { full_at: now, queue_until: now, limited_until: now, ..State::default() };
    (0..100).for_each(|_| state.remember_probe(token));
    state.breaker = Breaker::HalfOpen { probe_id: token.to_owned(), lease_until: now };
    let writers = (0..100).fold(Writers::default(), |writers, _| writers.and(token));
    let version = AttributeValue::N(u64::MAX.to_string());
    let key = AttributeValue::S(stored::key("a-channel-of-some-length"));
    let rest = [("config_key", key), ("version", version), (writers::ATTRIBUTE, writers.to_attribute())];
    let state = stored::to_item(&state).into_iter().filter_map(|(name, value)| Some((name, value?)));
    let bytes: usize = state.chain(rest).map(|(name, value)| name.len() + size(&value)).sum();
    assert!(bytes <= 1_024, "{bytes}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whichever answers are lost: as long as no more than eight changes lie between, each failure counts once.
    #[test]
    fn every_failure_counts_once(lost in prop::collection::btree_set(0..9usize, 0..9)) {
        let paused = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        paused.expect("a runtime").block_on(async move {
            let lost: BTreeSet<usize> = lost;
            let wire = wire(move |change| lost.contains(&change));
            let gates: Vec<_> = (0..3).map(|number| gate(&wire, number)).collect();
            join_all(gates.iter().map(|gate| async move {
                for _ in 0..3 {
                    fail(gate).await;
                }
            }))
            .await;
            prop_assert_eq!(counted(&wire).await, 9);
            Ok(())
        })?;
    }
}
