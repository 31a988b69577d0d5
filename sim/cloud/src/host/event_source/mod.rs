//! SQS event sources: Lambda's own pollers, which read a queue, invoke a function, and delete what it dealt with.
//!
//! AWS runs at least five pollers, each in a long poll of 20 s. Here one task waits for all of them and hands out what
//! it receives, so an idle queue costs one timer; the empty receives of the others are accounted for by arithmetic.
//! With a batching window one batch is gathered at a time.

mod outcome;
mod queue;
mod record;
mod slots;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, SystemTime};

use rand::RngExt;
use tokio::sync::Notify;
use tokio::time::{sleep_until, timeout_at};

use self::outcome::Outcome;
pub(crate) use self::queue::Queue;
use self::slots::Slots;
use super::lambda::{InvokeError, Lambda};
use crate::history::Fact;
use crate::network::Fate;
use crate::services::sqs::Received;
use crate::services::{Service, names};
use crate::world::{Stream, World, pause};

/// How long each poll waits for a message.
const POLL: Duration = Duration::from_secs(20);

/// Messages that one receive can give.
const RECEIVE_MAX: usize = 10;

/// A queue that gave nothing for this long is quiet: the pollers that a backlog had added go away.
const QUIET: Duration = Duration::from_secs(60);

/// A throttled batch is tried again after waits from the first of these, doubling, to the second, with full jitter. AWS
/// does not publish its own.
const THROTTLE_WAIT_MIN: Duration = Duration::from_secs(1);
const THROTTLE_WAIT_MAX: Duration = Duration::from_secs(20);

/// After a receive or a delete that failed.
const ERROR_WAIT: Duration = Duration::from_secs(1);

/// A delete is tried this often; then the messages come back when their visibility timeout ends.
const DELETE_TRIES: u32 = 3;

/// One event source mapping.
pub(crate) struct EventSource {
    spec: rez_topology::EventSource,
    /// `FunctionName`, with its alias if it has one.
    function: String,
    world: Arc<World>,
    queue: Queue,
    lambda: Arc<Lambda>,
    slots: Mutex<Slots>,
    slot_freed: Notify,
    stream: Mutex<Stream>,
    /// Time that idle pollers have waited beyond the receives that were accounted for.
    waited: Mutex<Duration>,
}

impl EventSource {
    pub fn new(
        spec: rez_topology::EventSource,
        function: String,
        world: Arc<World>,
        queue: Queue,
        lambda: Arc<Lambda>,
    ) -> Self {
        Self {
            slots: Mutex::new(Slots::new(spec.maximum_concurrency)),
            slot_freed: Notify::new(),
            stream: Mutex::new(world.seed.stream(&format!("event source {}", names::function(&function).0))),
            waited: Mutex::default(),
            spec,
            function,
            world,
            queue,
            lambda,
        }
    }

    /// Polls until the world closes, which waits for the batches that were received until then.
    pub async fn run(self: Arc<Self>) {
        let _polls = self.world.closing.under_way();
        loop {
            tokio::select! {
                biased;
                () = self.world.closing.begins() => return,
                () = self.take_slot() => {}
            }
            let batch = self.gather().await;
            if batch.is_empty() {
                return;
            }
            let (source, under_way) = (self.clone(), self.world.closing.under_way());
            tokio::spawn(async move {
                let _under_way = under_way;
                source.work_off(batch).await;
                source.slots().give_back();
                source.slot_freed.notify_one();
            });
        }
    }

    async fn take_slot(&self) {
        loop {
            let taken = self.slots().take(self.world.clock.elapsed());
            let Err(ask_again) = taken else { return };
            let ask_again = self.world.clock.now() + ask_again.saturating_sub(self.world.clock.elapsed()).min(QUIET);
            tokio::select! {
                biased;
                () = self.slot_freed.notified() => {}
                () = sleep_until(self.world.clock.instant_at(ask_again)) => {}
            }
        }
    }

    /// Waits for messages until a batch is full or its window is over. Without a window, a batch is what one receive gave. It
    /// is empty only when the world closes.
    async fn gather(&self) -> Vec<Received> {
        let size = self.spec.batch_size as usize;
        let mut batch = self.first_messages(size.min(RECEIVE_MAX)).await;
        let window_ends = self.world.clock.instant_at(self.world.clock.now() + self.spec.batching_window);
        while batch.len() < size && !self.spec.batching_window.is_zero() && !self.world.closing.has_begun() {
            let more = self.receive((size - batch.len()).min(RECEIVE_MAX));
            match timeout_at(window_ends, more).await {
                Ok(more) => batch.extend(more),
                Err(_) => break,
            }
        }
        batch
    }

    async fn first_messages(&self, max: usize) -> Vec<Received> {
        let began = self.world.clock.elapsed();
        loop {
            let received = self.receive(max).await;
            let now = self.world.clock.elapsed();
            if now >= began + QUIET {
                self.slots().rest(now);
            }
            if !received.is_empty() || self.world.closing.has_begun() {
                return received;
            }
        }
    }

