//! Messages in DynamoDB. Every change is one conditional write, or one transaction with the hour's counters; so of those
//! who race, one wins and the others learn who did.

mod advance;
mod attributes;
mod claim;
mod counters;
mod create;
mod due;
mod gate_state;
mod item;
mod list;
mod once;
mod release;
mod settle;
mod transition;
mod write;

use std::sync::Arc;

pub use claim::{Claim, Refusal};
pub use counters::{Counter, DayCounts, HourCounts, LATENCY_BUCKETS_MS, hour_start};
pub use create::Created;
pub use item::{CorruptItem, Item, from_item, to_item};
pub use list::{Listing, Page, Position};
pub use once::{CreatedOnce, KEY_LIFETIME, OnceKey};
pub use release::Deferral;
pub use settle::Settlement;
pub use transition::Transition;
pub use write::describe;
pub(crate) use write::store_error;

use aws_smithy_async::rt::sleep::SharedAsyncSleep;

use crate::clock::Clock;
use crate::config::Variables;
use crate::environment::Environment;
use crate::error::Failure;
use crate::ids::Entropy;
use crate::message::{Message, MessageId};
use crate::stage::Stage;

/// The store could not do it. Whether it did nothing is not known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// No answer, or an error that may pass.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
    /// An error that will not pass by itself: a permission, a missing table.
    #[error("the store refuses: {0}")]
    Refused(String),
    #[error(transparent)]
    Corrupt(#[from] CorruptItem),
}

/// Whether a write under a lease took effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fenced {
    Done,
    /// The lease is somebody else's by now: a late owner changes nothing.
    Late,
}

/// The tables `messages` and `counters`.
#[derive(Clone, Debug)]
pub struct Store {
    client: aws_sdk_dynamodb::Client,
    messages: String,
    counters: String,
    stage: Stage,
    clock: Clock,
    entropy: Arc<Entropy>,
    sleep: SharedAsyncSleep,
}

impl Store {
    pub fn new(environment: &Environment, variables: &mut Variables<'_>) -> Self {
        Self {
            client: environment.dynamodb(),
            messages: variables.text("MESSAGES_TABLE"),
            counters: variables.text("COUNTERS_TABLE"),
            stage: environment.stage,
            clock: environment.clock.clone(),
            entropy: Arc::clone(&environment.entropy),
            sleep: environment.sleeper(),
        }
    }

    /// The message as it is now; nothing when it is absent or expired.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn get(&self, id: MessageId) -> Result<Option<Message>, StoreError> {
        let output = self
            .client
            .get_item()
            .table_name(&self.messages)
            .key("message_id", attributes::text(id))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| store_error(&error))?;
        let message = output.item.as_ref().map(from_item).transpose()?;
        Ok(message.filter(|message| message.expires() > self.clock.now()))
    }
}

/// What is remembered of an attempt that ended without a result.
pub fn attempt_lost() -> Failure {
    Failure::new(
        crate::error::Category::Transient,
        crate::error::codes::ATTEMPT_LOST,
        "the attempt ended without a result",
    )
}
