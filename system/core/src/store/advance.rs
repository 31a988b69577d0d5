//! The time of a waiting message's next look: moved ahead before it is published, and back when publishing failed.

use super::attributes::{as_text, millis, number, text};
use super::item::from_item;
use super::write::Written;
use super::{Store, StoreError};
use crate::clock::Moment;
use crate::message::{Message, Status, republish_wait};

impl Store {
    /// Moves the next look ahead of a message that is about to be published. Of several who try, one succeeds; the
    /// answer is nothing for the others, or when the message does not wait any more.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn advance(&self, message: &Message) -> Result<Option<Message>, StoreError> {
        let next = self.clock.now() + republish_wait(message.publishes);
        self.move_look(message, next, message.publishes.saturating_add(1)).await
    }

    /// Makes a message due at once whose publication failed.
    ///
    /// # Errors
    /// When the table cannot be written; then it is due at its next look.
    pub async fn due_now(&self, message: &Message) -> Result<Option<Message>, StoreError> {
        self.move_look(message, self.clock.now(), message.publishes.saturating_sub(1)).await
    }

    async fn move_look(&self, message: &Message, next: Moment, publishes: u32) -> Result<Option<Message>, StoreError> {
        let Some(seen) = message.due() else { return Ok(None) };
        let writer = self.entropy.token();
        let update = self
            .update(message.id)
            .condition_expression("#status = :created AND due_at = :seen")
            .update_expression("SET publish_after = :next, due_at = :next, publishes = :publishes, moved_by = :writer")
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":created", text(Status::Created))
            .expression_attribute_values(":seen", millis(seen))
            .expression_attribute_values(":next", millis(next))
            .expression_attribute_values(":publishes", number(publishes))
            .expression_attribute_values(":writer", text(&writer));
        Ok(match self.send_update(update).await? {
            Written::Done(item) => Some(from_item(&item)?),
            Written::Refused(Some(item)) if item.get("moved_by").and_then(as_text) == Some(&writer) => {
                Some(from_item(&item)?)
            }
            Written::Refused(_) => None,
        })
    }
}
