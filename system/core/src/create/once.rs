//! Creating a message at most once for a key that its creator chose.

use tracing::Instrument;

use super::{CreateError, Creator, NewMessage, announce};
use crate::message::{Draft, Kind, Message, MessageId};
use crate::store::{CreatedOnce, OnceKey};
use crate::telemetry::log::message_span;
use crate::telemetry::metrics::{Measurements, Metric};

/// How such a creation ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Creation {
    New(Box<Message>),
    /// The same was asked for before, and made this message; nothing was added.
    Before(MessageId),
    /// Something else was asked for under this key; nothing was added.
    Otherwise,
}

/// Creates a manual message, unless its key is taken.
///
/// # Errors
/// When a field is wrong, or the store does not answer.
pub async fn manual(creator: &Creator, new: NewMessage, once: &OnceKey) -> Result<Creation, CreateError> {
    let draft = Draft { created_by: new.created_by, kind: Kind::Manual, content: new.content };
    draft.validate()?;
    let correlation_id = new.correlation_id.unwrap_or_else(|| creator.entropy.uuid().to_string());
    let id = MessageId(creator.entropy.uuid());
    let message = Message::new(id, creator.stage, creator.clock.now(), draft, correlation_id);
    let span = message_span(&message.id, &message.correlation_id);
    async {
        match creator.store.create_once(&message, once).await? {
            CreatedOnce::Before(id) => Ok(Creation::Before(id)),
            CreatedOnce::Otherwise => Ok(Creation::Otherwise),
            CreatedOnce::New => {
                Measurements::new()
                    .count(Metric::MessagesCreated, 1)
                    .by("kind", message.kind.as_str())
                    .log(creator.clock.now(), "message created");
                announce(creator, &message).await;
                Ok(Creation::New(Box::new(message)))
            }
        }
    }
    .instrument(span)
    .await
}
