//! The state of all tables, and the way of every request through it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use dynoxide::{Database, Item};
use serde_json::Value;

use super::capacity::{Consumed, WriteUnits};
use super::change::Change;
use super::error::Refusal;
use super::expiry::{self, Expiry};
use super::idempotency::Tokens;
use super::image::SharedImage;
use super::items::{ItemId, Items};
use super::locks::Locks;
use super::plain::Learned;
use super::replica::Replica;
use super::table::Table;
use crate::profile::{DynamoDbKnobs, Keeping};
use crate::world::{Clock, Seed, Stream};

pub(super) struct Engine {
    pub clock: Clock,
    pub knobs: DynamoDbKnobs,
    /// Items of all tables, without global secondary indexes.
    pub items: Items,
    /// Statements that the items' engine has taken before.
    pub learned: Learned,
    /// Items of the tables that have such indexes, as those show them.
    pub replica: Replica,
    pub tables: BTreeMap<String, Table>,
    pub locks: Locks,
    pub tokens: Tokens,
    pub lock_stream: Stream,
    expiry: Expiry,
    /// What the request at hand has changed so far.
    changes: Vec<Change>,
    /// How long the request at hand takes beyond its effect.
    pub takes: Duration,
}

/// What came of a request.
pub(super) struct Done {
    /// The body of the answer.
    pub outcome: Result<String, Refusal>,
    pub changes: Vec<Change>,
    pub takes: Duration,
}

/// What a write did to one item.
pub(super) struct Write {
    pub id: ItemId,
    pub before: Option<SharedImage>,
    pub after: Option<SharedImage>,
}

impl Engine {
    pub fn new(clock: Clock, seed: Seed, knobs: DynamoDbKnobs) -> Self {
        let items = Items::new(database(knobs.keeping, clock), knobs.keeping);
        let lag_stream = seed.stream("dynamodb index lag");
        let replica = Replica::new(database(knobs.keeping, clock), knobs.keeping, knobs.index_lag, lag_stream);
        Self {
            clock,
            knobs,
            items,
            learned: Learned::default(),
            replica,
            tables: BTreeMap::new(),
            locks: Locks::default(),
            tokens: Tokens::default(),
            lock_stream: seed.stream("dynamodb transaction lock"),
            expiry: Expiry::default(),
            changes: Vec::new(),
            takes: Duration::ZERO,
        }
    }

    pub fn run(&mut self, operation: &str, body: &[u8]) -> Done {
        self.expire();
        let outcome = self.dispatch(operation, body);
        Done { outcome, changes: std::mem::take(&mut self.changes), takes: std::mem::take(&mut self.takes) }
    }

    fn dispatch(&mut self, operation: &str, body: &[u8]) -> Result<String, Refusal> {
        let answer = match operation {
            // Pages of items are the largest answers, and go out as the engine gives them.
            "Query" => return self.query(body),
            "Scan" => return self.scan(body),
            "GetItem" => self.get_item(body),
            "PutItem" => self.put_item(body),
            "UpdateItem" => self.update_item(body),
            "DeleteItem" => self.delete_item(body),
            "BatchGetItem" => self.batch_get_item(body),
            "BatchWriteItem" => self.batch_write_item(body),
            "TransactGetItems" => self.transact_get_items(body),
            "TransactWriteItems" => self.transact_write_items(body),
            "CreateTable" => self.create_table(body),
            "DeleteTable" => self.delete_table(body),
            "DescribeTable" => self.describe_table(body),
            "ListTables" => self.list_tables(body),
            "UpdateTimeToLive" => self.update_time_to_live(body),
            "DescribeTimeToLive" => self.describe_time_to_live(body),
            _ => Err(Refusal::not_modelled(operation)),
        };
        answer.map(|answer: Value| answer.to_string())
    }

    pub fn sweep(&mut self) -> Vec<Change> {
        self.expire();
        std::mem::take(&mut self.changes)
    }

    pub fn consumed(&self) -> BTreeMap<String, Consumed> {
        self.tables.iter().map(|(name, table)| (name.clone(), table.capacity.consumed())).collect()
    }

    pub fn table(&mut self, name: &str) -> Result<&mut Table, Refusal> {
        self.tables.get_mut(name).ok_or_else(Refusal::no_such_table)
    }

    /// Takes note of a write that has been carried out: facts, indexes, expiry. Answers with its cost.
    pub fn commit(&mut self, write: Write) -> WriteUnits {
        self.note(write, false)
    }

    fn note(&mut self, write: Write, by_expiry: bool) -> WriteUnits {
        let Write { id, before, after } = write;
        let table = &self.tables[&*id.0];
        let (old, new) = (before.as_ref().map(|image| &image.item), after.as_ref().map(|image| &image.item));
        let units = table.write_units(old, new);
        if old == new {
            return units;
        }
        if let Some(second) = expiry_set(table, old, new) {
            self.expiry.schedule(second, &id);
        }
        // What costs an index nothing changes nothing in it.
        if !units.indexes.is_empty() {
            let image = new.and_then(|item| table.indexed(item));
            self.replica.note(&table.name, id.1.clone(), image, self.clock.now());
        }
        self.changes.push(Change { id, before, after, by_expiry });
        units
    }

    /// Schedules the expiry of an item that was there before its table's TTL was switched on.
    pub fn schedule_expiry(&mut self, table: &str, item: &Item) {
        let table = &self.tables[table];
        if let (Some(second), Some(key)) = (expiry_set(table, None, Some(item)), table.key_of(item)) {
            self.expiry.schedule(second, &table.id_of(&key));
        }
    }

    /// Removes what has been expired for as long as the profile says. Nobody pays for it.
    fn expire(&mut self) {
        let now = self.clock.now();
        for id in self.expiry.take_due(now, self.knobs.ttl_delay) {
            if let Some(before) = self.expired(&id, now) {
                self.items.write(&id, None);
                self.note(Write { id, before: Some(before), after: None }, true);
            }
        }
    }

    /// The item, if it is there and past its time.
    fn expired(&mut self, id: &ItemId, now: SystemTime) -> Option<SharedImage> {
        let attribute = self.tables.get(&*id.0)?.ttl_attribute.as_deref()?;
        let image = self.items.get(id).ok().flatten()?;
        let expires = expiry::expires(&image.item, attribute)?;
        expiry::is_past(expires, now).then_some(image)
    }
}

/// An engine with no tables.
///
/// # Panics
/// When there is no room for it.
fn database(keeping: Keeping, clock: Clock) -> Database {
    let database = match keeping {
        Keeping::Memory => Database::memory_with_clock(Arc::new(EngineClock(clock))),
        // SQLite's name for a file of its own that ends with its connection. It has the machine's clock, as the world does.
        Keeping::TemporaryFile => Database::new(""),
    };
    database.expect("there is room for an empty database")
}

/// The second at which the item will expire, if this write has set it.
fn expiry_set(table: &Table, before: Option<&Item>, after: Option<&Item>) -> Option<u64> {
    let attribute = table.ttl_attribute.as_deref()?;
    let expires = |item: Option<&Item>| expiry::expires(item?, attribute);
    expires(after).filter(|second| expires(before) != Some(*second))
}

/// The world's clock as the engine reads it.
struct EngineClock(Clock);

impl dynoxide::storage_backend::Clock for EngineClock {
    fn now_unix_secs(&self) -> u64 {
        self.0.now_ms() / 1_000
    }

    fn now_unix_secs_f64(&self) -> f64 {
        self.0.now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
    }
}
