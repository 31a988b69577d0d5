//! What somebody should look at: the sparse index `due`.

use super::attributes::{as_text, millis, text};
use super::write::store_error;
use super::{Store, StoreError};
use crate::message::MessageId;

impl Store {
    /// Ids of up to `limit` messages that are due, longest overdue first. The index lags and holds keys alone, so each
    /// must be read before anything is done about it.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub async fn due(&self, limit: i32) -> Result<Vec<MessageId>, StoreError> {
        let output = self
            .client
            .query()
            .table_name(&self.messages)
            .index_name("due")
            .key_condition_expression("stage = :stage AND due_at <= :now")
            .expression_attribute_values(":stage", text(self.stage))
            .expression_attribute_values(":now", millis(self.clock.now()))
            .limit(limit)
            .send()
            .await
            .map_err(|error| store_error(&error))?;
        let id = |item: &super::Item| item.get("message_id").and_then(as_text).and_then(MessageId::parse);
        Ok(output.items().iter().filter_map(id).collect())
    }
}
