//! One record: an event, or something that is none.

use aws_lambda_events::sqs::SqsMessage;
use rez_core::clock::Moment;
use rez_core::event::{self, InvalidEvent, MessageCreated};
use rez_core::message::MessageId;
use rez_core::store::{Claim, Refusal, Settlement, StoreError};
use rez_core::telemetry::log::message_span;
use tracing::Instrument;

use crate::dead_letter::SendError;
use crate::finish::finish;
use crate::{Deps, finish};

/// Why SQS is to deliver a record again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Again {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    DeadLetter(#[from] SendError),
}

/// Processes a record. The answer is its id, if it is to be delivered again.
pub(crate) async fn process(deps: &Deps, record: &SqsMessage, deadline: Moment) -> Option<String> {
    let body = record.body.as_deref().unwrap_or_default();
    let done = match event::parse(body, deps.environment.stage) {
        Ok(event) => {
            let span = message_span(&event.message_id, &event.correlation_id);
            attempt(deps, &event, body, deadline).instrument(span).await
        }
        Err(invalid) => reject(deps, &invalid, body, deadline).await,
    };
    let again = done.err()?;
    tracing::warn!(code = "record_again", error = %again, "left to be delivered again");
    Some(record.message_id.clone().unwrap_or_default())
}

/// Claims the message, has it delivered, and settles it.
async fn attempt(deps: &Deps, event: &MessageCreated, body: &str, deadline: Moment) -> Result<(), Again> {
    let begun = deps.environment.clock.now();
    let message = match deps.store.claim(event.message_id).await? {
        Claim::Claimed(message) => message,
        Claim::Refused(refusal) => {
            skip(refusal);
            return Ok(());
        }
    };
    let Some(lease) = &message.lease else { return Ok(()) };
    let end = deps.notifier.notify(&message, lease, deadline).await;
    let attempt = finish::Attempt { message: &message, lease, body, begun, deadline };
    finish(deps, &attempt, end).await
}

/// Whatever else is to be done about the message, the sweep does.
fn skip(refusal: Refusal) {
    match refusal {
        Refusal::Absent => tracing::warn!(code = "message_absent", "acknowledged: no such message"),
        Refusal::NotDue(until) => tracing::info!(%until, "acknowledged: not due yet"),
        Refusal::Leased => tracing::info!("acknowledged: another attempt is under way"),
        Refusal::Settled(status) => tracing::info!(%status, "acknowledged: settled"),
    }
}

/// Sends what is no event of ours to the dead-letter queue, with the reason. If it names a message, that fails.
async fn reject(deps: &Deps, invalid: &InvalidEvent, body: &str, deadline: Moment) -> Result<(), Again> {
    let failure = &invalid.failure;
    let (category, code) = (failure.category.as_str(), &*failure.code);
    tracing::error!(
        category,
        code,
        message_id = invalid.message_id.map(tracing::field::display),
        "{}",
        failure.message
    );
    deps.dead_letters.send(body, failure, invalid.message_id).await?;
    match invalid.message_id {
        Some(id) => fail(deps, id, invalid, deadline).await,
        None => Ok(()),
    }
}

/// Fails the message, unless it is being processed or is settled.
async fn fail(deps: &Deps, id: MessageId, invalid: &InvalidEvent, deadline: Moment) -> Result<(), Again> {
    let Claim::Claimed(message) = deps.store.claim(id).await? else { return Ok(()) };
    let Some(lease) = &message.lease else { return Ok(()) };
    finish::settle(deps, &message, lease, &Settlement::Failed(invalid.failure.clone()), deadline).await?;
    Ok(())
}
