//! Batches of puts and deletes. Each stands for itself: what is throttled, or held by a transaction, stays unprocessed.

use std::collections::BTreeMap;

use dynoxide::Item;
use dynoxide::actions::batch_write_item::{BatchWriteItemRequest, WriteRequest};
use dynoxide::validation::normalize_item_sets;
use serde_json::{Map, Value};

use super::capacity::WriteUnits;
use super::change;
use super::engine::{Engine, Write};
use super::error::{Refusal, read, read_value};
use super::image::Image;

impl Engine {
    pub fn batch_write_item(&mut self, body: &[u8]) -> Result<Value, Refusal> {
        let mut body: Value = read(body)?;
        let mode = body.get("ReturnConsumedCapacity").and_then(Value::as_str).map(str::to_owned);
        let unprocessed = self.take_unprocessable(&mut body)?;
        let mut request: BatchWriteItemRequest = read_value(body)?;
        request.return_consumed_capacity = None;
        let writes = self.batched_writes(&request)?;
        let mut answer = self.items.engine().batch_write_item(request)?;
        let mut units: BTreeMap<String, WriteUnits> = BTreeMap::new();
        for write in writes {
            let table = write.id.0.clone();
            self.items.written(&write.id, write.after.clone());
            let cost = self.commit(write);
            self.table(&table)?.capacity.charge_write(&cost);
            units.entry(table.to_string()).or_default().add(cost);
        }
        let consumed: Vec<_> = units.iter().filter_map(|(table, units)| units.shown(table, &mode)).collect();
        answer.consumed_capacity = (!consumed.is_empty()).then_some(consumed);
        answer.unprocessed_items.extend(unprocessed);
        Ok(change::json(&answer))
    }

    /// What the batch will do: images before it, and after.
    fn batched_writes(&mut self, request: &BatchWriteItemRequest) -> Result<Vec<Write>, Refusal> {
        let tables: BTreeMap<&String, &Vec<WriteRequest>> = request.request_items.iter().collect();
        let mut writes = Vec::new();
        for (table, requests) in tables {
            for request in requests {
                let mut after = request.put_request.as_ref().map(|put| put.item.clone());
                if let Some(item) = &mut after {
                    normalize_item_sets(item);
                    self.table(table)?.check_indexes(item)?;
                }
                let Some(key) = self.key_of_request(table, request) else { continue };
                let id = self.table(table)?.id_of(&key);
                let before = self.items.get(&id)?;
                writes.push(Write { id, before, after: after.map(Image::shared) });
            }
        }
        Ok(writes)
    }

    fn key_of_request(&self, table: &str, request: &WriteRequest) -> Option<Item> {
        match (&request.put_request, &request.delete_request) {
            (Some(put), _) => self.tables.get(table)?.key_of(&put.item),
            (None, delete) => Some(delete.as_ref()?.key.clone()),
        }
    }

    /// Takes out of a batch what cannot be done now. With nothing left to do, the request is refused.
    fn take_unprocessable(&mut self, body: &mut Value) -> Result<Map<String, Value>, Refusal> {
        let mut left = Map::new();
        let Some(tables) = body.get_mut("RequestItems").and_then(Value::as_object_mut) else { return Ok(left) };
        let mut refusal = None;
        for (name, requests) in std::mem::take(tables) {
            let now = self.clock.now();
            if !self.table(&name)?.capacity.writes.admits(now) {
                refusal = Some(Refusal::throttled(&name, "Write"));
                left.insert(name, requests);
                continue;
            }
            let Value::Array(requests) = requests else {
                tables.insert(name, requests);
                continue;
            };
            let (held, free): (Vec<_>, Vec<_>) = requests.into_iter().partition(|request| self.holds(&name, request));
            if !held.is_empty() {
                refusal = Some(Refusal::transaction_conflict());
                left.insert(name.clone(), held.into());
            }
            if !free.is_empty() {
                tables.insert(name, free.into());
            }
        }
        match refusal {
            Some(refusal) if tables.is_empty() => Err(refusal),
            _ => Ok(left),
        }
    }

    /// Whether a transaction holds the item of one request of a batch.
    fn holds(&self, table: &str, request: &Value) -> bool {
        if self.locks.is_empty() {
            return false;
        }
        let table = &self.tables[table];
        let request: Option<WriteRequest> = serde_json::from_value(request.clone()).ok();
        let key = request.and_then(|request| self.key_of_request(&table.name, &request));
        key.is_some_and(|key| self.locks.is_held(&table.id_of(&key), self.clock.now()))
    }
}
