//! `processing → created`: an attempt that ends without settling its message, by deferring it or by giving it back.

use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;

use super::attributes::{as_text, failure, millis, number, text};
use super::item::from_item;
use super::write::Written;
use super::{Fenced, Store, StoreError};
use crate::clock::Moment;
use crate::error::Failure;
use crate::message::{Lease, Message, MessageId, Status, republish_wait};

/// Why a message waits, and until when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deferral {
    pub until: Moment,
    /// Whether the attempt counts against the bound; it is given back otherwise.
    pub counts: bool,
    pub error: Failure,
}

impl Store {
    /// Defers a message under its lease: nobody may claim it before `until`, when the sweep publishes it.
    ///
    /// # Errors
    /// When the table cannot be written; it may be deferred all the same.
    pub async fn defer(&self, id: MessageId, lease: &Lease, deferral: &Deferral) -> Result<Fenced, StoreError> {
        let update = self
            .released(id, lease, deferral.counts, &lease.owner)
            .update_expression(
                "SET #status = :created, updated_date = :updated, settled_by = :writer, last_error = :error, \
                 deferred_until = :until, publish_after = :until, due_at = :until, publishes = :publishes \
                 REMOVE lease_owner, lease_until ADD attempts :attempt",
            )
            .expression_attribute_values(":error", failure(&deferral.error))
            .expression_attribute_values(":until", millis(deferral.until))
            .expression_attribute_values(":publishes", number(0));
        Ok(match self.send_update(update).await? {
            Written::Done(_) => Fenced::Done,
            Written::Refused(Some(item)) if item.get("settled_by").and_then(as_text) == Some(&lease.owner) => {
                Fenced::Done
            }
            Written::Refused(_) => Fenced::Late,
        })
    }

    /// Gives back a message whose lease ran out, to be published at once by the caller. The answer is the message as it
    /// waits now, or nothing when its owner ended the attempt after all.
    ///
    /// # Errors
    /// When the table cannot be written; it may be given back all the same.
    pub async fn give_back(
        &self,
        id: MessageId,
        lease: &Lease,
        counts: bool,
        error: &Failure,
    ) -> Result<Option<Message>, StoreError> {
        let writer = self.entropy.token();
        let update = self
            .released(id, lease, counts, &writer)
            .update_expression(
                "SET #status = :created, updated_date = :updated, settled_by = :writer, last_error = :error, \
                 publish_after = :until, due_at = :until, publishes = :publishes \
                 REMOVE lease_owner, lease_until ADD attempts :attempt",
            )
            .expression_attribute_values(":error", failure(error))
            .expression_attribute_values(":until", millis(self.clock.now() + republish_wait(0)))
            .expression_attribute_values(":publishes", number(1));
        Ok(match self.send_update(update).await? {
            Written::Done(item) => Some(from_item(&item)?),
            Written::Refused(Some(item)) if item.get("settled_by").and_then(as_text) == Some(&writer) => {
                Some(from_item(&item)?)
            }
            Written::Refused(_) => None,
        })
    }

    fn released(&self, id: MessageId, lease: &Lease, counts: bool, writer: &str) -> UpdateItemFluentBuilder {
        self.update(id)
            .condition_expression("#status = :processing AND lease_owner = :owner")
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":processing", text(Status::Processing))
            .expression_attribute_values(":created", text(Status::Created))
            .expression_attribute_values(":owner", text(&lease.owner))
            .expression_attribute_values(":writer", text(writer))
            .expression_attribute_values(":updated", text(self.clock.now()))
            .expression_attribute_values(":attempt", number(if counts { 0 } else { -1 }))
    }
}
