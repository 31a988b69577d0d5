//! A look at a destination's gate, for those who only tell how it stands.

use super::attributes::text;
use super::write::store_error;
use super::{Store, StoreError};
use crate::gate;

impl Store {
    /// The state of the gate of `channel` in the table `config`; the initial one before its first use.
    ///
    /// # Errors
    /// When the table cannot be read, or holds no gate that can be understood.
    pub async fn gate_state(&self, config_table: &str, channel: &str) -> Result<gate::State, StoreError> {
        let output = self
            .client
            .get_item()
            .table_name(config_table)
            .key("config_key", text(gate::key(channel)))
            .send()
            .await
            .map_err(|error| store_error(&error))?;
        let Some(item) = output.item else { return Ok(gate::State::default()) };
        let (state, _) = gate::from_item(&item).map_err(|error| StoreError::Refused(error.to_string()))?;
        Ok(state)
    }
}
