//! TransactGetItems.

use dynoxide::actions::transact_get_items::TransactGetItemsRequest;
use serde_json::Value;

use super::change::{self, ItemKey};
use super::engine::Engine;
use super::error::{Refusal, read, reason};
use super::read::ask;

impl Engine {
    pub fn transact_get_items(&mut self, body: &[u8]) -> Result<Value, Refusal> {
        let mut request: TransactGetItemsRequest = read(body)?;
        let mut obstacles = Vec::with_capacity(request.transact_items.len());
        for item in &request.transact_items {
            obstacles.push(self.obstacle_to_read(&item.get.table_name, &ItemKey::of(&item.get.key))?);
        }
        if obstacles.iter().any(Option::is_some) {
            return Err(Refusal::cancelled(obstacles.into_iter().map(reason).collect()));
        }
        let asked = ask(&mut request.return_consumed_capacity);
        let mut answer = self.items.transact_get_items(request)?;
        self.charge_reads(answer.consumed_capacity.iter().flatten());
        answer.consumed_capacity = answer.consumed_capacity.filter(|_| asked);
        Ok(change::json(&answer))
    }

    fn obstacle_to_read(&mut self, table: &str, key: &ItemKey) -> Result<Option<&'static str>, Refusal> {
        let now = self.clock.now();
        let entry = self.table(table)?;
        if !entry.capacity.reads.admits(now) {
            return Ok(Some("ThrottlingError"));
        }
        let name = entry.name.clone();
        Ok(self.locks.is_held(&(name, key.clone()), now).then_some("TransactionConflict"))
    }
}
