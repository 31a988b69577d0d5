//! Cancelling a message, which is possible while it waits.

use crate::create::Creator;
use crate::message::{MessageId, Status};
use crate::store::{StoreError, Transition};

/// Why a message was not cancelled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CancelError {
    #[error("there is no such message")]
    NotFound,
    #[error("the message is {0}; only a created one can be cancelled")]
    NotCreated(Status),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Cancels a message.
///
/// # Errors
/// When there is none, it does not wait any more, or the store does not answer.
pub async fn cancel(creator: &Creator, id: MessageId) -> Result<(), CancelError> {
    match creator.store.cancel(id).await? {
        Transition::Done => Ok(()),
        Transition::Absent => Err(CancelError::NotFound),
        Transition::Impossible(status) => Err(CancelError::NotCreated(status)),
    }
}
