//! Redriving a message that failed: it begins again, with all its attempts before it.

use crate::create::{Creator, announce};
use crate::message::{Message, MessageId, Status};
use crate::store::{StoreError, Transition};

/// Why a message was not redriven.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RedriveError {
    #[error("there is no such message")]
    NotFound,
    #[error("the message is {0}; only a failed one can be redriven")]
    NotFailed(Status),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes a failed message wait again, and publishes it.
///
/// # Errors
/// When there is none, it did not fail, or the store does not answer.
pub async fn redrive(creator: &Creator, id: MessageId) -> Result<Message, RedriveError> {
    match creator.store.redrive(id).await? {
        Transition::Done => {}
        Transition::Absent => return Err(RedriveError::NotFound),
        Transition::Impossible(status) => return Err(RedriveError::NotFailed(status)),
    }
    // From here on the sweep would find it; whoever moves its next look ahead publishes it.
    let message = creator.store.get(id).await?.ok_or(RedriveError::NotFound)?;
    match creator.store.advance(&message).await {
        Ok(Some(message)) => {
            announce(creator, &message).await;
            Ok(message)
        }
        Ok(None) => Ok(message),
        Err(error) => {
            tracing::warn!(code = "store_unavailable", %error, "the sweep will publish it");
            Ok(message)
        }
    }
}
