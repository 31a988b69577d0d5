//! Standard topics: publishing, filters, and deliveries to queues (and, through the host, to functions) with AWS's
//! retries, duplicates and disorder. FIFO topics and other protocols are not modelled.
//!
//! Sources: the SNS developer guide, and what LocalStack's tests recorded on AWS. Each delivery is a task of its own
//! that sleeps until it is due.

mod delivery;
mod envelope;
mod error;
pub mod filter;
mod manage;
mod publish;
mod retry;
mod subscription;
mod validate;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

pub use delivery::{Delivery, DeliveryFailure, DeliveryTarget, SqsTarget};
pub use publish::{Publication, Structure};
pub use retry::delay as retry_delay;
pub use subscription::{Protocol, Subscription};

use super::sqs::Sqs;
use crate::history::History;
use crate::profile::SnsKnobs;
use crate::world::{Clock, Seed, Stream};

/// The topics of the account; clones share them.
#[derive(Clone)]
pub struct Sns {
    shared: Arc<Shared>,
}

struct Shared {
    clock: Clock,
    knobs: SnsKnobs,
    history: History,
    state: Mutex<State>,
}

struct State {
    topics: BTreeMap<String, Topic>,
    target: Arc<dyn DeliveryTarget>,
    ids: Stream,
    deliveries: Stream,
    /// Deliveries that were given up with no dead-letter queue to take them.
    dropped: u64,
}

#[derive(Default)]
struct Topic {
    attributes: BTreeMap<String, String>,
    /// By the last part of their ARN.
    subscriptions: BTreeMap<String, Arc<Subscription>>,
}

impl Sns {
    /// Topics that deliver straight into `sqs`, until [`Sns::deliver_through`] says otherwise.
    pub fn new(clock: Clock, seed: Seed, knobs: SnsKnobs, history: History, sqs: Sqs) -> Self {
        let state = State {
            topics: BTreeMap::new(),
            target: Arc::new(SqsTarget(sqs)),
            ids: seed.stream("sns ids"),
            deliveries: seed.stream("sns deliveries"),
            dropped: 0,
        };
        Self { shared: Arc::new(Shared { clock, knobs, history, state: Mutex::new(state) }) }
    }

    /// Puts something between SNS and its subscribers: permissions, faults, functions as subscribers.
    pub fn deliver_through(&self, target: Arc<dyn DeliveryTarget>) {
        self.state().target = target;
    }

    /// How many deliveries were given up for good.
    pub fn dropped(&self) -> u64 {
        self.state().dropped
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().expect("no operation on a topic panicked")
    }
}
