//! The global secondary indexes: a replica of the tables that lags behind.
//!
//! Only tables with indexes are replicated, and of items only what their indexes hold. A write waits here until its
//! lag has passed, and is carried out when somebody asks an index of its table: so a query sees exactly the writes
//! that are old enough, by the engine's own rules of order, paging and filters. Of several writes to one item in
//! between, only the last that can be seen is carried out, which makes a write cheaper than one that keeps three
//! indexes up to date at once.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::SystemTime;

use dynoxide::actions::delete_item::DeleteItemRequest;
use dynoxide::actions::put_item::PutItemRequest;
use dynoxide::{Database, Item};

use super::change::ItemKey;
use crate::profile::Latency;
use crate::world::Stream;

/// When so many items of a table wait, what can be seen of them is carried out although nobody asked: it bounds the
/// memory that waiting images take.
const WAITING_MAX: usize = 512;

pub(super) struct Replica {
    pub database: Database,
    lag: Latency,
    stream: Stream,
    waiting: BTreeMap<Arc<str>, Waiting>,
}

/// Changes of one table that the replica has not seen.
struct Waiting {
    items: BTreeMap<ItemKey, VecDeque<Version>>,
    /// How many may wait before the next clearing.
    max: usize,
}

/// An item as the indexes show it from `visible` on; `None` when they do not.
struct Version {
    visible: SystemTime,
    image: Option<Item>,
}

impl Replica {
    pub fn new(database: Database, lag: Latency, stream: Stream) -> Self {
        Self { database, lag, stream, waiting: BTreeMap::new() }
    }

    /// Takes note of a change at `now`. Changes of one item become visible in their order.
    pub fn note(&mut self, table: &Arc<str>, key: ItemKey, image: Option<Item>, now: SystemTime) {
        let mut visible = now + self.lag.sample(&mut self.stream);
        let waiting = self.waiting.entry(table.clone()).or_default();
        let versions = waiting.items.entry(key).or_default();
        if let Some(last) = versions.back() {
            visible = visible.max(last.visible);
        }
        versions.push_back(Version { visible, image });
        drop_superseded(versions, now);
        if waiting.items.len() > waiting.max {
            self.catch_up(table, now);
        }
    }

    /// Carries out what can be seen of a table at `now`.
    pub fn catch_up(&mut self, table: &str, now: SystemTime) {
        let Some(waiting) = self.waiting.get_mut(table) else { return };
        let database = &self.database;
        waiting.items.retain(|key, versions| {
            drop_superseded(versions, now);
            if let Some(version) = versions.pop_front_if(|version| version.visible <= now) {
                carry_out(database, table, key, version.image);
            }
            !versions.is_empty()
        });
        waiting.max = WAITING_MAX.max(2 * waiting.items.len());
    }

    /// Forgets a table that is no more.
    pub fn forget(&mut self, table: &str) {
        self.waiting.remove(table);
    }
}

impl Default for Waiting {
    fn default() -> Self {
        Self { items: BTreeMap::new(), max: WAITING_MAX }
    }
}

/// Drops the versions before the last that can be seen at `now`.
fn drop_superseded(versions: &mut VecDeque<Version>, now: SystemTime) {
    while versions.get(1).is_some_and(|next| next.visible <= now) {
        versions.pop_front();
    }
}

fn carry_out(database: &Database, table: &str, key: &ItemKey, image: Option<Item>) {
    let table_name = table.to_owned();
    let outcome = match image {
        Some(item) => database.put_item(PutItemRequest { table_name, item, ..Default::default() }).map(drop),
        None => {
            let request = DeleteItemRequest { table_name, key: key.to_item(), ..Default::default() };
            database.delete_item(request).map(drop)
        }
    };
    if let Err(error) = outcome {
        panic!("the indexes of `{table}` take what the table took: {error}");
    }
}