    /// One long poll, empty when nothing came or something went wrong.
    async fn receive(&self, max: usize) -> Vec<Received> {
        let began = self.world.clock.elapsed();
        let fate = self.travel("ReceiveMessage").await;
        let received = match fate {
            Fate::Served => self.poll(max).await,
            fate if fate.acts() => {
                // The queue counts these as received, but nobody has them.
                drop(self.queue.receive(max, POLL, &self.world.clock).await);
                Ok(Vec::new())
            }
            _ => Err(()),
        };
        let received = match received {
            Ok(received) => received,
            Err(()) => {
                pause(ERROR_WAIT).await;
                Vec::new()
            }
        };
        self.account_for_receives(self.world.clock.elapsed() - began);
        received
    }

    /// What befalls a call of the queue, once it has got there.
    async fn travel(&self, operation: &str) -> Fate {
        let queue = names::plain(&self.spec.queue_arn);
        let (delay, fate) = self.lambda.network().fate_on_behalf(Service::Sqs, operation, queue);
        pause(delay).await;
        fate
    }

    /// Ends early when the world closes, but not at a queue of somebody else's: whom would he give the messages to?
    async fn poll(&self, max: usize) -> Result<Vec<Received>, ()> {
        tokio::select! {
            biased;
            received = self.queue.receive(max, POLL, &self.world.clock) => received,
            () = self.world.closing.begins(), if self.queue.is_embedded() => Ok(Vec::new()),
        }
    }

    /// This receive, and those of the pollers that had nothing to do meanwhile.
    fn account_for_receives(&self, took: Duration) {
        let mut waited = self.waited.lock().expect("no holder panics");
        *waited += took * self.slots().idle();
        let empty = waited.as_nanos() / POLL.as_nanos();
        *waited = Duration::from_nanos((waited.as_nanos() % POLL.as_nanos()) as u64);
        self.on_behalf("ReceiveMessage", 1 + empty as u64);
    }

    async fn work_off(&self, batch: Vec<Received>) {
        let pickup = self.world.knobs.event_source.pickup.sample(&mut self.stream());
        pause(pickup).await;
        for batch in record::split(batch) {
            match self.invoke(&batch).await {
                Outcome::Success => self.delete(batch.iter()).await,
                Outcome::Partial(stay) => {
                    self.delete(batch.iter().filter(|received| !stay.contains(&received.message.id))).await;
                }
                Outcome::Failure => self.slots().back_off(self.world.clock.elapsed()),
            }
        }
    }

    /// Invokes with a batch. While Lambda throttles, the batch is kept and tried again until its first message becomes
    /// visible; then it is dropped. Each such round uses up one receive of every message in it.
    async fn invoke(&self, batch: &[Received]) -> Outcome {
        let Some(visible_again) = batch.iter().map(|received| received.visible_again).min() else {
            return Outcome::Success;
        };
        let payload = record::event(batch, &self.spec.queue_arn);
        let mut wait_max = THROTTLE_WAIT_MIN;
        loop {
            match self.lambda.invoke(&self.function, self.lambda.event(payload.clone(), None)).await {
                Ok(answer) if !answer.succeeded() => return Outcome::Failure,
                Ok(answer) => return self.outcome(&answer.payload, batch),
                Err(InvokeError::NotFound { .. }) => return Outcome::Failure,
                Err(InvokeError::Throttled { .. }) => {}
            }
            if !self.wait_out_throttle(wait_max, visible_again).await {
                return Outcome::Failure;
            }
            wait_max = (wait_max * 2).min(THROTTLE_WAIT_MAX);
        }
    }

    fn outcome(&self, response: &[u8], batch: &[Received]) -> Outcome {
        if !self.spec.report_batch_item_failures {
            return Outcome::Success;
        }
        let ids: BTreeSet<&str> = batch.iter().map(|received| received.message.id.as_str()).collect();
        outcome::of_response(response, &ids)
    }

    /// Whether there is time for another try.
    async fn wait_out_throttle(&self, wait_max: Duration, visible_again: SystemTime) -> bool {
        let wait = wait_max.mul_f64(self.stream().random::<f64>());
        let retry = (self.world.clock.now() + wait).min(visible_again);
        tokio::select! {
            biased;
            () = self.world.closing.begins() => false,
            () = sleep_until(self.world.clock.instant_at(retry)) => retry < visible_again,
        }
    }

    async fn delete(&self, messages: impl Iterator<Item = &Received>) {
        let handles: Vec<&str> = messages.map(|received| received.receipt_handle.as_str()).collect();
        for handles in handles.chunks(RECEIVE_MAX) {
            self.delete_batch(handles).await;
        }
    }

    async fn delete_batch(&self, handles: &[&str]) {
        for _ in 0..DELETE_TRIES {
            self.on_behalf("DeleteMessageBatch", 1);
            match self.travel("DeleteMessageBatch").await {
                Fate::Served if self.queue.delete(handles).await => return,
                // Gone, but the poller does not know: it tries again.
                fate if fate.acts() => drop(self.queue.delete(handles).await),
                _ => {}
            }
            pause(ERROR_WAIT).await;
        }
    }

    fn on_behalf(&self, operation: &str, count: u64) {
        let resource = names::plain(&self.spec.queue_arn);
        self.world.history.record(Fact::OnBehalf { service: "sqs", operation, resource, count });
    }

    fn slots(&self) -> MutexGuard<'_, Slots> {
        self.slots.lock().expect("no holder panics")
    }

    fn stream(&self) -> MutexGuard<'_, Stream> {
        self.stream.lock().expect("no draw panics")
    }
}
