//! The end of an attempt: the message is settled, deferred, or left to the sweep.

use std::time::Duration;

use rez_core::clock::Moment;
use rez_core::error::{Category, Failure};
use rez_core::message::{ATTEMPTS_MAX, Lease, Message, Receipt};
use rez_core::notification::Outcome;
use rez_core::store::{Deferral, Fenced, Settlement, StoreError};
use rez_core::telemetry::metrics::{Measurements, Metric};

use crate::Deps;
use crate::deliver::End;
use crate::record::Again;

/// Between tries to settle, beyond those of the SDK.
const SETTLE_AGAIN_AFTER: Duration = Duration::from_secs(1);
/// What one more try to settle may take, with the SDK's own tries.
const SETTLE_TIME: Duration = Duration::from_secs(9);

/// What is known of an attempt.
pub(crate) struct Attempt<'a> {
    pub(crate) message: &'a Message,
    pub(crate) lease: &'a Lease,
    /// The record's body, for a dead letter.
    pub(crate) body: &'a str,
    pub(crate) begun: Moment,
    pub(crate) deadline: Moment,
}

/// Does what the end of the invocation asks for.
pub(crate) async fn finish(deps: &Deps, attempt: &Attempt<'_>, end: End) -> Result<(), Again> {
    match end {
        End::Answered(Outcome::Delivered { delivered_at, notification_id }) => {
            complete(deps, attempt, Receipt { delivered: delivered_at, notification_id }).await
        }
        End::Answered(Outcome::Failed { error }) => fail(deps, attempt, error).await,
        End::Answered(Outcome::Deferred { counts: true, error, .. }) if attempt.message.attempts >= ATTEMPTS_MAX => {
            fail(deps, attempt, error).await
        }
        End::Answered(Outcome::Deferred { until, counts, error }) => {
            defer(deps, attempt, Deferral { until, counts, error }).await
        }
        End::NotRun { until, error } => defer(deps, attempt, Deferral { until, counts: false, error }).await,
        End::Unknown(error) => {
            tracing::warn!(code = "invoke_unknown", error, "left to its lease: it may have been delivered");
            Ok(())
        }
    }
}

async fn complete(deps: &Deps, attempt: &Attempt<'_>, receipt: Receipt) -> Result<(), Again> {
    let end_to_end = receipt.delivered.since(attempt.message.created);
    let settlement = Settlement::Completed(receipt);
    if settle(deps, attempt.message, attempt.lease, &settlement, attempt.deadline).await? == Fenced::Late {
        return Ok(());
    }
    let now = deps.environment.clock.now();
    Measurements::new()
        .count(Metric::MessagesProcessed, 1)
        .duration(Metric::ProcessingDuration, now.since(attempt.begun))
        .duration(Metric::EndToEndDuration, end_to_end)
        .log(now, "message completed");
    Ok(())
}

/// The dead letter goes first: a failed message without its evidence could not be told from one that never was.
async fn fail(deps: &Deps, attempt: &Attempt<'_>, error: Failure) -> Result<(), Again> {
    let Attempt { message, lease, body, begun, deadline } = attempt;
    deps.dead_letters.send(body, &error, Some(message.id)).await?;
    let (category, code) = (error.category.as_str(), error.code.clone());
    tracing::warn!(category, code = &*code, attempts = message.attempts, error = error.message, "failed");
    if settle(deps, message, lease, &Settlement::Failed(error), *deadline).await? == Fenced::Done {
        let now = deps.environment.clock.now();
        Measurements::new()
            .count(Metric::MessagesProcessed, 1)
            .duration(Metric::ProcessingDuration, now.since(*begun))
            .log(now, "message failed");
    }
    Ok(())
}

async fn defer(deps: &Deps, attempt: &Attempt<'_>, deferral: Deferral) -> Result<(), Again> {
    let Failure { category, code, message } = &deferral.error;
    if *category == Category::System {
        tracing::error!(category = category.as_str(), code = &**code, error = message, "deferred: needs mending");
    } else {
        let until = tracing::field::display(deferral.until);
        tracing::info!(category = category.as_str(), code = &**code, until, counts = deferral.counts, "deferred");
    }
    let deferred = deps.store.defer(attempt.message.id, attempt.lease, &deferral).await?;
    warn_if_late(deferred);
    Ok(())
}

/// Settles a message, trying for as long as the invocation and the lease last: giving up after a delivery would be a
/// second delivery.
pub(crate) async fn settle(
    deps: &Deps,
    message: &Message,
    lease: &Lease,
    settlement: &Settlement,
    deadline: Moment,
) -> Result<Fenced, StoreError> {
    let last_begin = deadline.min(lease.until) - SETTLE_TIME;
    loop {
        let settled = deps.store.settle(message, lease, settlement).await;
        match settled {
            Err(StoreError::Unavailable(error)) if deps.environment.clock.now() < last_begin => {
                tracing::warn!(code = "store_unavailable", error, "settling again");
                deps.environment.sleep(SETTLE_AGAIN_AFTER.mul_f64(1.0 + deps.environment.entropy.fraction())).await;
            }
            Ok(fenced) => {
                warn_if_late(fenced);
                return Ok(fenced);
            }
            Err(error) => return Err(error),
        }
    }
}

fn warn_if_late(fenced: Fenced) {
    if fenced == Fenced::Late {
        tracing::warn!(code = "lease_lost", "came too late: the message is another attempt's");
    }
}
