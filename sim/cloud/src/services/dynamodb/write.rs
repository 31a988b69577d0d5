//! Writes of single items.

use dynoxide::DynoxideError;
use dynoxide::actions::delete_item::DeleteItemRequest;
use dynoxide::actions::put_item::PutItemRequest;
use dynoxide::actions::update_item::UpdateItemRequest;
use dynoxide::types::ConsumedCapacity;
use dynoxide::validation::normalize_item_sets;
use serde_json::Value;

use super::change;
use super::engine::{Engine, Write};
use super::error::{Refusal, read};
use super::image::Image;
use super::items::ItemId;
use super::plain::Recalled;

impl Engine {
    pub fn put_item(&mut self, body: &[u8]) -> Result<Value, Refusal> {
        let mut request: PutItemRequest = read(body)?;
        let table = self.table(&request.table_name)?;
        let id = table.id_of(&table.key_of(&request.item).unwrap_or_default());
        self.admit_write(&id)?;
        self.table(&id.0)?.check_indexes(&request.item)?;
        let mode = request.return_consumed_capacity.take();
        let shows_before = replace_none(&mut request.return_values, "ALL_OLD");
        let mut after = request.item.clone();
        let outcome = self.items.engine_for([&id]).put_item(request);
        let mut answer = self.or_charge(outcome, &id)?;
        normalize_item_sets(&mut after);
        let before = answer.attributes.take();
        answer.attributes = before.clone().filter(|_| shows_before);
        let write = Write { id, before: before.map(Image::shared), after: Some(Image::shared(after)) };
        answer.consumed_capacity = self.finish_written(write, &mode);
        Ok(change::json(&answer))
    }

    pub fn delete_item(&mut self, body: &[u8]) -> Result<Value, Refusal> {
        let mut request: DeleteItemRequest = read(body)?;
        let id = self.table(&request.table_name)?.id_of(&request.key);
        self.admit_write(&id)?;
        let mode = request.return_consumed_capacity.take();
        let shows_before = replace_none(&mut request.return_values, "ALL_OLD");
        let outcome = self.items.engine_for([&id]).delete_item(request);
        let mut answer = self.or_charge(outcome, &id)?;
        let before = answer.attributes.take();
        answer.attributes = before.clone().filter(|_| shows_before);
        let write = Write { id, before: before.map(Image::shared), after: None };
        answer.consumed_capacity = self.finish_written(write, &mode);
        Ok(change::json(&answer))
    }

    pub fn update_item(&mut self, body: &[u8]) -> Result<Value, Refusal> {
        let mut request: UpdateItemRequest = read(body)?;
        let id = self.table(&request.table_name)?.id_of(&request.key);
        self.admit_write(&id)?;
        let before = self.items.get(&id)?;
        let recalled = self.recall_update(&request);
        if let Recalled::Statement(statement) = &recalled
            && let Some(outcome) = self.update_plainly(statement, &request, &id, before.as_ref())
        {
            return outcome;
        }
        let mode = request.return_consumed_capacity.take();
        let shows = replace_none(&mut request.return_values, "ALL_NEW");
        let shows_after = request.return_values.as_deref() == Some("ALL_NEW");
        let outcome = self.items.engine_for([&id]).update_item(request);
        let mut answer = self.or_charge(outcome, &id)?;
        self.learned.learn(recalled);
        let after = if shows_after { answer.attributes.take() } else { self.items.read(&id)? };
        let write = Write { id, before, after: after.map(Image::shared) };
        self.check_or_restore(&write)?;
        if shows_after {
            answer.attributes = write.after.as_ref().filter(|_| shows).map(|image| image.item.clone());
        }
        answer.consumed_capacity = self.finish_written(write, &mode);
        Ok(change::json(&answer))
    }

    /// # Errors
    /// When its table's writes are used up for now, or a transaction holds the item.
    fn admit_write(&mut self, id: &ItemId) -> Result<(), Refusal> {
        let now = self.clock.now();
        if !self.table(&id.0)?.capacity.writes.admits(now) {
            return Err(Refusal::throttled(&id.0, "Write"));
        }
        if self.locks.is_held(id, now) {
            return Err(Refusal::transaction_conflict());
        }
        Ok(())
    }

    /// Takes note of a write that the engine has carried out, and charges it.
    fn finish_written(&mut self, write: Write, mode: &Option<String>) -> Option<ConsumedCapacity> {
        self.items.written(&write.id, write.after.clone());
        self.finish(write, mode)
    }

    /// Takes note of a write and charges it.
    pub fn finish(&mut self, write: Write, mode: &Option<String>) -> Option<ConsumedCapacity> {
        let name = write.id.0.clone();
        let units = self.commit(write);
        if let Some(table) = self.tables.get_mut(&*name) {
            table.capacity.charge_write(&units);
        }
        units.shown(&name, mode)
    }

    /// A write whose condition fails costs what the item that is there would.
    pub fn or_charge<T>(&mut self, outcome: dynoxide::Result<T>, id: &ItemId) -> Result<T, Refusal> {
        let error = match outcome {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        if matches!(error, DynoxideError::ConditionalCheckFailedException(..)) {
            let image = self.items.get(id)?;
            let item = image.as_ref().map(|image| &image.item);
            let table = self.table(&id.0)?;
            let units = table.write_units(item, item);
            table.capacity.charge_write(&units);
        }
        Err(error.into())
    }

    /// Undoes an update whose result an index cannot hold: the engine has no indexes that would refuse it.
    fn check_or_restore(&mut self, write: &Write) -> Result<(), Refusal> {
        let Some(image) = &write.after else { return Ok(()) };
        let Err(error) = self.table(&write.id.0)?.check_indexes(&image.item) else { return Ok(()) };
        self.restore(write);
        Err(error.into())
    }

    /// Puts an item back as it was, which the engine has written.
    pub fn restore(&mut self, write: &Write) {
        self.items.written(&write.id, write.after.clone());
        self.items.write(&write.id, write.before.clone());
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
