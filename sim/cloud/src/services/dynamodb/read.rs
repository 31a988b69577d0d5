//! Reads of items and indexes.

use dynoxide::actions::batch_get_item::BatchGetItemRequest;
use dynoxide::actions::get_item::GetItemRequest;
use dynoxide::actions::query::QueryRequest;
use dynoxide::actions::scan::ScanRequest;
use dynoxide::types::{ConsumedCapacity, item_size, read_capacity_units_with_consistency};
use serde_json::{Value, json};

use super::change;
use super::engine::Engine;
use super::error::{Refusal, read, read_value};
use super::plain::Recalled;

/// The mode in which the engine tells what an operation consumed.
const TOTAL: &str = "TOTAL";

impl Engine {
    pub fn get_item(&mut self, body: &[u8]) -> Result<Value, Refusal> {
        let mut request: GetItemRequest = read(body)?;
        self.admit_read(&request.table_name)?;
        let asked = ask(&mut request.return_consumed_capacity);
        if let Some(answer) = self.get_plainly(&request, asked)? {
            return Ok(answer);
        }
        let mut answer =
            self.items.engine_for([&self.tables[&request.table_name].id_of(&request.key)]).get_item(request)?;
        self.charge_reads(answer.consumed_capacity.as_ref());
        answer.consumed_capacity = answer.consumed_capacity.filter(|_| asked);
        Ok(change::json(&answer))
    }

    /// The item as it is at hand. Projections, and keys that the engine may refuse, are the engine's.
    fn get_plainly(&mut self, request: &GetItemRequest, asked: bool) -> Result<Option<Value>, Refusal> {
        let table = self.table(&request.table_name)?;
        let is_plain = !asked
            && request.projection_expression.is_none()
            && request.attributes_to_get.is_none()
            && request.expression_attribute_names.is_none()
            && table.has_plain_key(&request.key);
        if !is_plain {
            return Ok(None);
        }
        let id = table.id_of(&request.key);
        let image = self.items.get(&id)?;
        let size = image.as_ref().map_or(0, |image| item_size(&image.item));
        let units = read_capacity_units_with_consistency(size, request.consistent_read.unwrap_or(false));
        self.table(&request.table_name)?.capacity.charge_read(units);
        Ok(Some(image.map_or_else(|| json!({}), |image| json!({ "Item": image.json }))))
    }

    pub fn query(&mut self, body: &[u8]) -> Result<String, Refusal> {
        let mut request: QueryRequest = read(body)?;
        self.admit_read(&request.table_name)?;
        let of_index = self.catch_up(&request.table_name, request.index_name.as_deref());
        let recalled = self.recall_query(&request);
        if let Recalled::Statement(statement) = &recalled
            && let Some(answer) = self.query_plainly(statement, &request)
        {
            return Ok(answer);
        }
        let asked = ask(&mut request.return_consumed_capacity);
        let database = if of_index { self.replica.engine(&request.table_name) } else { self.items.engine() };
        let mut answer = database.query(request)?;
        self.learned.learn(recalled);
        self.charge_reads(answer.consumed_capacity.as_ref());
        answer.consumed_capacity = answer.consumed_capacity.filter(|_| asked);
        Ok(change::text(&answer))
    }

    pub fn scan(&mut self, body: &[u8]) -> Result<String, Refusal> {
        let mut request: ScanRequest = read(body)?;
        self.admit_read(&request.table_name)?;
        let asked = ask(&mut request.return_consumed_capacity);
        let of_index = self.catch_up(&request.table_name, request.index_name.as_deref());
        let database = if of_index { self.replica.engine(&request.table_name) } else { self.items.engine() };
        let mut answer = database.scan(request)?;
        self.charge_reads(answer.consumed_capacity.as_ref());
        answer.consumed_capacity = answer.consumed_capacity.filter(|_| asked);
        Ok(change::text(&answer))
    }

    /// Tables without throughput to spare stay unprocessed; with none left to read, the request is throttled.
    pub fn batch_get_item(&mut self, body: &[u8]) -> Result<Value, Refusal> {
        let mut body: Value = read(body)?;
        let unprocessed = self.take_throttled(&mut body)?;
        let mut request: BatchGetItemRequest = read_value(body)?;
        let asked = ask(&mut request.return_consumed_capacity);
        let mut answer = self.items.engine().batch_get_item(request)?;
        self.charge_reads(answer.consumed_capacity.iter().flatten());
        answer.consumed_capacity = answer.consumed_capacity.filter(|_| asked);
        answer.unprocessed_keys.extend(unprocessed);
        Ok(change::json(&answer))
    }

    /// Takes the tables that are throttled out of a batch of reads.
    fn take_throttled(&mut self, body: &mut Value) -> Result<serde_json::Map<String, Value>, Refusal> {
        let Some(tables) = body.get_mut("RequestItems").and_then(Value::as_object_mut) else {
            return Ok(serde_json::Map::new());
        };
        let mut throttled = serde_json::Map::new();
        let mut last = None;
        for (name, keys) in std::mem::take(tables) {
            match self.admit_read(&name) {
                Err(refusal) if refusal.code == "ThrottlingException" => {
                    throttled.insert(name, keys);
                    last = Some(refusal);
                }
                Err(refusal) => return Err(refusal),
                Ok(()) => drop(tables.insert(name, keys)),
            }
        }
        match last {
            Some(refusal) if tables.is_empty() => Err(refusal),
            _ => Ok(throttled),
        }
    }

    /// # Errors
    /// When there is no such table, or its reads are used up for now.
    pub fn admit_read(&mut self, table: &str) -> Result<(), Refusal> {
        let now = self.clock.now();
        if self.table(table)?.capacity.reads.admits(now) { Ok(()) } else { Err(Refusal::throttled(table, "Read")) }
    }

    pub fn charge_reads<'a>(&mut self, consumed: impl IntoIterator<Item = &'a ConsumedCapacity>) {
        for consumed in consumed {
            if let Some(table) = self.tables.get_mut(&consumed.table_name) {
                table.capacity.charge_read(consumed.capacity_units);
            }
        }
    }

    /// Brings the index up to its lag. `false` when it is no global secondary index, and the items are to be asked.
    fn catch_up(&mut self, table: &str, index: Option<&str>) -> bool {
        let is_global = self.tables.get(table).is_some_and(|table| table.has_index(index));
        if is_global {
            self.replica.catch_up(table, self.clock.now());
        }
        is_global
    }
}

/// Makes the engine tell what it consumed, and says whether the caller wanted to know.
pub(super) fn ask(mode: &mut Option<String>) -> bool {
    let asked = mode.as_deref().is_some_and(|mode| mode != "NONE");
    if !asked {
        *mode = Some(TOTAL.to_owned());
    }
    asked
}
