//! Queues themselves: create, delete, find, list, configure, purge.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use rez_topology::Statement;
use tokio::sync::Notify;

use super::attributes::QueueAttributes;
use super::queue::{Counts, Queue};
use super::store::Store;
use super::{Sqs, State, error};
use crate::history::QueueEvent;
use crate::services::{ServiceError, names};

/// A deleted queue's name rests, and purges are apart, by this.
const PAUSE: Duration = Duration::from_secs(60);

impl Sqs {
    /// Creates a standard queue, or finds the one that has this name and these attributes. Answers with its URL.
    ///
    /// # Errors
    /// When an attribute is not acceptable, the name is taken or was given up in the last minute. FIFO queues are not
    /// modelled.
    pub fn create_queue(&self, name: &str, attributes: &BTreeMap<String, String>) -> Result<String, ServiceError> {
        if name.ends_with(".fifo") || attributes.get("FifoQueue").is_some_and(|fifo| fifo == "true") {
            return Err(ServiceError::not_modelled("sqs", "CreateQueue with FifoQueue"));
        }
        let now = self.shared.clock.now();
        let mut state = self.state();
        check_name(name)?;
        let mut wanted = QueueAttributes::default();
        for (attribute, value) in attributes {
            wanted.set(attribute, value)?;
        }
        if let Some(queue) = state.queues.get(name) {
            return same_attributes(queue, &wanted, attributes).map(|()| names::queue_url(name));
        }
        if state.deleted.get(name).is_some_and(|&deleted| now < deleted + PAUSE) {
            return Err(error::queue_deleted_recently());
        }
        state.check_target(name, &wanted)?;
        state.deleted.remove(name);
        state.queues_created += 1;
        let queue = Queue {
            name: name.to_owned(),
            number: state.queues_created,
            attributes: wanted,
            tags: BTreeMap::new(),
            store: Store::default(),
            arrivals: Arc::new(Notify::new()),
            created: now,
            modified: now,
            purged: None,
        };
        state.queues.insert(name.to_owned(), queue);
        Ok(names::queue_url(name))
    }

    /// Deletes a queue with everything in it.
    ///
    /// # Errors
    /// When it does not exist.
    pub fn delete_queue(&self, queue: &str) -> Result<(), ServiceError> {
        let now = self.shared.clock.now();
        let mut state = self.state();
        let queue = state.queues.remove(names::plain(queue)).ok_or_else(error::non_existent_queue)?;
        queue.arrivals.notify_waiters();
        state.deleted.insert(queue.name, now);
        Ok(())
    }

    /// The URL of a queue.
    ///
    /// # Errors
    /// When it does not exist.
    pub fn queue_url(&self, name: &str) -> Result<String, ServiceError> {
        self.state().queue(name).map(|(queue, _)| names::queue_url(&queue.name))
    }

    /// URLs of the queues whose names begin with `prefix`, in the order of their names.
    pub fn list_queues(&self, prefix: &str) -> Vec<String> {
        let state = self.state();
        state.queues.keys().filter(|name| name.starts_with(prefix)).map(|name| names::queue_url(name)).collect()
    }

    /// URLs of the queues that have this one as their dead-letter queue.
    ///
    /// # Errors
    /// When it does not exist.
    pub fn list_dead_letter_sources(&self, queue: &str) -> Result<Vec<String>, ServiceError> {
        let mut state = self.state();
        let target = state.queue(queue)?.0.name.clone();
        let sources = state.queues.values().filter(|queue| queue.buries_in(&target));
        Ok(sources.map(|source| names::queue_url(&source.name)).collect())
    }

    /// All attributes of a queue, counts included.
    ///
    /// # Errors
    /// When it does not exist.
    pub fn attributes(&self, queue: &str) -> Result<BTreeMap<String, String>, ServiceError> {
        let counts = self.counts(queue)?;
        let mut state = self.state();
        let queue = state.queue(queue)?.0;
        let seconds = |at: std::time::SystemTime| at.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let mut attributes = queue.attributes.to_map();
        let mut add = |name: &str, value: String| attributes.insert(name.to_owned(), value);
        add("QueueArn", names::queue_arn(&queue.name));
        add("ApproximateNumberOfMessages", counts.visible.to_string());
        add("ApproximateNumberOfMessagesNotVisible", counts.in_flight.to_string());
        add("ApproximateNumberOfMessagesDelayed", counts.delayed.to_string());
        add("CreatedTimestamp", seconds(queue.created).to_string());
        add("LastModifiedTimestamp", seconds(queue.modified).to_string());
        Ok(attributes)
    }

