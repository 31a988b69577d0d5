//! DynamoDB: the embedded engine `dynoxide` for items and expressions, and around it what that leaves out: lag of the
//! global secondary indexes, conflicts with transactions, throttling, idempotency tokens, expiry, and the facts.
//!
//! Not modelled: streams, PartiQL, backups, changes to a table's indexes, throttling of single partitions, capacity that an
//! index has apart from its table's or that grows with the peaks of on-demand tables, and stale reads of a table itself (a
//! read without `ConsistentRead` sees every write).

mod capacity;
mod change;
mod definition;
mod engine;
mod error;
mod expiry;
mod idempotency;
mod image;
mod index;
mod items;
mod locks;
mod manage;
mod plain;
mod plain_query;
mod plain_write;
mod read;
mod replica;
mod rows;
mod table;
mod transact_read;
mod transact_write;
mod write;
mod write_batch;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

pub use capacity::{Consumed, Stored};

use self::change::Change;
use self::engine::Engine;
use super::ServiceError;
use super::wire::Answer;
use crate::history::{Cause, Fact, History};
use crate::profile::DynamoDbKnobs;
use crate::world::{Clock, Seed};

const CONTENT_TYPE: &str = "application/x-amz-json-1.0";

/// How often expired items are looked for when there are no requests.
const SWEEP_EVERY: Duration = Duration::from_secs(3_600);

/// The tables of the account; clones share them.
#[derive(Clone)]
pub struct DynamoDb {
    shared: Arc<Shared>,
}

struct Shared {
    history: History,
    engine: Mutex<Engine>,
}

impl DynamoDb {
    pub fn new(clock: Clock, seed: Seed, knobs: DynamoDbKnobs, history: History) -> Self {
        let engine = Mutex::new(Engine::new(clock, seed, knobs));
        Self { shared: Arc::new(Shared { history, engine }) }
    }

    /// Creates a table of a template.
    ///
    /// # Errors
    /// When DynamoDB would refuse it.
    pub fn create_table(&self, table: &rez_topology::Table) -> Result<(), ServiceError> {
        self.engine().create_from(table).map_err(ServiceError::from)
    }

    /// Does what a request of AWS JSON 1.0 asks for. Its effect is there when the future was polled once; only a
    /// transaction takes (virtual) time beyond that, for as long as its items are locked.
    pub async fn handle(&self, operation: &str, body: &[u8], cause: Cause<'_>) -> Answer {
        let done = self.engine().run(operation, body);
        self.report(&done.changes, cause);
        if !done.takes.is_zero() {
            tokio::time::sleep(done.takes).await;
        }
        match done.outcome {
            Ok(body) => Answer::ok(CONTENT_TYPE, body),
            Err(refusal) => refusal.into_answer(CONTENT_TYPE),
        }
    }

    /// Removes the items that have been expired for long enough. Every request does so first.
    pub fn sweep(&self) {
        let expired = self.engine().sweep();
        self.report(&expired, Cause::Cloud);
    }

    /// Sweeps every hour, for ever, so that expiry does not wait for a request.
    pub async fn sweep_hourly(self) {
        loop {
            tokio::time::sleep(SWEEP_EVERY).await;
            self.sweep();
        }
    }

    /// What the requests so far consumed of each table, its indexes included.
    pub fn consumed(&self) -> BTreeMap<String, Consumed> {
        self.engine().consumed()
    }

    /// What each table holds now. It looks at every item.
    pub fn stored(&self) -> BTreeMap<String, Stored> {
        self.engine().stored()
    }

    fn report(&self, changes: &[Change], cause: Cause<'_>) {
        for change in changes {
            let cause = if change.by_expiry { Cause::Cloud } else { cause };
            let Change { id: (table, key), before, after, .. } = change;
            self.shared.history.record(Fact::Item {
                table,
                key: &key.to_json(),
                before: before.as_ref().map(|image| &image.json),
                after: after.as_ref().map(|image| &image.json),
                cause,
            });
        }
    }

    fn engine(&self) -> MutexGuard<'_, Engine> {
        self.shared.engine.lock().expect("no operation on a table panicked")
    }
}
