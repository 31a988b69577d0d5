//! Standard queues: visibility, several live receipt handles for a message, delay, retention, dead letters, long
//! polls, and the duplicates and disorder that the profile asks for. FIFO queues are not modelled.
//!
//! Sources: the SQS API reference, and what LocalStack's tests recorded on AWS. Queues are addressed by name, URL or
//! ARN; AWS takes a name for a `QueueUrl` too (aws-sdk-js-v3, issue 6150). Nothing runs while nothing happens: messages change their place when somebody looks, and a waiting receive
//! sleeps until a message arrives or one becomes visible.

mod attributes;
mod digest;
mod error;
mod handle;
mod manage;
mod message;
mod queue;
mod receive;
mod redrive;
mod redrive_permission;
mod send;
mod settle;
mod store;
mod tags;
mod validate;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::SystemTime;

use queue::Queue;

pub use attributes::{QueueAttributes, RedrivePolicy};
pub use digest::{of_attributes as md5_of_attributes, of_body as md5_of_body};
pub use error::invalid_value;
pub use message::{Message, Outgoing, Received, Sent};
pub use queue::Counts;
pub use receive::Receive;
pub use redrive::{MoveTask, MoveTaskStatus};
pub use send::BatchOutcome;
pub use tags::Tags;

use crate::history::History;
use crate::profile::SqsKnobs;
use crate::services::{ServiceError, names};
use crate::world::{Clock, Seed, Stream};

/// The queues of the account; clones share them.
#[derive(Clone)]
pub struct Sqs {
    shared: Arc<Shared>,
}

struct Shared {
    clock: Clock,
    knobs: SqsKnobs,
    history: History,
    state: Mutex<State>,
}

struct State {
    queues: BTreeMap<String, Queue>,
    queues_created: u32,
    /// When names were given up that cannot be used again yet.
    deleted: BTreeMap<String, SystemTime>,
    tasks: Vec<MoveTask>,
    streams: Streams,
}

/// One random stream for each concern.
struct Streams {
    ids: Stream,
    order: Stream,
    duplicates: Stream,
    polls: Stream,
}

impl Sqs {
    pub fn new(clock: Clock, seed: Seed, knobs: SqsKnobs, history: History) -> Self {
        let streams = Streams {
            ids: seed.stream("sqs ids"),
            order: seed.stream("sqs order"),
            duplicates: seed.stream("sqs duplicates"),
            polls: seed.stream("sqs polls"),
        };
        let state =
            State { queues: BTreeMap::new(), queues_created: 0, deleted: BTreeMap::new(), tasks: Vec::new(), streams };
        Self { shared: Arc::new(Shared { clock, knobs, history, state: Mutex::new(state) }) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().expect("no operation on a queue panicked")
    }
}

impl State {
    /// The queue at `address`, beside the streams that its operations draw from.
    fn queue(&mut self, address: &str) -> Result<(&mut Queue, &mut Streams), ServiceError> {
        let queue = self.queues.get_mut(names::plain(address)).ok_or_else(error::non_existent_queue)?;
        Ok((queue, &mut self.streams))
    }
}
