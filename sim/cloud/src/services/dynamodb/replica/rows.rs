//! What the indexes of one table hold, at hand and in order, so that plain queries need no SQL. The engine learns of it
//! when a query is not plain.

use std::collections::BTreeMap;
use std::sync::Arc;

use dynoxide::Database;

use super::super::change::ItemKey;
use super::super::table::Table;
use super::ordered::Ordered;
use super::row::{Names, Row};
use super::{Image, carry_out};

pub struct Rows {
    rows: BTreeMap<ItemKey, Kept>,
    indexes: Vec<Ordered>,
    names: Names,
}

struct Kept {
    /// `None` when the item is gone, and the engine still has it.
    row: Option<Arc<Row>>,
    engine_has: bool,
    engine_waits: bool,
}

impl Rows {
    /// `None` when the table's keys, or the order of one of its indexes, are the engine's alone to judge.
    pub fn new(table: &Table) -> Option<Self> {
        if !table.is_plain {
            return None;
        }
        let indexes: Option<Vec<Ordered>> =
            table.indexes.iter().map(|index| Ordered::new(index, table.keys())).collect();
        Some(Self { rows: BTreeMap::new(), indexes: indexes?, names: Names::default() })
    }

    pub fn index(&self, name: &str) -> Option<&Ordered> {
        self.indexes.iter().find(|ordered| ordered.index.name == name)
    }

    pub fn put(&mut self, key: &ItemKey, image: Image) {
        let kept = self.rows.remove(key);
        let engine_has = kept.as_ref().is_some_and(|kept| kept.engine_has);
        if let Some(old) = kept.and_then(|kept| kept.row) {
            self.indexes.iter_mut().for_each(|index| index.take(&old));
        }
        let row = image.map(|item| Arc::new(Row::new(item, &mut self.names)));
        if let Some(row) = &row {
            self.indexes.iter_mut().for_each(|index| index.add(row));
        }
        if row.is_some() || engine_has {
            self.rows.insert(key.clone(), Kept { row, engine_has, engine_waits: true });
        }
    }

    /// Tells the engine what it has yet to learn.
    pub fn hand_over(&mut self, engine: &Database, table: &str) {
        self.rows.retain(|key, kept| {
            if std::mem::take(&mut kept.engine_waits) {
                carry_out(engine, table, key, kept.row.as_ref().map(|row| row.to_item()));
                kept.engine_has = kept.row.is_some();
            }
            kept.row.is_some()
        });
    }
}