    /// The queue's policy; without statements, only the account's own roles may send.
    ///
    /// # Errors
    /// When it does not exist.
    pub fn policy(&self, queue: &str) -> Result<Vec<Statement>, ServiceError> {
        Ok(self.state().queue(queue)?.0.attributes.policy.clone())
    }

    /// Sets attributes; all or none.
    ///
    /// # Errors
    /// When the queue does not exist or an attribute is not acceptable.
    pub fn set_attributes(&self, queue: &str, attributes: &BTreeMap<String, String>) -> Result<(), ServiceError> {
        let now = self.shared.clock.now();
        let mut state = self.state();
        let mut wanted = state.queue(queue)?.0.attributes.clone();
        for (name, value) in attributes {
            wanted.set(name, value)?;
        }
        if attributes.contains_key("RedrivePolicy") {
            state.check_target(names::plain(queue), &wanted)?;
        }
        let queue = state.queue(queue)?.0;
        queue.attributes = wanted;
        queue.modified = now;
        Ok(())
    }

    /// Deletes every message, also delayed and in flight. Here at once; AWS takes up to a minute.
    ///
    /// # Errors
    /// When the queue does not exist or was purged in the last minute.
    pub fn purge(&self, queue: &str) -> Result<(), ServiceError> {
        let now = self.shared.clock.now();
        let mut state = self.state();
        let queue = state.queue(queue)?.0;
        if queue.purged.is_some_and(|purged| now < purged + PAUSE) {
            return Err(error::purge_in_progress(&queue.name));
        }
        queue.purged = Some(now);
        for deleted in queue.store.clear() {
            queue.report(&self.shared, &deleted.message.id, QueueEvent::Deleted);
        }
        Ok(())
    }

    /// How many messages are where, now.
    ///
    /// # Errors
    /// When the queue does not exist.
    pub fn counts(&self, queue: &str) -> Result<Counts, ServiceError> {
        let mut state = self.state();
        let (queue, streams) = state.queue(queue)?;
        queue.refresh(self.shared.clock.now(), &self.shared, streams);
        Ok(queue.counts())
    }

    /// How long the oldest message has been in the queue; `None` when it is empty. In a dead-letter queue it counts from the
    /// move, while retention goes on from the first queue ("Using dead-letter queues in Amazon SQS").
    ///
    /// # Errors
    /// When the queue does not exist.
    pub fn oldest_age(&self, queue: &str) -> Result<Option<Duration>, ServiceError> {
        let now = self.shared.clock.now();
        let mut state = self.state();
        let (queue, streams) = state.queue(queue)?;
        queue.refresh(now, &self.shared, streams);
        Ok(queue.store.first_arrival().map(|arrived| now.duration_since(arrived).unwrap_or_default()))
    }
}

impl Queue {
    /// Whether `target` is this queue's dead-letter queue.
    pub fn buries_in(&self, target: &str) -> bool {
        self.attributes.redrive.as_ref().is_some_and(|redrive| redrive.target() == target)
    }
}

fn check_name(name: &str) -> Result<(), ServiceError> {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if (1..=80).contains(&name.len()) && name.bytes().all(legal) {
        return Ok(());
    }
    let message = "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length";
    Err(error::invalid_parameter(message))
}

/// CreateQueue finds an existing queue only if every attribute that it names has the same value.
fn same_attributes(
    queue: &Queue,
    wanted: &QueueAttributes,
    named: &BTreeMap<String, String>,
) -> Result<(), ServiceError> {
    let (existing, wanted) = (queue.attributes.to_map(), wanted.to_map());
    match named.keys().find(|name| existing.get(*name) != wanted.get(*name)) {
        Some(name) => Err(error::queue_already_exists(name)),
        None => Ok(()),
    }
}

impl State {
    /// Whether the dead-letter queue that `source` is to have is there, and lets it.
    fn check_target(&self, source: &str, wanted: &QueueAttributes) -> Result<(), ServiceError> {
        let Some(target) = wanted.redrive.as_ref().map(|redrive| redrive.target()) else { return Ok(()) };
        let refused = |reason: &str| Err(error::invalid_value(names::queue_arn(target), "RedrivePolicy", reason));
        match self.queues.get(target) {
            None => refused("Dead letter target does not exist."),
            Some(queue) if !queue.attributes.redrive_permission.allows(&names::queue_arn(source)) => {
                // That it is refused is documented; the words were recorded nowhere.
                refused("Dead letter target does not allow this source queue.")
            }
            Some(_) => Ok(()),
        }
    }
}
