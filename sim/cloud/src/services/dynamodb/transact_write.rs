//! TransactWriteItems: all or nothing, once per token, and its items held for as long as it takes.

use std::collections::{BTreeMap, BTreeSet};
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
use super::engine::{Engine, Write};
use super::error::{Refusal, read, read_value, reason};
use super::idempotency::{Reads, fingerprint};
use super::image::{Image, SharedImage};
use super::items::ItemId;
use super::plain::Recalled;
use super::plain_write::act_plainly;

/// Actions of a transaction, bytes of their items, and characters of a token (TransactWriteItems, API reference). What is
/// beyond them is the engine's to refuse.
const ACTIONS_MAX: usize = 100;
const BYTES_MAX: usize = 4 * 1024 * 1024;
const TOKEN_MAX: usize = 36;

/// One action, as far as the service around the engine cares.
struct Action {
    id: ItemId,
    key: Item,
    before: Option<SharedImage>,
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
        request.client_request_token = token.clone().filter(|token| token.len() > TOKEN_MAX);
        let actions = self.actions(&request.transact_items)?;
        self.admit_transaction(&actions, now)?;
        let recalled: Vec<Recalled> = request
            .transact_items
            .iter()
            .zip(&actions)
            .map(|(item, action)| self.recall_action(item, &action.key))
            .collect();
        let (until, writes) = match self.transact_plainly(&request, &recalled, &actions) {
            Some(writes) => (self.hold(&actions, now), writes),
            None => {
                let engine = self.items.engine_for(actions.iter().map(|action| &action.id));
                if let Err(error) = engine.transact_write_items(request) {
                    return Err(self.cancel(&actions, now, error));
                }
                recalled.into_iter().for_each(|recalled| self.learned.learn(recalled));
                (self.hold(&actions, now), self.results(actions)?)
            }
        };
        let (units, reads) = self.commit_all(writes);
        if let Some(token) = token {
            self.tokens.remember(&token, fingerprint, until, reads);
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
    fn repeat(&mut self, reads: &[(Arc<str>, f64)], mode: &Option<String>) -> Value {
        for (table, units) in reads {
            if let Some(table) = self.tables.get_mut(&**table) {
                table.capacity.charge_read(*units);
            }
        }
        answer(reads.iter().filter_map(|(table, units)| transactional_read_capacity(table, *units, mode)))
    }

    fn actions(&mut self, items: &[TransactWriteItem]) -> Result<Vec<Action>, Refusal> {
        items.iter().filter_map(parts).map(|parts| self.action(parts)).collect()
    }

    fn action(&mut self, (table, key_holder, effect): Parts<'_>) -> Result<Action, Refusal> {
        let table = self.table(table)?;
        let key = match effect {
            Effect::Put(_) => table.key_of(key_holder).unwrap_or_default(),
            _ => key_holder.clone(),
        };
        let id = table.id_of(&key);
        // A key that is none is the engine's to refuse.
        let before = self.items.get(&id).ok().flatten();
        Ok(Action { id, key, before, effect })
    }

    /// What the transaction writes, when all of it is plain and nothing stands in its way. It has written it then.
    fn transact_plainly(
        &mut self,
        request: &TransactWriteItemsRequest,
        recalled: &[Recalled],
        actions: &[Action],
    ) -> Option<Vec<Write>> {
        let items = &request.transact_items;
        let ids: BTreeSet<&ItemId> = actions.iter().map(|action| &action.id).collect();
        if ids.len() < items.len() || items.len() > ACTIONS_MAX || request.client_request_token.is_some() {
            return None;
        }
        let mut bytes = 0;
        let mut writes = Vec::with_capacity(actions.len());
        for ((item, recalled), action) in items.iter().zip(recalled).zip(actions) {
            let before = action.before.as_ref().map(|image| &image.item);
            let after = act_plainly(item, recalled, &action.key, before)?;
            self.tables[&*action.id.0].check_indexes(&after).ok()?;
            bytes += item_size(&after);
            if bytes > BYTES_MAX {
                return None;
            }
            let after = Some(Image::shared(after));
            writes.push(Write { id: action.id.clone(), before: action.before.clone(), after });
        }
        for write in &writes {
            self.items.write(&write.id, write.after.clone());
        }
        Some(writes)
    }

    /// # Errors
    /// When another transaction holds one of the items, a table's writes are used up, or an index cannot hold an item.
    fn admit_transaction(&mut self, actions: &[Action], now: SystemTime) -> Result<(), Refusal> {
        let mut reasons = Vec::with_capacity(actions.len());
        for action in actions {
            let held = self.locks.is_held(&action.id, now);
            let table = self.table(&action.id.0)?;
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
                self.locks.hold(action.id.clone(), now, until);
            }
        }
        until
    }

    /// A transaction that one of its conditions cancels takes its time and its write units all the same.
    fn cancel(&mut self, actions: &[Action], now: SystemTime, error: DynoxideError) -> Refusal {
        if matches!(error, DynoxideError::TransactionCanceledException(..)) {
            self.hold(actions, now);
            for action in actions {
                let Some(table) = self.tables.get_mut(&*action.id.0) else { continue };
                let before = action.before.as_ref().map(|image| &image.item);
                let units = table.write_units(before, before);
                table.capacity.charge_write(&units.transactional());
            }
        }
        error.into()
    }

    /// The items as the engine has left them. When an index cannot hold one, all of it is undone.
    fn results(&mut self, actions: Vec<Action>) -> Result<Vec<Write>, Refusal> {
        let mut writes = Vec::with_capacity(actions.len());
        let mut reasons = Vec::with_capacity(actions.len());
        for Action { id, before, effect, .. } in actions {
            let mut reason = reason(None);
            let after = match effect {
                Effect::Put(item) => Some(Image::shared(item)),
                Effect::Delete => None,
                Effect::Check => before.clone(),
                Effect::Update => self.items.read(&id)?.map(Image::shared),
            };
            if let Some(Err(error)) = after.as_ref().map(|image| self.tables[&*id.0].check_indexes(&image.item)) {
                reason.code = "ValidationError".to_owned();
                reason.message = Some(error.to_string());
            }
            reasons.push(reason);
            writes.push(Write { id, before, after });
        }
        if reasons.iter().any(|reason| reason.code != "None") {
            writes.iter().for_each(|write| self.restore(write));
            return Err(Refusal::cancelled(reasons));
        }
        for write in &writes {
            self.items.written(&write.id, write.after.clone());
        }
        Ok(writes)
    }

    /// Takes note of all writes; answers with what they cost, and what a repetition would.
    fn commit_all(&mut self, writes: Vec<Write>) -> (BTreeMap<String, WriteUnits>, Reads) {
        let mut units: BTreeMap<String, WriteUnits> = BTreeMap::new();
        let mut reads: BTreeMap<Arc<str>, f64> = BTreeMap::new();
        for write in writes {
            let table = write.id.0.clone();
            let images = [&write.before, &write.after].into_iter().flatten();
            let size = images.map(|image| item_size(&image.item)).max().unwrap_or(0);
            *reads.entry(table.clone()).or_default() += TRANSACTIONAL_CAPACITY_FACTOR * read_capacity_units(size);
            let cost = self.commit(write).transactional();
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
