//! TransactGetItems.

use dynoxide::actions::transact_get_items::TransactGetItemsRequest;
use serde_json::Value;

use super::change;
use super::engine::Engine;
use super::error::{Refusal, read, reason};
use super::items::ItemId;
use super::read::ask;

impl Engine {
    pub fn transact_get_items(&mut self, body: &[u8]) -> Result<Value, Refusal> {
        let mut request: TransactGetItemsRequest = read(body)?;
        let mut obstacles = Vec::with_capacity(request.transact_items.len());
        for item in &request.transact_items {
            let id = self.table(&item.get.table_name)?.id_of(&item.get.key);
            obstacles.push(self.obstacle_to_read(&id)?);
        }
        if obstacles.iter().any(Option::is_some) {
            return Err(Refusal::cancelled(obstacles.into_iter().map(reason).collect()));
        }
        let asked = ask(&mut request.return_consumed_capacity);
        let mut answer = self.items.engine().transact_get_items(request)?;
        self.charge_reads(answer.consumed_capacity.iter().flatten());
        answer.consumed_capacity = answer.consumed_capacity.filter(|_| asked);
        Ok(change::json(&answer))
    }

    fn obstacle_to_read(&mut self, id: &ItemId) -> Result<Option<&'static str>, Refusal> {
        let now = self.clock.now();
        if !self.table(&id.0)?.capacity.reads.admits(now) {
            return Ok(Some("ThrottlingError"));
        }
        Ok(self.locks.is_held(id, now).then_some("TransactionConflict"))
    }
}
