//! Index lag against a model: whatever is written when, an index shows of each item the last write that is old enough.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;
use rez_cloud::profile::Latency;
use serde_json::json;

use super::{Notes, key, note};
use crate::support::pass;

const LAG_MS: u64 = 100;

#[derive(Clone, Debug)]
enum Step {
    Put { id: u8, topic: u8 },
    Delete { id: u8 },
    Pass { ms: u64 },
    Query { topic: u8 },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (0..4u8, 0..2u8).prop_map(|(id, topic)| Step::Put { id, topic }),
        1 => (0..4u8).prop_map(|id| Step::Delete { id }),
        3 => (0..80u64).prop_map(|ms| Step::Pass { ms }),
        2 => (0..2u8).prop_map(|topic| Step::Query { topic }),
    ]
}

/// Every write of an item: when, and the topic that it got.
#[derive(Default)]
struct Model {
    now_ms: u64,
    writes: BTreeMap<u8, Vec<(u64, Option<u8>)>>,
}

impl Model {
    fn write(&mut self, id: u8, topic: Option<u8>) {
        self.writes.entry(id).or_default().push((self.now_ms, topic));
    }

    fn shown(&self, topic: u8) -> Vec<String> {
        let old_enough = |&&(at, _): &&(u64, Option<u8>)| at + LAG_MS <= self.now_ms;
        let shown = |writes: &Vec<(u64, Option<u8>)>| writes.iter().rfind(old_enough).and_then(|&(_, topic)| topic);
        let ids = self.writes.iter().filter(|(_, writes)| shown(writes) == Some(topic));
        ids.map(|(id, _)| id.to_string()).collect()
    }
}

async fn check(steps: Vec<Step>) {
    let notes = Notes::new(|knobs| knobs.index_lag = Latency::fixed(Duration::from_millis(LAG_MS)));
    let mut model = Model::default();
    for step in steps {
        match step {
            Step::Put { id, topic } => {
                notes.put(note(&id.to_string(), &topic.to_string(), id.into())).await;
                model.write(id, Some(topic));
            }
            Step::Delete { id } => {
                let request = json!({ "TableName": "notes", "Key": key(&id.to_string()) });
                notes.call("DeleteItem", request).await.unwrap();
                model.write(id, None);
            }
            Step::Pass { ms } => {
                pass(Duration::from_millis(ms)).await;
                model.now_ms += ms;
            }
            Step::Query { topic } => {
                assert_eq!(notes.ids_by_topic(&topic.to_string()).await, model.shown(topic), "at {} ms", model.now_ms);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn an_index_shows_the_last_write_that_is_old_enough(steps in prop::collection::vec(step(), 1..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(check(steps));
    }
}
