//! TransactWriteItems: all or nothing, once per token, and its items held for as long as it takes.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::SystemTime;

use dynoxide::actions::transact_write_items::{TransactWriteItem, TransactWriteItemsRequest};
use dynoxide::types::{
    ConsumedCapacity, TRANSACTIONAL_CAPACITY_FACTOR, item_size, read_capacity_units, transactional_read_capacity,
    transactional_write_capacity_with_indexes,
};
use dynoxide::validation::normalize_item_sets;
use dynoxide::{DynoxideError, Item};
use serde_json::{Value, json};

use super::capacity::WriteUnits;
use super::change::ItemKey;
use super::engine::{Engine, Write};
use super::error::{Refusal, read, read_value, reason};
use super::idempotency::fingerprint;

/// One action, as far as the service around the engine cares.
struct Action {
    table: Arc<str>,
    key: Item,
    /// The key as text.
    id: ItemKey,
    before: Option<Item>,
    effect: Effect,
}

enum Effect {
    Put(Item),
    Update,
    Delete,
    /// A condition on an item that stays as it is.
    Check,
}

impl Engine {
    pub fn transact_write_items(&mut self, body: &[u8]) -> Result<Value, Refusal> {
        let mut body: Value = read(body)?;
        let mode = body.get("ReturnConsumedCapacity").and_then(Value::as_str).map(str::to_owned);
        let token = body.as_object_mut().and_then(|members| members.remove("ClientRequestToken"));
        let token = token.and_then(|token| token.as_str().map(str::to_owned));
        let fingerprint = fingerprint(&body["TransactItems"]);
        let now = self.clock.now();
        if let Some(token) = &token
            && let Some(done) = self.tokens.find(token, fingerprint, now)?
        {
            let reads = done.reads.clone();
            return Ok(self.repeat(&reads, &mode));
        }
        let mut request: TransactWriteItemsRequest = read_value(body)?;
        request.return_consumed_capacity = None;
        let actions = self.actions(&request.transact_items)?;
        self.admit_transaction(&actions, now)?;
        if let Err(error) = self.items.transact_write_items(request) {
            return Err(self.cancel(&actions, now, error));
        }
        let until = self.hold(&actions, now);
        let writes = self.results(actions)?;
        let (units, reads) = self.commit_all(writes);
        if let Some(token) = token {
            self.tokens.remember(token, fingerprint, until, reads);
        }
        Ok(answer(units.iter().filter_map(|(table, units)| {
            transactional_write_capacity_with_indexes(
                table,
                units.table,
                &units.indexes,
                &std::collections::HashMap::new(),
                &mode,
            )
        })))
    }

    /// A repetition of a transaction that succeeded: it writes nothing, and costs reads.
    fn repeat(&mut self, reads: &[(String, f64)], mode: &Option<String>) -> Value {
        for (table, units) in reads {
            if let Some(table) = self.tables.get_mut(table) {
                table.capacity.charge_read(*units);
            }
        }
        answer(reads.iter().filter_map(|(table, units)| transactional_read_capacity(table, *units, mode)))
    }

    fn actions(&mut self, items: &[TransactWriteItem]) -> Result<Vec<Action>, Refusal> {
        items.iter().filter_map(parts).map(|parts| self.action(parts)).collect()
    }

    fn action(&mut self, (table, key_holder, effect): Parts<'_>) -> Result<Action, Refusal> {
        let entry = self.table(table)?;
        let name = entry.name.clone();
        let key = match effect {
            Effect::Put(_) => entry.key_of(key_holder).unwrap_or_default(),
            _ => key_holder.clone(),
        };
        // A key that is none is the engine's to refuse.
        let before = self.item(table, &key).ok().flatten();
        Ok(Action { table: name, id: ItemKey::of(&key), key, before, effect })
    }

    /// # Errors
    /// When another transaction holds one of the items, a table's writes are used up, or an index cannot hold an item.
    fn admit_transaction(&mut self, actions: &[Action], now: SystemTime) -> Result<(), Refusal> {
        let mut reasons = Vec::with_capacity(actions.len());
        for action in actions {
            let held = self.locks.is_held(&(action.table.clone(), action.id.clone()), now);
            let table = self.table(&action.table)?;
            let throttled = !table.capacity.writes.admits(now);
            let mut reason = reason(match (held, throttled) {
                (true, _) => Some("TransactionConflict"),
                (_, true) => Some("ThrottlingError"),
                _ => None,
            });
            if let Effect::Put(item) = &action.effect
                && let Err(error) = table.check_indexes(item)
            {
                reason.code = "ValidationError".to_owned();
                reason.message = Some(error.to_string());
            }
            reasons.push(reason);
        }
        if reasons.iter().all(|reason| reason.code == "None") { Ok(()) } else { Err(Refusal::cancelled(reasons)) }
    }

