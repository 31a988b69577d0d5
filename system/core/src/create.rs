//! Creating a message: checked, written, published. What is written is never lost: if publishing fails, the sweep does
//! it.

pub mod once;

use std::sync::Arc;

use tracing::Instrument;

use crate::clock::Clock;
use crate::config::Variables;
use crate::environment::Environment;
use crate::event::MessageCreated;
use crate::ids::Entropy;
use crate::message::{Content, Draft, InvalidContent, Kind, Message, MessageId, Status};
use crate::stage::Stage;
use crate::store::{Created, Store, StoreError};
use crate::telemetry::log::message_span;
use crate::telemetry::metrics::{Measurements, Metric};
use crate::topic::Topic;

/// What is needed to create messages, cancel them, and redrive them.
#[derive(Clone, Debug)]
pub struct Creator {
    pub store: Store,
    pub topic: Topic,
    stage: Stage,
    clock: Clock,
    entropy: Arc<Entropy>,
}

impl Creator {
    pub fn new(environment: &Environment, variables: &mut Variables<'_>) -> Self {
        Self {
            store: Store::new(environment, variables),
            topic: Topic::new(environment, variables),
            stage: environment.stage,
            clock: environment.clock.clone(),
            entropy: Arc::clone(&environment.entropy),
        }
    }
}

/// A message that a person asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMessage {
    /// The user's `sub`.
    pub created_by: String,
    pub content: Content,
    /// Of the request that asks; drawn where there is none. Unique to the request, as it tells our own write from
    /// another's.
    pub correlation_id: Option<String>,
}

/// Why no message was created.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CreateError {
    /// Names every field that is wrong.
    #[error(transparent)]
    Invalid(#[from] InvalidContent),
    /// Whether it was written is not known; if it was, it is delivered.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Creates a manual message.
///
/// # Errors
/// When a field is wrong, or the store does not answer.
pub async fn manual(creator: &Creator, new: NewMessage) -> Result<Message, CreateError> {
    let draft = Draft { created_by: new.created_by, kind: Kind::Manual, content: new.content };
    let id = MessageId(creator.entropy.uuid());
    match create(creator, id, draft, new.correlation_id).await? {
        Creation::New(message) | Creation::Existing(message) => Ok(*message),
    }
}

/// How creating a message with a given id ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Creation {
    New(Box<Message>),
    /// It was created before; nothing was added.
    Existing(Box<Message>),
}

/// Creates the message of a schedule's slot, unless it exists.
///
/// # Errors
/// When a field is wrong, or the store does not answer.
pub async fn scheduled(creator: &Creator, id: MessageId, content: Content) -> Result<Creation, CreateError> {
    let draft = Draft { created_by: "scheduler".to_owned(), kind: Kind::Scheduled, content };
    let creation = create(creator, id, draft, None).await?;
    if let Creation::Existing(message) = &creation
        && is_as_created(message)
    {
        // Whoever wrote it may have ended before it was told, or without learning that it was written. One record too
        // many is harmless.
        tell(creator, message).await;
    }
    Ok(creation)
}

/// Whether nobody has taken it up yet, nor published it again.
fn is_as_created(message: &Message) -> bool {
    message.status == Status::Created && message.attempts == 0 && message.publishes <= 1
}

/// Counts a message as created, and publishes it.
async fn tell(creator: &Creator, message: &Message) {
    Measurements::new()
        .count(Metric::MessagesCreated, 1)
        .by("kind", message.kind.as_str())
        .log(creator.clock.now(), "message created");
    announce(creator, message).await;
}

async fn create(
    creator: &Creator,
    id: MessageId,
    draft: Draft,
    correlation_id: Option<String>,
) -> Result<Creation, CreateError> {
    draft.validate()?;
    let correlation_id = correlation_id.unwrap_or_else(|| creator.entropy.uuid().to_string());
    let message = Message::new(id, creator.stage, creator.clock.now(), draft, correlation_id);
    let span = message_span(&message.id, &message.correlation_id);
    async {
        match creator.store.create(&message).await? {
            Created::Existing(existing) => Ok(Creation::Existing(existing)),
            Created::New => {
                tell(creator, &message).await;
                Ok(Creation::New(Box::new(message)))
            }
        }
    }
    .instrument(span)
    .await
}

/// Publishes a message that waits. Where that fails it is due at once, and the sweep publishes it.
pub(crate) async fn announce(creator: &Creator, message: &Message) {
    let Err(error) = creator.topic.publish(&MessageCreated::from(message)).await else { return };
    tracing::warn!(code = "publish_failed", %error, "not published; the sweep will");
    if let Err(error) = creator.store.due_now(message).await {
        tracing::warn!(code = "store_unavailable", %error, "the sweep will publish it at its next look");
    }
}
