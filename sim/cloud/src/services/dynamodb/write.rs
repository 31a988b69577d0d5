//! Writes of single items.

use dynoxide::actions::delete_item::DeleteItemRequest;
use dynoxide::actions::put_item::PutItemRequest;
use dynoxide::actions::update_item::UpdateItemRequest;
use dynoxide::validation::normalize_item_sets;
use dynoxide::{DynoxideError, Item};
use serde_json::Value;

use super::change::{self, ItemKey};
use super::engine::{Engine, Write};
use super::error::{Refusal, read};

impl Engine {
    pub fn put_item(&mut self, body: &[u8]) -> Result<Value, Refusal> {
        let mut request: PutItemRequest = read(body)?;
        let table = request.table_name.clone();
        let key = self.table(&table)?.key_of(&request.item).unwrap_or_default();
        self.admit_write(&table, &key)?;
        self.table(&table)?.check_indexes(&request.item)?;
        let mode = request.return_consumed_capacity.take();
        let shows_before = replace_none(&mut request.return_values, "ALL_OLD");
        let mut after = request.item.clone();
        let outcome = self.items.put_item(request);
        let mut answer = self.or_charge(outcome, &table, &key)?;
        normalize_item_sets(&mut after);
        let before = answer.attributes.take();
        answer.attributes = before.clone().filter(|_| shows_before);
        answer.consumed_capacity = self.finish(&table, Write { key, before, after: Some(after) }, &mode);
        Ok(change::json(&answer))
    }

    pub fn delete_item(&mut self, body: &[u8]) -> Result<Value, Refusal> {
        let mut request: DeleteItemRequest = read(body)?;
        let (table, key) = (request.table_name.clone(), request.key.clone());
        self.admit_write(&table, &key)?;
        let mode = request.return_consumed_capacity.take();
        let shows_before = replace_none(&mut request.return_values, "ALL_OLD");
        let outcome = self.items.delete_item(request);
        let mut answer = self.or_charge(outcome, &table, &key)?;
        let before = answer.attributes.take();
        answer.attributes = before.clone().filter(|_| shows_before);
        answer.consumed_capacity = self.finish(&table, Write { key, before, after: None }, &mode);
        Ok(change::json(&answer))
    }

    pub fn update_item(&mut self, body: &[u8]) -> Result<Value, Refusal> {
        let mut request: UpdateItemRequest = read(body)?;
        let (table, key) = (request.table_name.clone(), request.key.clone());
        self.admit_write(&table, &key)?;
        let before = self.item(&table, &key)?;
        let mode = request.return_consumed_capacity.take();
        let shows = replace_none(&mut request.return_values, "ALL_NEW");
        let shows_after = request.return_values.as_deref() == Some("ALL_NEW");
        let outcome = self.items.update_item(request);
        let mut answer = self.or_charge(outcome, &table, &key)?;
        let after = if shows_after { answer.attributes.take() } else { self.item(&table, &key)? };
        self.check_or_restore(&table, &key, before.as_ref(), after.as_ref())?;
        if shows_after {
            answer.attributes = after.clone().filter(|_| shows);
        }
        answer.consumed_capacity = self.finish(&table, Write { key, before, after }, &mode);
        Ok(change::json(&answer))
    }

    /// # Errors
    /// When there is no such table, its writes are used up for now, or a transaction holds the item.
    fn admit_write(&mut self, table: &str, key: &Item) -> Result<(), Refusal> {
        let now = self.clock.now();
        let entry = self.table(table)?;
        if !entry.capacity.writes.admits(now) {
            return Err(Refusal::throttled(table, "Write"));
        }
        let name = entry.name.clone();
        if !self.locks.is_empty() && self.locks.is_held(&(name, ItemKey::of(key)), now) {
            return Err(Refusal::transaction_conflict());
        }
        Ok(())
    }

    /// Takes note of a write and charges it.
    fn finish(
        &mut self,
        table: &str,
        write: Write,
        mode: &Option<String>,
    ) -> Option<dynoxide::types::ConsumedCapacity> {
        let units = self.commit(table, write);
        if let Some(table) = self.tables.get_mut(table) {
            table.capacity.charge_write(&units);
        }
        units.shown(table, mode)
    }

    /// A write whose condition fails costs what the item that is there would.
    fn or_charge<T>(&mut self, outcome: dynoxide::Result<T>, table: &str, key: &Item) -> Result<T, Refusal> {
        let error = match outcome {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        if matches!(error, DynoxideError::ConditionalCheckFailedException(..)) {
            let item = self.item(table, key)?;
            let table = self.table(table)?;
            let units = table.write_units(item.as_ref(), item.as_ref());
            table.capacity.charge_write(&units);
        }
        Err(error.into())
    }

    /// Undoes an update whose result an index cannot hold: the engine has no indexes that would refuse it.
    pub fn check_or_restore(
        &mut self,
        table: &str,
        key: &Item,
        before: Option<&Item>,
        after: Option<&Item>,
    ) -> Result<(), Refusal> {
        let Some(Err(error)) = after.map(|item| self.tables[table].check_indexes(item)) else { return Ok(()) };
        self.restore(table, key, before)?;
        Err(error.into())
    }

    /// Puts an item back as it was.
    pub fn restore(&self, table: &str, key: &Item, before: Option<&Item>) -> Result<(), Refusal> {
        let table_name = table.to_owned();
        match before {
            Some(item) => {
                let request = PutItemRequest { table_name, item: item.clone(), ..Default::default() };
                self.items.put_item(request)?;
            }
            None => {
                let request = DeleteItemRequest { table_name, key: key.clone(), ..Default::default() };
                self.items.delete_item(request)?;
            }
        }
        Ok(())
    }
}

/// Asks the engine for an image although the caller did not; says whether the caller did.
fn replace_none(return_values: &mut Option<String>, instead: &str) -> bool {
    let asked = return_values.as_deref().is_some_and(|values| values != "NONE");
    if !asked {
        *return_values = Some(instead.to_owned());
    }
    asked
}
