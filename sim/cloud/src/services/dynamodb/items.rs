//! The items of all tables: those in use lately as images, all others in the engine.
//!
//! The engine prepares its SQL anew for every statement: 40 µs for a read, 60 for a write, and a message's row is read
//! and written eight times in a row. So an image stays here for as long as it is in use, what was written to it waits,
//! and the engine learns the last of it when an operation needs the engine, or when the image leaves.
//!
//! A table that is queried by its own key is kept in that order too, from its first plain query on. There, images leave
//! for the rows, and the engine learns of those when an operation needs it.

use std::collections::BTreeMap;
use std::sync::Arc;

use dynoxide::actions::get_item::GetItemRequest;
use dynoxide::actions::scan::ScanRequest;
use dynoxide::{Database, Item};

use super::change::ItemKey;
use super::error::Refusal;
use super::image::{Image, SharedImage};
use super::rows::{Ordered, Row, Rows, carry_out};
use super::table::Table;
use crate::profile::Keeping;

/// Images of one generation. There are two, so at most twice as many are kept, whatever the tables hold.
const GENERATION_MAX: usize = 512;

/// An item by its table and its key as text.
pub(super) type ItemId = (Arc<str>, ItemKey);

pub(super) struct Items {
    engine: Database,
    keeping: Keeping,
    /// Tables in their order, by name.
    ordered: BTreeMap<Arc<str>, Rows>,
    /// What was in use since the last change of generations.
    young: BTreeMap<ItemId, Kept>,
    /// What was in use before that. What is used again becomes young, all else leaves at the next change.
    old: BTreeMap<ItemId, Kept>,
}

/// An item as it is; without image when there is none.
struct Kept {
    image: Option<SharedImage>,
    /// Whether the engine has yet to learn of it.
    waits: bool,
}

impl Items {
    /// `engine` keeps its tables as `keeping` says.
    pub fn new(engine: Database, keeping: Keeping) -> Self {
        Self { engine, keeping, ordered: BTreeMap::new(), young: BTreeMap::new(), old: BTreeMap::new() }
    }

    /// The engine, knowing everything that was written.
    pub fn engine(&mut self) -> &Database {
        for (id, kept) in self.young.iter_mut().chain(&mut self.old) {
            leave(&self.engine, &mut self.ordered, id, kept);
        }
        for (table, rows) in &mut self.ordered {
            rows.hand_over(&self.engine, table);
        }
        &self.engine
    }

    /// The engine, knowing what was written to these items. That does for operations that touch no others.
    pub fn engine_for<'a>(&mut self, ids: impl IntoIterator<Item = &'a ItemId>) -> &Database {
        for id in ids {
            if let Some(kept) = self.young.get_mut(id).or_else(|| self.old.get_mut(id)) {
                leave(&self.engine, &mut self.ordered, id, kept);
            }
            let (table, key) = id;
            if let Some(rows) = self.ordered.get_mut(table) {
                rows.hand_over_one(&self.engine, table, key);
            }
        }
        &self.engine
    }

    /// Whether a table's items can be kept in order here.
    pub fn can_order(&self, table: &Table) -> bool {
        self.keeping == Keeping::Memory && table.is_plain
    }

    /// A table's items in their order; `None` when that is the engine's to know.
    pub fn in_order(&mut self, table: &Table) -> Option<&Ordered> {
        if !self.can_order(table) {
            return None;
        }
        if !self.ordered.contains_key(&table.name) {
            let items = self.all(&table.name).ok()?;
            self.ordered.insert(table.name.clone(), Rows::of_table(table, items)?);
        }
        let first = (table.name.clone(), ItemKey::first());
        for generation in [&mut self.young, &mut self.old] {
            for (id, kept) in generation.range_mut(&first..).take_while(|(id, _)| id.0 == table.name) {
                leave(&self.engine, &mut self.ordered, id, kept);
            }
        }
        self.ordered.get(&table.name)?.first()
    }

    /// All items of a table.
    ///
    /// # Errors
    /// When there is no such table.
    pub fn all(&mut self, table: &str) -> Result<Vec<Item>, Refusal> {
        let mut items = Vec::new();
        let mut exclusive_start_key = None;
        loop {
            let request = ScanRequest { table_name: table.to_owned(), exclusive_start_key, ..Default::default() };
            let page = self.engine().scan(request)?;
            items.extend(page.items.unwrap_or_default());
            exclusive_start_key = page.last_evaluated_key;
            if exclusive_start_key.is_none() {
                return Ok(items);
            }
        }
    }

    /// An item as it is now.
    ///
    /// # Errors
    /// When the key is none of the table's.
    pub fn get(&mut self, id: &ItemId) -> Result<Option<SharedImage>, Refusal> {
        if let Some(kept) = self.young.get(id) {
            return Ok(kept.image.clone());
        }
        let kept = match self.old.remove(id) {
            Some(kept) => kept,
            None => Kept { image: self.find(id)?.map(Image::shared), waits: false },
        };
        let image = kept.image.clone();
        self.keep(id, kept);
        Ok(image)
    }

    /// An item that is not among the images.
    fn find(&self, id: &ItemId) -> Result<Option<Item>, Refusal> {
        match self.ordered.get(&id.0) {
            Some(rows) => Ok(rows.get(&id.1).map(Row::to_item)),
            None => self.read(id),
        }
    }

    /// An item as the engine has it.
    ///
    /// # Errors
    /// When the key is none of the table's.
    pub fn read(&self, (table, key): &ItemId) -> Result<Option<Item>, Refusal> {
        let request = GetItemRequest { table_name: table.to_string(), key: key.to_item(), ..Default::default() };
        Ok(self.engine.get_item(request)?.item)
    }

    /// Writes an item; the engine has not.
    pub fn write(&mut self, id: &ItemId, image: Option<SharedImage>) {
        self.old.remove(id);
        self.keep(id, Kept { image, waits: true });
    }

    /// Takes note of what the engine has written.
    pub fn written(&mut self, id: &ItemId, image: Option<SharedImage>) {
        self.old.remove(id);
        if let Some(rows) = self.ordered.get_mut(&id.0) {
            rows.put_known(&id.1, image.as_ref().map(|image| image.item.clone()));
        }
        self.keep(id, Kept { image, waits: false });
    }

    /// Forgets the items of a table that is no more.
    pub fn forget(&mut self, table: &str) {
        for generation in [&mut self.young, &mut self.old] {
            generation.retain(|(of, _), _| &**of != table);
        }
        self.ordered.remove(table);
    }

    fn keep(&mut self, id: &ItemId, kept: Kept) {
        if self.young.len() >= GENERATION_MAX {
            for (id, mut kept) in std::mem::take(&mut self.old) {
                leave(&self.engine, &mut self.ordered, &id, &mut kept);
            }
            std::mem::swap(&mut self.young, &mut self.old);
        }
        self.young.insert(id.clone(), kept);
    }
}

/// Tells the rows what an item has become, or else the engine. The order among items does not show: each is written once.
fn leave(engine: &Database, ordered: &mut BTreeMap<Arc<str>, Rows>, (table, key): &ItemId, kept: &mut Kept) {
    if !std::mem::take(&mut kept.waits) {
        return;
    }
    let item = kept.image.as_ref().map(|image| image.item.clone());
    let Some(rows) = ordered.get_mut(table) else { return carry_out(engine, table, key, item) };
    let is_gone = item.is_none();
    rows.put(key, item);
    // What is gone takes no room here until the engine is asked for something.
    if is_gone {
        rows.hand_over_one(engine, table, key);
    }
}
