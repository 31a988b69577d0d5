//! ReceiveMessage: short and long polls, and the move to the dead-letter queue, which happens here and only here: a
//! message is moved by the receive that would have been one too many.

use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rand::RngExt;

use super::handle::Handle;
use super::message::Received;
use super::queue::Queue;
use super::store::{Number, Stored, Take};
use super::{Shared, Sqs, State, Streams, error};
use crate::history::QueueEvent;
use crate::services::{ServiceError, names};

/// Messages in flight in a standard queue ("Amazon SQS standard queue quotas").
const IN_FLIGHT_MAX: usize = 120_000;

/// Share of the messages that a short poll does not see: it asks "a subset of the servers", says AWS, and no more.
const SHORT_POLL_MISS: f64 = 0.25;

/// A request to receive, within AWS's limits.
#[derive(Clone, Copy, Debug)]
pub struct Receive {
    max: usize,
    wait: Option<Duration>,
    visibility: Option<Duration>,
}

impl Receive {
    /// At most `max` messages (1 to 10); `wait` (0 to 20) and `visibility` (0 to 43,200) in seconds, the queue's own
    /// when `None`.
    ///
    /// # Errors
    /// When a number is out of its range.
    pub fn new(max: i64, wait: Option<i64>, visibility: Option<i64>) -> Result<Self, ServiceError> {
        if !(1..=10).contains(&max) {
            return Err(error::invalid_value(max, "MaxNumberOfMessages", "Must be between 1 and 10, if provided."));
        }
        if let Some(wait) = wait.filter(|wait| !(0..=20).contains(wait)) {
            return Err(error::invalid_value(wait, "WaitTimeSeconds", "Must be >= 0 and <= 20, if provided."));
        }
        if let Some(visibility) = visibility.filter(|visibility| !(0..=43_200).contains(visibility)) {
            return Err(error::visibility_out_of_range(visibility));
        }
        let seconds = |seconds: i64| Duration::from_secs(seconds.unsigned_abs());
        Ok(Self { max: max.unsigned_abs() as usize, wait: wait.map(seconds), visibility: visibility.map(seconds) })
    }
}

/// What one look at the queue gave, and until when it is worth waiting otherwise.
struct Look {
    received: Vec<Received>,
    deadline: SystemTime,
    next_change: Option<SystemTime>,
}

impl Sqs {
    /// Receives up to `max` messages, waiting up to `wait` for the first.
    ///
    /// # Errors
    /// When the queue does not exist (any more), or a number is out of its range.
    pub async fn receive(&self, queue: &str, max: usize, wait: Duration) -> Result<Vec<Received>, ServiceError> {
        let receive = Receive::new(max as i64, Some(wait.as_secs() as i64), None)?;
        self.receive_with(queue, receive).await
    }

    /// Receives as `receive` says. A long poll ends with the first message; an empty answer is no error.
    ///
    /// # Errors
    /// When the queue does not exist (any more), or too many of its messages are in flight for a short poll.
    pub async fn receive_with(&self, queue: &str, receive: Receive) -> Result<Vec<Received>, ServiceError> {
        let clock = self.shared.clock;
        let arrived = clock.now();
        loop {
            let arrivals = Arc::clone(&self.state().queue(queue)?.0.arrivals);
            let mut arrival = pin!(arrivals.notified());
            // Listening begins before looking, so that nothing can arrive unnoticed in between.
            arrival.as_mut().enable();
            let look = self.look(queue, receive, arrived)?;
            if !look.received.is_empty() || clock.now() >= look.deadline {
                return Ok(look.received);
            }
            let wake = look.next_change.map_or(look.deadline, |change| change.min(look.deadline));
            tokio::select! {
                biased;
                () = arrival => {}
                () = tokio::time::sleep_until(clock.instant_at(wake)) => {}
            }
        }
    }

    fn look(&self, address: &str, receive: Receive, arrived: SystemTime) -> Result<Look, ServiceError> {
        let shared = &self.shared;
        let now = shared.clock.now();
        let mut state = self.state();
        let receives_max = state.receives_max(address);
        let (queue, streams) = state.queue(address)?;
        queue.refresh(now, shared, streams);
        let wait = receive.wait.unwrap_or(queue.attributes.receive_wait);
        let deadline = arrived + wait;
        if queue.store.in_flight_count() >= IN_FLIGHT_MAX {
            let look = Look { received: Vec::new(), deadline, next_change: queue.store.next_change() };
            return if wait.is_zero() { Err(error::over_limit()) } else { Ok(look) };
        }

        let misses = wait.is_zero() && shared.knobs.short_poll_misses;
        let visibility = receive.visibility.unwrap_or(queue.attributes.visibility_timeout);
        let miss = if misses { SHORT_POLL_MISS } else { 0.0 };
        let take = Take { now, max: receive.max, visibility, receives_max, miss };
        let taken = queue.store.take(&take, &mut streams.polls);
        let deliver = |number: &Number| deliver(queue, *number, &take, shared, streams);
        let received = taken.delivered.iter().map(deliver).collect();
        let next_change = queue.store.next_change();
        let name = queue.name.clone();
        for dead in taken.exhausted {
            state.bury(&name, dead, now, shared);
        }
        Ok(Look { received, deadline, next_change })
    }
}

/// Makes a delivery of a message that was taken, reports it, and lets a copy stray if the profile says so.
fn deliver(queue: &mut Queue, number: Number, take: &Take, shared: &Shared, streams: &mut Streams) -> Received {
    let duplicate = queue.store.take_stray_mark(number);
    let stored = queue.store.get(number).expect("what was taken is stored");
    let visible_again = take.now + take.visibility;
    let received = Received {
        message: Arc::clone(&stored.message),
        receipt_handle: Handle { queue: queue.number, message: number, receive: stored.receive_count }.to_string(),
        receive_count: stored.receive_count,
        first_received: stored.first_received.unwrap_or(take.now),
        visible_again,
    };
    let event = QueueEvent::Received { receive_count: received.receive_count, duplicate };
    queue.report(shared, &received.message.id, event);
    if streams.duplicates.random_bool(shared.knobs.duplicate) {
        let at = take.now + take.visibility.mul_f64(streams.duplicates.random());
        queue.store.stray(number, at);
        queue.tell_of_change(take.now, at);
    }
    queue.tell_of_change(take.now, visible_again);
    received
}

impl State {
    /// The redrive policy's count, if the queue has one whose target exists.
    fn receives_max(&self, address: &str) -> Option<u32> {
        let redrive = self.queues.get(names::plain(address))?.attributes.redrive.as_ref()?;
        self.queues.contains_key(redrive.target()).then_some(redrive.receives_max)
    }

    /// Moves a message whose receives are used up from the queue `source` to its dead-letter queue.
    fn bury(&mut self, source: &str, dead: Stored, now: SystemTime, shared: &Shared) {
        let queue = &self.queues[source];
        let target = queue.attributes.redrive.as_ref().expect("it set the limit").target().to_owned();
        let event = QueueEvent::Moved { to: &target, receive_count: dead.receive_count };
        queue.report(shared, &dead.message.id, event);
        let target = self.queues.get_mut(&target).expect("it exists, or there was no limit");
        target.add_dead_letter(now, dead, names::queue_arn(source), shared, &mut self.streams);
    }
}
