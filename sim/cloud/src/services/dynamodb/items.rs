//! The items of all tables: those in use lately as images, all others in the engine.
//!
//! The engine prepares its SQL anew for every statement: 40 µs for a read, 60 for a write, and a message's row is read
//! and written eight times in a row. So an image stays here for as long as it is in use, what was written to it waits,
//! and the engine learns the last of it when an operation needs the engine, or when the image leaves.

use std::collections::BTreeMap;
use std::sync::Arc;

use dynoxide::actions::delete_item::DeleteItemRequest;
use dynoxide::actions::get_item::GetItemRequest;
use dynoxide::actions::put_item::PutItemRequest;
use dynoxide::{Database, Item};

use super::change::ItemKey;
use super::error::Refusal;
use super::image::{Image, SharedImage};

/// Images of one generation. There are two, so at most twice as many are kept, whatever the tables hold.
const GENERATION_MAX: usize = 512;

/// An item by its table and its key as text.
pub(super) type ItemId = (Arc<str>, ItemKey);

pub(super) struct Items {
    engine: Database,
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
    pub fn new(engine: Database) -> Self {
        Self { engine, young: BTreeMap::new(), old: BTreeMap::new() }
    }

    /// The engine, knowing everything that was written.
    pub fn engine(&mut self) -> &Database {
        for (id, kept) in self.young.iter_mut().chain(&mut self.old) {
            hand_over(&self.engine, id, kept);
        }
        &self.engine
    }

    /// The engine, knowing what was written to these items. That does for operations that touch no others.
    pub fn engine_for<'a>(&mut self, ids: impl IntoIterator<Item = &'a ItemId>) -> &Database {
        for id in ids {
            if let Some(kept) = self.young.get_mut(id).or_else(|| self.old.get_mut(id)) {
                hand_over(&self.engine, id, kept);
            }
        }
        &self.engine
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
            None => Kept { image: self.read(id)?.map(Image::shared), waits: false },
        };
        let image = kept.image.clone();
        self.keep(id, kept);
        Ok(image)
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
        self.keep(id, Kept { image, waits: false });
    }

    /// Forgets the items of a table that is no more.
    pub fn forget(&mut self, table: &str) {
        for generation in [&mut self.young, &mut self.old] {
            generation.retain(|(of, _), _| &**of != table);
        }
    }

    fn keep(&mut self, id: &ItemId, kept: Kept) {
        if self.young.len() >= GENERATION_MAX {
            for (id, mut kept) in std::mem::take(&mut self.old) {
                hand_over(&self.engine, &id, &mut kept);
            }
            std::mem::swap(&mut self.young, &mut self.old);
        }
        self.young.insert(id.clone(), kept);
    }
}

/// Tells the engine what an item has become. The order among items does not show: each is written once.
fn hand_over(engine: &Database, (table, key): &ItemId, kept: &mut Kept) {
    if !std::mem::take(&mut kept.waits) {
        return;
    }
    let table_name = table.to_string();
    let outcome = match &kept.image {
        Some(image) => {
            let request = PutItemRequest { table_name, item: image.item.clone(), ..Default::default() };
            engine.put_item(request).map(drop)
        }
        None => {
            let request = DeleteItemRequest { table_name, key: key.to_item(), ..Default::default() };
            engine.delete_item(request).map(drop)
        }
    };
    if let Err(error) = outcome {
        panic!("the engine takes for `{table}` what it was checked against: {error}");
    }
}
