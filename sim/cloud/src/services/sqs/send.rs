//! SendMessage and SendMessageBatch.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::message::{Message, Outgoing, Sent};
use super::store::Stored;
use super::{Shared, Sqs, State, digest, error, validate};
use crate::history::{Cause, QueueEvent};
use crate::services::attribute::MessageAttribute;
use crate::services::{ServiceError, ids};

/// What became of each entry of a batch, by its id, in the order of the request.
pub type BatchOutcome<T> = Vec<(String, Result<T, ServiceError>)>;

impl Sqs {
    /// Sends one message.
    ///
    /// # Errors
    /// When the queue does not exist or the message is not acceptable.
    pub fn send(&self, queue: &str, outgoing: Outgoing, by: Cause<'_>) -> Result<Sent, ServiceError> {
        self.state().send(queue, outgoing, 0, by, &self.shared)
    }

    /// Sends up to ten messages, each for itself.
    ///
    /// # Errors
    /// When the queue does not exist or the batch as a whole is not acceptable.
    pub fn send_batch(
        &self,
        queue: &str,
        entries: Vec<(String, Outgoing)>,
        by: Cause<'_>,
    ) -> Result<BatchOutcome<Sent>, ServiceError> {
        let size_max = self.state().queue(queue)?.0.attributes.message_size_max;
        validate::entry_ids(entries.iter().map(|(id, _)| id.as_str()))?;
        let bytes = entries.iter().map(|(_, outgoing)| validate::size(outgoing)).sum::<usize>();
        if bytes > error::SIZE_MAX {
            return Err(error::batch_too_long(bytes));
        }
        let mut bytes_before = 0;
        let send = |(id, outgoing): (String, Outgoing)| {
            if validate::size(&outgoing) > size_max {
                return (id, Err(error::entry_too_long(size_max)));
            }
            let bytes = outgoing.body.len();
            let outcome = self.state().send(queue, outgoing, bytes_before, by, &self.shared);
            bytes_before += if outcome.is_ok() { bytes } else { 0 };
            (id, outcome)
        };
        Ok(entries.into_iter().map(send).collect())
    }
}

impl State {
    pub(super) fn send(
        &mut self,
        address: &str,
        outgoing: Outgoing,
        batch_bytes_before: usize,
        by: Cause<'_>,
        shared: &Shared,
    ) -> Result<Sent, ServiceError> {
        let now = shared.clock.now();
        let (queue, streams) = self.queue(address)?;
        validate::message(&outgoing, queue.attributes.message_size_max)?;
        queue.refresh(now, shared, streams);

        let visible = now + outgoing.delay.unwrap_or(queue.attributes.delay);
        let system_attributes_md5 = digest_of_trace_header(outgoing.trace_header.as_deref());
        let message = Arc::new(Message {
            id: ids::uuid(&mut streams.ids),
            body_md5: digest::of_body(&outgoing.body),
            body: outgoing.body,
            attributes_md5: digest::of_attributes(&outgoing.attributes),
            attributes: outgoing.attributes,
            trace_header: outgoing.trace_header,
            group_id: outgoing.group_id,
            sent: now,
            dead_letter_source: None,
        });
        queue.report(shared, &message.id, QueueEvent::Sent { body: &message.body, batch_bytes_before, by });
        queue.add(now, visible, Stored::new(Arc::clone(&message), 0), shared, streams);
        Ok(Sent {
            message_id: message.id.clone(),
            body_md5: message.body_md5.clone(),
            attributes_md5: message.attributes_md5.clone(),
            system_attributes_md5,
        })
    }
}

fn digest_of_trace_header(trace_header: Option<&str>) -> Option<String> {
    let header = MessageAttribute::string(trace_header?);
    digest::of_attributes(&BTreeMap::from([("AWSTraceHeader".to_owned(), header)]))
}
