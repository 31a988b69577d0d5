//! One queue: its attributes, its messages, and who waits for them.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::sync::Notify;

use super::attributes::QueueAttributes;
use super::message::Message;
use super::store::{Lining, Store, Stored};
use super::{Shared, Streams, Tags};
use crate::history::{Fact, QueueEvent};

/// Longest wait of a receive. Changes that lie further off concern no one who waits now.
pub(super) const WAIT_MAX: Duration = Duration::from_secs(20);

pub(super) struct Queue {
    pub name: String,
    /// In creation order, for receipt handles.
    pub number: u32,
    pub attributes: QueueAttributes,
    pub tags: Tags,
    pub store: Store,
    pub arrivals: Arc<Notify>,
    pub created: SystemTime,
    pub modified: SystemTime,
    pub purged: Option<SystemTime>,
}

/// How many messages are where. AWS's are approximate; these are exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    pub visible: usize,
    pub in_flight: usize,
    pub delayed: usize,
}

impl Queue {
    /// Brings the queue up to `now`: what is due becomes visible, what is too old expires.
    pub fn refresh(&mut self, now: SystemTime, shared: &Shared, streams: &mut Streams) {
        self.store.advance(now, &mut Lining { order: shared.knobs.order, stream: &mut streams.order });
        let Some(sent) = now.checked_sub(self.attributes.retention) else { return };
        for expired in self.store.expire(sent) {
            self.report(shared, &expired.message.id, QueueEvent::Expired);
        }
    }

    /// Adds a message and wakes whom it concerns.
    pub fn add(
        &mut self,
        now: SystemTime,
        visible: SystemTime,
        stored: Stored,
        shared: &Shared,
        streams: &mut Streams,
    ) {
        let mut lining = Lining { order: shared.knobs.order, stream: &mut streams.order };
        self.store.add(now, visible, stored, &mut lining);
        if visible <= now {
            self.arrivals.notify_one();
        } else {
            self.tell_of_change(now, visible);
        }
    }

    /// Wakes those who wait, if something that is to happen at `at` can concern them.
    pub fn tell_of_change(&self, now: SystemTime, at: SystemTime) {
        if at <= now + WAIT_MAX {
            self.arrivals.notify_waiters();
        }
    }

    /// Takes in a message whose receives were used up in the queue at `source`.
    pub fn add_dead_letter(
        &mut self,
        now: SystemTime,
        dead: Stored,
        source: String,
        shared: &Shared,
        streams: &mut Streams,
    ) {
        let message = Message { dead_letter_source: Some(source), ..Message::clone(&dead.message) };
        let stored = Stored::new(Arc::new(message), dead.receive_count);
        self.add(now, now, stored, shared, streams);
    }

    pub fn report(&self, shared: &Shared, message_id: &str, event: QueueEvent<'_>) {
        shared.history.record(Fact::Queue { queue: &self.name, message_id, event });
    }

    pub fn counts(&self) -> Counts {
        Counts {
            visible: self.store.ready_count(),
            in_flight: self.store.in_flight_count(),
            delayed: self.store.delayed_count(),
        }
    }
}
