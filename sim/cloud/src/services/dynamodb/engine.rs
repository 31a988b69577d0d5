//! The state of all tables, and the way of every request through it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use dynoxide::actions::delete_item::DeleteItemRequest;
use dynoxide::actions::get_item::GetItemRequest;
use dynoxide::{Database, Item};
use serde_json::Value;

use super::capacity::{Consumed, WriteUnits};
use super::change::{Change, ItemKey, json};
use super::error::Refusal;
use super::expiry::{self, Expiry};
use super::idempotency::Tokens;
use super::locks::Locks;
use super::replica::Replica;
use super::table::Table;
use crate::profile::DynamoDbKnobs;
use crate::world::{Clock, Seed, Stream};

pub(super) struct Engine {
    pub clock: Clock,
    pub knobs: DynamoDbKnobs,
    /// Items of all tables, without global secondary indexes.
    pub items: Database,
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
    pub outcome: Result<Value, Refusal>,
    pub changes: Vec<Change>,
    pub takes: Duration,
}

/// What a write did to one item.
pub(super) struct Write {
    pub key: Item,
    pub before: Option<Item>,
    pub after: Option<Item>,
}

impl Engine {
    pub fn new(clock: Clock, seed: Seed, knobs: DynamoDbKnobs) -> Self {
        let database = || {
            let clock = Arc::new(EngineClock(clock));
            Database::memory_with_clock(clock).expect("a database in memory needs no resources but memory")
        };
        let replica = Replica::new(database(), knobs.index_lag, seed.stream("dynamodb index lag"));
        Self {
            clock,
            knobs,
            items: database(),
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

    fn dispatch(&mut self, operation: &str, body: &[u8]) -> Result<Value, Refusal> {
        match operation {
            "GetItem" => self.get_item(body),
            "PutItem" => self.put_item(body),
            "UpdateItem" => self.update_item(body),
            "DeleteItem" => self.delete_item(body),
            "Query" => self.query(body),
            "Scan" => self.scan(body),
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
        }
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

    /// An item as it is now.
    pub fn item(&self, table: &str, key: &Item) -> Result<Option<Item>, Refusal> {
        let request = GetItemRequest { table_name: table.to_owned(), key: key.clone(), ..Default::default() };
        Ok(self.items.get_item(request)?.item)
    }

    /// Takes note of a write that the engine has carried out: facts, indexes, expiry. Answers with its cost.
    pub fn commit(&mut self, table: &str, write: Write) -> WriteUnits {
        self.note(table, write, false)
    }

    fn note(&mut self, table: &str, write: Write, by_expiry: bool) -> WriteUnits {
        let Write { key, before, after } = write;
        let table = &self.tables[table];
        let units = table.write_units(before.as_ref(), after.as_ref());
        if before == after {
            return units;
        }
        self.changes.push(Change {
            table: table.name.clone(),
            key: json(&key),
            before: before.as_ref().map(json),
            after: after.as_ref().map(json),
            by_expiry,
        });
        if let Some(second) = expiry_set(table, before.as_ref(), after.as_ref()) {
            self.expiry.schedule(second, table.name.clone(), ItemKey::of(&key));
        }
        // What costs an index nothing changes nothing in it.
        if !units.indexes.is_empty() {
            let image = after.and_then(|item| table.indexed(item));
            self.replica.note(&table.name, ItemKey::of(&key), image, self.clock.now());
        }
        units
    }

    /// Schedules the expiry of an item that was there before its table's TTL was switched on.
    pub fn schedule_expiry(&mut self, table: &str, item: &Item) {
        let table = &self.tables[table];
        if let (Some(second), Some(key)) = (expiry_set(table, None, Some(item)), table.key_of(item)) {
            self.expiry.schedule(second, table.name.clone(), ItemKey::of(&key));
        }
    }

    /// Removes what has been expired for as long as the profile says. Nobody pays for it.
    fn expire(&mut self) {
        let now = self.clock.now();
        for (table, key) in self.expiry.take_due(now, self.knobs.ttl_delay) {
            let key = key.to_item();
            if !self.is_expired(&table, &key, now) {
                continue;
            }
            let request = DeleteItemRequest {
                table_name: table.to_string(),
                key: key.clone(),
                return_values: Some("ALL_OLD".to_owned()),
                ..Default::default()
            };
            let before = self.items.delete_item(request).expect("an item that is there can be removed").attributes;
            self.note(&table, Write { key, before, after: None }, true);
        }
    }

    fn is_expired(&self, table: &str, key: &Item, now: SystemTime) -> bool {
        let attribute = self.tables.get(table).and_then(|table| table.ttl_attribute.as_deref());
        let Some(attribute) = attribute else { return false };
        let item = self.item(table, key).ok().flatten();
        item.and_then(|item| expiry::expires(&item, attribute)).is_some_and(|second| expiry::is_past(second, now))
    }
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
