//! The sweep: what was written and not published, deferred, or left by a crash. No written message stays unpublished,
//! and no crash leaves one behind.

use std::time::Duration;

use futures_util::future::join_all;
use rez_core::clock::Moment;
use rez_core::event::MessageCreated;
use rez_core::gate::Past;
use rez_core::message::{ATTEMPTS_MAX, Lease, Message, MessageId, Status};
use rez_core::store::{Fenced, StoreError, attempt_lost};
use rez_core::telemetry::log::message_span;
use rez_core::telemetry::metrics::{Measurements, Metric};
use serde::Serialize;
use tracing::Instrument;

use crate::Deps;

/// Messages that one run looks at. ntfy takes 12 a minute, so the next run has time for the rest.
const LIMIT: i32 = 100;
/// Messages that are looked at together, and published in one batch.
const TOGETHER: usize = 10;
/// No further ones are begun when less than this is left: what moving them ahead, publishing them, and making them due
/// again may take, 9 s each with all the tries of the SDK.
const TIME_LEFT_MIN: Duration = Duration::from_secs(28);

/// What a run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Swept {
    pub due: usize,
    /// Published again, those given back among them.
    pub published: usize,
    pub given_back: usize,
    pub failed: usize,
}

/// What is to be done about a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    Publish,
    /// Its attempt ended without a result.
    GiveBack {
        lease: Lease,
        counts: bool,
    },
    /// That was its last attempt. The reason stays in its item; a dead letter is the evidence of a record that was refused,
    /// and here is no record.
    Fail {
        lease: Lease,
    },
}

/// Decides about a message, by what the gate tells of attempts that are over; without that, those are left alone. Pure.
pub fn plan(message: &Message, now: Moment, past: Option<&Past>) -> Option<Action> {
    if message.due().is_none_or(|due| due > now) {
        return None;
    }
    let Some(lease) = message.lease.clone() else { return Some(Action::Publish) };
    let counts = past?.counts(&lease.owner);
    if counts && message.attempts >= ATTEMPTS_MAX {
        return Some(Action::Fail { lease });
    }
    Some(Action::GiveBack { lease, counts })
}

/// Looks at what is due, until `deadline`.
pub async fn sweep(deps: &Deps, deadline: Moment) -> Result<Swept, StoreError> {
    let ids = deps.creator.store.due(LIMIT).await?;
    let mut swept = Swept { due: ids.len(), ..Swept::default() };
    let has_time = || deps.environment.clock.now() + TIME_LEFT_MIN <= deadline;
    let mut past = None;
    for chunk in ids.chunks(TOGETHER) {
        if !has_time() {
            break;
        }
        let messages = read(deps, chunk).await;
        if past.is_none() && messages.iter().any(|message| message.status == Status::Processing) {
            past = read_past(deps).await;
        }
        // Reading may have taken long, and what is moved ahead must be published.
        if !has_time() {
            break;
        }
        let waiting = join_all(messages.iter().map(|message| act(deps, message, past.as_ref()))).await;
        let waiting: Vec<_> = waiting.into_iter().map(|done| swept.add(done)).collect();
        swept.published += publish(deps, waiting.into_iter().flatten().collect()).await;
    }
    if swept.due > 0 {
        let Swept { due, published, given_back, failed } = swept;
        tracing::info!(due, published, given_back, failed, "swept");
    }
    Ok(swept)
}

/// What was done about one message.
enum Done {
    Nothing,
    /// It waits, and is to be published.
    Advanced(Message),
    GivenBack(Message),
    Failed,
}

impl Swept {
    /// Counts it. The answer is the message, if it is to be published.
    fn add(&mut self, done: Done) -> Option<Message> {
        match done {
            Done::Nothing => None,
            Done::Advanced(message) => Some(message),
            Done::GivenBack(message) => {
                self.given_back += 1;
                Some(message)
            }
            Done::Failed => {
                self.failed += 1;
                None
            }
        }
    }
}

/// The messages as they are: the index lags. What cannot be read is left to the next run.
async fn read(deps: &Deps, ids: &[MessageId]) -> Vec<Message> {
    let messages = join_all(ids.iter().map(|&id| async move {
        let message = deps.creator.store.get(id).await;
        message.inspect_err(|error| tracing::warn!(code = "sweep_read", message_id = %id, %error, "not swept"))
    }));
    messages.await.into_iter().filter_map(|message| message.ok().flatten()).collect()
}

async fn read_past(deps: &Deps) -> Option<Past> {
    let past = deps.gate.past().await;
    past.inspect_err(|error| tracing::warn!(code = "gate_unavailable", %error, "lost attempts are left alone")).ok()
}

async fn act(deps: &Deps, message: &Message, past: Option<&Past>) -> Done {
    let span = message_span(&message.id, &message.correlation_id);
    async {
        let Some(action) = plan(message, deps.environment.clock.now(), past) else { return Done::Nothing };
        perform(deps, message, action).await.unwrap_or_else(|error| {
            tracing::warn!(code = "sweep_write", %error, "not swept");
            Done::Nothing
        })
    }
    .instrument(span)
    .await
}

async fn perform(deps: &Deps, message: &Message, action: Action) -> Result<Done, StoreError> {
    let store = &deps.creator.store;
    match action {
        Action::Publish => Ok(store.advance(message).await?.map_or(Done::Nothing, Done::Advanced)),
        Action::GiveBack { lease, counts } => {
            let given_back = store.give_back(message.id, &lease, counts, &attempt_lost()).await?;
            Ok(given_back.map_or(Done::Nothing, |message| {
                tracing::warn!(attempts = message.attempts, counts, code = "attempt_lost", "given back");
                Done::GivenBack(message)
            }))
        }
        Action::Fail { lease } => {
            let error = attempt_lost();
            if store.fail_lost(message, &lease, error.clone()).await? == Fenced::Late {
                return Ok(Done::Nothing);
            }
            let (category, code) = (error.category.as_str(), &*error.code);
            tracing::warn!(attempts = message.attempts, category, code, "failed after its last attempt");
            Measurements::new().count(Metric::MessagesProcessed, 1).log(deps.environment.clock.now(), "message failed");
            Ok(Done::Failed)
        }
    }
}

/// Publishes what waits; the answer is how many. What fails is due at once.
async fn publish(deps: &Deps, messages: Vec<Message>) -> usize {
    let events: Vec<_> = messages.iter().map(MessageCreated::from).collect();
    let failed = deps.creator.topic.publish_all(&events).await;
    let due_now = join_all(failed.iter().map(|&index| deps.creator.store.due_now(&messages[index]))).await;
    for error in due_now.into_iter().filter_map(Result::err) {
        tracing::warn!(code = "sweep_write", %error, "published at its next look");
    }
    messages.len() - failed.len()
}
