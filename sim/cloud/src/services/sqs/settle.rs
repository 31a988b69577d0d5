//! DeleteMessage and ChangeMessageVisibility, single and in batches.

use std::time::Duration;

use super::handle::Handle;
use super::queue::Queue;
use super::send::BatchOutcome;
use super::{Sqs, error, validate};
use crate::history::QueueEvent;
use crate::services::ServiceError;

/// Longest time in flight, counted from the receive.
const VISIBILITY_MAX: Duration = Duration::from_secs(43_200);

impl Sqs {
    /// Deletes the message that `handle` was issued for; once more is no error, and neither is an expired handle.
    ///
    /// # Errors
    /// When the queue does not exist or the handle is none of its own.
    pub fn delete(&self, queue: &str, handle: &str) -> Result<(), ServiceError> {
        let shared = &self.shared;
        let mut state = self.state();
        let (queue, streams) = state.queue(queue)?;
        queue.refresh(shared.clock.now(), shared, streams);
        let parsed = parse(queue, handle)?;
        let Some(stored) = queue.store.get(parsed.message) else { return Ok(()) };
        if parsed.receive < stored.receive_count && !shared.knobs.old_handle_deletes {
            return Ok(());
        }
        let deleted = queue.store.remove(parsed.message).expect("looked up above");
        queue.report(shared, &deleted.message.id, QueueEvent::Deleted);
        Ok(())
    }

    /// Deletes up to ten messages, given as entry id and handle.
    ///
    /// # Errors
    /// When the queue does not exist or the batch as a whole is not acceptable.
    pub fn delete_batch(&self, queue: &str, entries: Vec<(String, String)>) -> Result<BatchOutcome<()>, ServiceError> {
        self.state().queue(queue)?;
        validate::entry_ids(entries.iter().map(|(id, _)| id.as_str()))?;
        let delete = |(id, handle): (String, String)| (id, self.delete(queue, &handle));
        Ok(entries.into_iter().map(delete).collect())
    }

    /// Lets the message become visible `visibility_seconds` from now, whatever it was before.
    ///
    /// # Errors
    /// When the queue or the message does not exist, or the time is out of range: 12 hours after the receive at most.
    pub fn change_visibility(&self, queue: &str, handle: &str, visibility_seconds: i64) -> Result<(), ServiceError> {
        let shared = &self.shared;
        if !(0..=43_200).contains(&visibility_seconds) {
            return Err(error::visibility_out_of_range(visibility_seconds));
        }
        let visibility = Duration::from_secs(visibility_seconds.unsigned_abs());
        let now = shared.clock.now();
        let mut state = self.state();
        let (queue, streams) = state.queue(queue)?;
        queue.refresh(now, shared, streams);
        let message = parse(queue, handle)?.message;
        let stored = queue.store.get(message).ok_or_else(|| error::not_available_for_visibility_change(handle))?;
        if stored.last_received.is_some_and(|received| now + visibility > received + VISIBILITY_MAX) {
            return Err(error::visibility_beyond_limit(visibility));
        }
        queue.store.hide(message, now + visibility);
        queue.tell_of_change(now, now + visibility);
        Ok(())
    }

    /// Changes the visibility of up to ten messages, given as entry id, handle and seconds.
    ///
    /// # Errors
    /// When the queue does not exist or the batch as a whole is not acceptable.
    pub fn change_visibility_batch(
        &self,
        queue: &str,
        entries: Vec<(String, String, i64)>,
    ) -> Result<BatchOutcome<()>, ServiceError> {
        self.state().queue(queue)?;
        validate::entry_ids(entries.iter().map(|(id, ..)| id.as_str()))?;
        let change =
            |(id, handle, seconds): (String, String, i64)| (id, self.change_visibility(queue, &handle, seconds));
        Ok(entries.into_iter().map(change).collect())
    }
}

fn parse(queue: &Queue, handle: &str) -> Result<Handle, ServiceError> {
    Handle::parse(handle)
        .filter(|parsed| parsed.queue == queue.number)
        .ok_or_else(|| error::receipt_handle_is_invalid(handle))
}
