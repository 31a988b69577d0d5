//! Claiming: of all who hold a pointer to a message, one gets the right to process it, for the length of a lease.

use super::attributes::{millis, number, text};
use super::item::from_item;
use super::write::Written;
use super::{Store, StoreError};
use crate::clock::Moment;
use crate::message::{LEASE, Lease, Message, MessageId, Status};

/// How a claim ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// It is ours: `created → processing`.
    Claimed(Box<Message>),
    Refused(Refusal),
}

/// Why there is nothing to do here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    Absent,
    /// It waits until then; the sweep publishes it again.
    NotDue(Moment),
    /// Another attempt is under way; if it crashed, the sweep recovers it.
    Leased,
    Settled(Status),
}

impl Store {
    /// Claims a message that waits and is due, and counts the attempt. The answer holds the whole message, so no read
    /// is needed.
    ///
    /// # Errors
    /// When the table cannot be written; it may be claimed all the same, and then the lease runs out.
    pub async fn claim(&self, id: MessageId) -> Result<Claim, StoreError> {
        let now = self.clock.now();
        let lease = Lease { owner: self.entropy.token(), until: now + LEASE };
        let update = self
            .update(id)
            .condition_expression(
                "#status = :created AND (attribute_not_exists(deferred_until) OR deferred_until <= :now)",
            )
            .update_expression(
                "SET #status = :processing, lease_owner = :owner, lease_until = :until, due_at = :until, \
                 updated_date = :updated REMOVE publish_after, deferred_until ADD attempts :one",
            )
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":created", text(Status::Created))
            .expression_attribute_values(":processing", text(Status::Processing))
            .expression_attribute_values(":owner", text(&lease.owner))
            .expression_attribute_values(":until", millis(lease.until))
            .expression_attribute_values(":now", millis(now))
            .expression_attribute_values(":updated", text(now))
            .expression_attribute_values(":one", number(1));
        let item = match self.send_update(update).await? {
            Written::Done(item) | Written::Refused(Some(item)) => item,
            Written::Refused(None) => return Ok(Claim::Refused(Refusal::Absent)),
        };
        Ok(outcome(from_item(&item)?, &lease))
    }
}

/// What the item says, whether or not the answer to the write that made it so was lost.
fn outcome(message: Message, lease: &Lease) -> Claim {
    match message.status {
        Status::Processing if message.lease.as_ref() == Some(lease) => Claim::Claimed(Box::new(message)),
        Status::Processing => Claim::Refused(Refusal::Leased),
        Status::Created => Claim::Refused(Refusal::NotDue(message.deferred_until.unwrap_or(message.updated))),
        settled => Claim::Refused(Refusal::Settled(settled)),
    }
}
