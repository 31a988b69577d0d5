//! A service that keeps its tables in memory, and one that leaves every query to the engine.

use rez_cloud::profile::Keeping;
use serde_json::Value;

use super::Notes;

/// Pages that are turned before the next step.
const PAGES_MAX: usize = 4;

pub struct Both {
    in_memory: Notes,
    by_engine: Notes,
}

impl Both {
    pub fn new() -> Self {
        let keeping = |keeping| Notes::new(move |knobs| knobs.keeping = keeping);
        Self { in_memory: keeping(Keeping::Memory), by_engine: keeping(Keeping::TemporaryFile) }
    }

    /// Asks both, whose answers and charges have to be the same. Gives the answer, unless it is a refusal.
    pub async fn agree(&self, operation: &str, request: Value) -> Option<Value> {
        let ours = self.in_memory.call(operation, request.clone()).await.map_err(|refused| refused.body);
        let theirs = self.by_engine.call(operation, request.clone()).await.map_err(|refused| refused.body);
        assert_eq!(ours, theirs, "{operation} {request}");
        let consumed = [&self.in_memory, &self.by_engine].map(|notes| notes.service.consumed());
        assert_eq!(consumed[0], consumed[1], "{operation} {request}");
        ours.ok()
    }

    /// A query from `start` on, and some of the pages after it.
    pub async fn turn_pages(&self, mut query: Value, mut start: Option<Value>) {
        for _ in 0..PAGES_MAX {
            if let Some(start) = start {
                query["ExclusiveStartKey"] = start;
            }
            let Some(mut page) = self.agree("Query", query.clone()).await else { return };
            start = page.get_mut("LastEvaluatedKey").map(Value::take);
            if start.is_none() {
                return;
            }
        }
    }
}
