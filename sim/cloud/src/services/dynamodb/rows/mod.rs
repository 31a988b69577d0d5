//! What a table or its indexes hold, at hand and in order, so that plain queries need no SQL. The engine learns of it when
//! an operation is not plain.

mod ordered;
mod row;

use std::collections::BTreeMap;
use std::sync::Arc;

use dynoxide::actions::delete_item::DeleteItemRequest;
use dynoxide::actions::put_item::PutItemRequest;
use dynoxide::{Database, Item};

pub(super) use self::ordered::{Ordered, Page, Place, Wanted};
use self::row::Names;
pub(super) use self::row::Row;
use super::change::ItemKey;
use super::table::Table;

pub(super) struct Rows {
    rows: BTreeMap<ItemKey, Kept>,
    orders: Vec<Ordered>,
    names: Names,
}

struct Kept {
    /// `None` when the item is gone, and the engine still has it.
    row: Option<Arc<Row>>,
    engine_has: bool,
    engine_waits: bool,
}

impl Rows {
    /// The rows of a table's global secondary indexes. `None` when the table's keys, or the order of one of its indexes,
    /// are the engine's alone to judge.
    pub fn of_indexes(table: &Table) -> Option<Self> {
        let orders: Option<Vec<Ordered>> =
            table.indexes.iter().map(|index| Ordered::of_index(index, table.keys())).collect();
        table.is_plain.then_some(Self::new(orders?))
    }

    /// The rows of a table itself, all of which the engine has. `None` when its keys are the engine's alone to judge.
    pub fn of_table(table: &Table, items: Vec<Item>) -> Option<Self> {
        let mut rows = table.is_plain.then(|| Self::new(vec![Ordered::of_table(table.keys())]))?;
        for item in items {
            let key = ItemKey::of(&table.key_of(&item)?);
            rows.put_known(&key, Some(item));
        }
        Some(rows)
    }

    fn new(orders: Vec<Ordered>) -> Self {
        Self { rows: BTreeMap::new(), orders, names: Names::default() }
    }

    /// The order of an index.
    pub fn index(&self, name: &str) -> Option<&Ordered> {
        self.orders.iter().find(|order| order.index.name == name)
    }

    /// The first order, which is that of the table if these are its rows.
    pub fn first(&self) -> Option<&Ordered> {
        self.orders.first()
    }

    pub fn get(&self, key: &ItemKey) -> Option<&Row> {
        self.rows.get(key)?.row.as_deref()
    }

    pub fn put(&mut self, key: &ItemKey, image: Option<Item>) {
        let kept = self.rows.remove(key);
        let engine_has = kept.as_ref().is_some_and(|kept| kept.engine_has);
        if let Some(old) = kept.and_then(|kept| kept.row) {
            self.orders.iter_mut().for_each(|order| order.take(&old));
        }
        let row = image.map(|item| Arc::new(Row::new(item, &mut self.names)));
        if let Some(row) = &row {
            self.orders.iter_mut().for_each(|order| order.add(row));
        }
        if row.is_some() || engine_has {
            self.rows.insert(key.clone(), Kept { row, engine_has, engine_waits: true });
        }
    }

    /// The same for what the engine has already done.
    pub fn put_known(&mut self, key: &ItemKey, image: Option<Item>) {
        let is_there = image.is_some();
        self.put(key, image);
        if !is_there {
            self.rows.remove(key);
        } else if let Some(kept) = self.rows.get_mut(key) {
            (kept.engine_has, kept.engine_waits) = (true, false);
        }
    }

    /// Tells the engine what it has yet to learn.
    pub fn hand_over(&mut self, engine: &Database, table: &str) {
        self.rows.retain(|key, kept| {
            kept.hand_over(engine, table, key);
            kept.row.is_some()
        });
    }

    /// Tells the engine what it has yet to learn of one item.
    pub fn hand_over_one(&mut self, engine: &Database, table: &str, key: &ItemKey) {
        let Some(kept) = self.rows.get_mut(key) else { return };
        kept.hand_over(engine, table, key);
        if kept.row.is_none() {
            self.rows.remove(key);
        }
    }
}

impl Kept {
    fn hand_over(&mut self, engine: &Database, table: &str, key: &ItemKey) {
        if !std::mem::take(&mut self.engine_waits) {
            return;
        }
        carry_out(engine, table, key, self.row.as_ref().map(|row| row.to_item()));
        self.engine_has = self.row.is_some();
    }
}

/// Writes or deletes an item in the engine.
///
/// # Panics
/// When the engine refuses it: what is handed over was checked against what the engine takes.
pub(super) fn carry_out(engine: &Database, table: &str, key: &ItemKey, image: Option<Item>) {
    let table_name = table.to_owned();
    let outcome = match image {
        Some(item) => engine.put_item(PutItemRequest { table_name, item, ..Default::default() }).map(drop),
        None => {
            let request = DeleteItemRequest { table_name, key: key.to_item(), ..Default::default() };
            engine.delete_item(request).map(drop)
        }
    };
    if let Err(error) = outcome {
        panic!("the engine takes for `{table}` what it was checked against: {error}");
    }
}