    /// Holds the items for as long as the transaction takes, and says until when.
    fn hold(&mut self, actions: &[Action], now: SystemTime) -> SystemTime {
        self.takes = self.knobs.transaction_lock.sample(&mut self.lock_stream);
        let until = now + self.takes;
        if until > now {
            for action in actions {
                self.locks.hold((action.table.clone(), action.id.clone()), now, until);
            }
        }
        until
    }

    /// A transaction that one of its conditions cancels takes its time and its write units all the same.
    fn cancel(&mut self, actions: &[Action], now: SystemTime, error: DynoxideError) -> Refusal {
        if matches!(error, DynoxideError::TransactionCanceledException(..)) {
            self.hold(actions, now);
            for action in actions {
                let Some(table) = self.tables.get_mut(&*action.table) else { continue };
                let units = table.write_units(action.before.as_ref(), action.before.as_ref());
                table.capacity.charge_write(&units.transactional());
            }
        }
        error.into()
    }

    /// The items as the transaction left them. When an index cannot hold one, all of it is undone.
    fn results(&mut self, actions: Vec<Action>) -> Result<Vec<(Arc<str>, Write)>, Refusal> {
        let mut writes = Vec::with_capacity(actions.len());
        let mut reasons = Vec::with_capacity(actions.len());
        for Action { table, key, before, effect, .. } in actions {
            let mut reason = reason(None);
            let after = match effect {
                Effect::Put(item) => Some(item),
                Effect::Delete => None,
                Effect::Check => before.clone(),
                Effect::Update => self.item(&table, &key)?,
            };
            if let Some(Err(error)) = after.as_ref().map(|item| self.tables[&*table].check_indexes(item)) {
                reason.code = "ValidationError".to_owned();
                reason.message = Some(error.to_string());
            }
            reasons.push(reason);
            writes.push((table, Write { key, before, after }));
        }
        if reasons.iter().all(|reason| reason.code == "None") {
            return Ok(writes);
        }
        for (table, write) in &writes {
            self.restore(table, &write.key, write.before.as_ref())?;
        }
        Err(Refusal::cancelled(reasons))
    }

    /// Takes note of all writes; answers with what they cost, and what a repetition would.
    fn commit_all(&mut self, writes: Vec<(Arc<str>, Write)>) -> (BTreeMap<String, WriteUnits>, Vec<(String, f64)>) {
        let mut units: BTreeMap<String, WriteUnits> = BTreeMap::new();
        let mut reads: BTreeMap<String, f64> = BTreeMap::new();
        for (table, write) in writes {
            let size = [&write.before, &write.after].into_iter().flatten().map(item_size).max().unwrap_or(0);
            *reads.entry(table.to_string()).or_default() += TRANSACTIONAL_CAPACITY_FACTOR * read_capacity_units(size);
            let cost = self.commit(&table, write).transactional();
            if let Some(table) = self.tables.get_mut(&*table) {
                table.capacity.charge_write(&cost);
            }
            units.entry(table.to_string()).or_default().add(cost);
        }
        (units, reads.into_iter().collect())
    }
}

/// Table, what holds the key, and effect of one action.
type Parts<'a> = (&'a str, &'a Item, Effect);

fn parts(item: &TransactWriteItem) -> Option<Parts<'_>> {
    if let Some(put) = &item.put {
        let mut after = put.item.clone();
        normalize_item_sets(&mut after);
        return Some((&put.table_name, &put.item, Effect::Put(after)));
    }
    if let Some(update) = &item.update {
        return Some((&update.table_name, &update.key, Effect::Update));
    }
    if let Some(delete) = &item.delete {
        return Some((&delete.table_name, &delete.key, Effect::Delete));
    }
    let check = item.condition_check.as_ref()?;
    Some((&check.table_name, &check.key, Effect::Check))
}

fn answer(consumed: impl Iterator<Item = ConsumedCapacity>) -> Value {
    let consumed: Vec<ConsumedCapacity> = consumed.collect();
    if consumed.is_empty() { json!({}) } else { json!({ "ConsumedCapacity": consumed }) }
}
