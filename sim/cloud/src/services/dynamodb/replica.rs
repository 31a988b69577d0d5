//! The global secondary indexes: a replica of the tables that lags behind.
//!
//! Only tables with indexes are replicated, and of items only what their indexes hold. A write waits here until its
//! lag has passed, and is carried out when somebody asks an index of its table: so a query sees exactly the writes
//! that are old enough. Of several writes to one item in between, only the last that can be seen is carried out, which
//! makes a write cheaper than one that keeps three indexes up to date at once.
//!
//! Where tables are kept in memory, the rows are kept here, and plain queries are answered from them
//! (`plain_query.rs`). For all others, and where tables are kept in a file, there is the engine.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::SystemTime;

use dynoxide::{Database, Item};

use super::change::ItemKey;
use super::rows::{Ordered, Rows, carry_out};
use super::table::Table;
use crate::profile::{Keeping, Latency};
use crate::world::Stream;

/// When so many items of a table wait, what can be seen of them is carried out although nobody asked: it bounds the
/// memory that waiting images take.
const WAITING_MAX: usize = 512;

pub(super) struct Replica {
    engine: Database,
    keeping: Keeping,
    lag: Latency,
    stream: Stream,
    waiting: BTreeMap<Arc<str>, Waiting>,
    rows: BTreeMap<Arc<str>, Rows>,
}

/// An item as the indexes show it; `None` when they do not.
type Image = Option<Item>;

/// Changes of one table that the replica has not seen.
struct Waiting {
    items: BTreeMap<ItemKey, VecDeque<Version>>,
    /// How many may wait before the next clearing.
    max: usize,
}

/// An item as the indexes show it from `visible` on.
struct Version {
    visible: SystemTime,
    image: Image,
}

impl Replica {
    /// `engine` keeps its tables as `keeping` says.
    pub fn new(engine: Database, keeping: Keeping, lag: Latency, stream: Stream) -> Self {
        Self { engine, keeping, lag, stream, waiting: BTreeMap::new(), rows: BTreeMap::new() }
    }

    /// Takes note of a table that the engine has created.
    pub fn create(&mut self, table: &Table) {
        if self.keeping == Keeping::Memory
            && let Some(rows) = Rows::of_indexes(table)
        {
            self.rows.insert(table.name.clone(), rows);
        }
    }

    /// The engine for definitions, whatever it knows of items.
    pub fn definitions(&self) -> &Database {
        &self.engine
    }

    /// The engine, knowing what was carried out of this table.
    pub fn engine(&mut self, table: &str) -> &Database {
        if let Some(rows) = self.rows.get_mut(table) {
            rows.hand_over(&self.engine, table);
        }
        &self.engine
    }

    /// An index's rows, if they are kept here.
    pub fn index(&self, table: &str, index: &str) -> Option<&Ordered> {
        self.rows.get(table)?.index(index)
    }

    /// Takes note of a change at `now`. Changes of one item become visible in their order.
    pub fn note(&mut self, table: &Arc<str>, key: ItemKey, image: Image, now: SystemTime) {
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
        let mut rows = self.rows.get_mut(table);
        waiting.items.retain(|key, versions| {
            drop_superseded(versions, now);
            if let Some(version) = versions.pop_front_if(|version| version.visible <= now) {
                match &mut rows {
                    Some(rows) => rows.put(key, version.image),
                    None => carry_out(&self.engine, table, key, version.image),
                }
            }
            !versions.is_empty()
        });
        waiting.max = WAITING_MAX.max(2 * waiting.items.len());
    }

    /// Forgets a table that is no more.
    pub fn forget(&mut self, table: &str) {
        self.waiting.remove(table);
        self.rows.remove(table);
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
