//! Reading and writing the gate: one conditional update per question, from the environment's copy of the state. Where
//! the copy is old, the refused update brings the new state, and the question is decided again.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::time::Duration;

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};

use super::decide::{Decision, Denial, decide};
use super::report::{Verdict, report};
use super::settings::Settings;
use super::state::{Breaker, State};
use super::stored::{self, CorruptGate};
use super::writers::{self, Writers};
use crate::clock::Moment;
use crate::environment::Environment;
use crate::retry;
use crate::store::{Item, StoreError, describe, store_error};

/// Where deferred messages go when the gate cannot give them a place.
const PLACELESS: Duration = Duration::from_secs(60);

/// The gate of one destination, as one execution environment sees it.
#[derive(Debug)]
pub struct Gate {
    client: aws_sdk_dynamodb::Client,
    table: String,
    key: String,
    settings: Settings,
    environment: Environment,
    copy: Mutex<Seen>,
}

/// What was seen of the item last.
#[derive(Clone, Debug, Default)]
struct Seen {
    state: State,
    /// 0 is no item.
    version: u64,
    writers: Writers,
}

/// A try that may start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pass {
    try_id: String,
    pub probe: bool,
    /// Of a probe, when somebody else may become it.
    lease_until: Option<Moment>,
}

impl Pass {
    /// Whether a try that ends at `end` is over before somebody else may be the probe.
    pub fn lasts_until(&self, end: Moment) -> bool {
        self.lease_until.is_none_or(|lease_until| end <= lease_until)
    }
}

/// The gate's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    Permit(Pass),
    Deny(Denial),
    /// Too many ask at once. No slot, no request.
    Contended {
        until: Moment,
    },
}

/// What a gate tells of attempts that are over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Past {
    /// Whether the breaker is closed.
    pub closed: bool,
    /// Ids of the attempts that were probes lately.
    pub probes: BTreeSet<String>,
}

impl Past {
    /// Whether an attempt that ended without a result counts against its message: an outage must not use one up.
    pub fn counts(&self, attempt_id: &str) -> bool {
        self.closed && !self.probes.contains(attempt_id)
    }
}

enum WriteError {
    /// Somebody wrote in between; this is what stands there.
    Outdated(Option<Item>),
    Unavailable(String),
    /// It will not pass by itself: a missing permission, a missing table.
    Refused(String),
}

impl Gate {
    pub fn new(environment: &Environment, table: String, channel: &str, settings: Settings) -> Self {
        Self {
            client: environment.dynamodb(),
            table,
            key: stored::key(channel),
            settings,
            environment: environment.clone(),
            copy: Mutex::default(),
        }
    }

    /// Asks whether the try of the attempt `try_id` may start. If DynamoDB cannot be reached it may: the gate's failure
    /// must not become ours.
    pub async fn enter(&self, try_id: &str) -> Entry {
        // The lease begins when it is decided, which may be long before the answer.
        let lease_until = self.environment.clock.now() + self.settings.probe_lease;
        let decided = self.change(|state, now| decide(&self.settings, state, now, try_id)).await;
        let permit = |probe: bool| {
            let lease_until = probe.then_some(lease_until);
            Entry::Permit(Pass { try_id: try_id.to_owned(), probe, lease_until })
        };
        match decided {
            Changed::Done(Decision::Permit { probe }) => permit(probe),
            Changed::Done(Decision::Deny(denial)) => Entry::Deny(denial),
            Changed::Contended => Entry::Contended { until: self.placeless() },
            Changed::Unavailable => permit(false),
        }
    }

    /// Reports how a permitted try went. When its message is to be deferred, not before `earliest`, the answer is its
    /// place. A result that changes nothing, as most successes, costs no call.
    ///
    /// Whether it changes anything is judged by the copy, which is as old as the try: a success leaves failures that others
    /// have counted since as they are. To reset them always would cost one more write for every message, twice of now; so
    /// the breaker may open, for its 30 s, though not all of five failures came one after the other.
    pub async fn report(&self, pass: &Pass, verdict: Verdict, earliest: Option<Moment>) -> Option<Moment> {
        let reported = self
            .change(|state, now| report(&self.settings, state, now, &pass.try_id, pass.probe, verdict, earliest))
            .await;
        match reported {
            Changed::Done(place) => place,
            Changed::Contended | Changed::Unavailable => earliest.map(|earliest| earliest.max(self.placeless())),
        }
    }

    /// A place among the deferred, not before `earliest`, without a try.
    pub async fn place(&self, earliest: Moment) -> Moment {
        let placed = self
            .change(|state, now| {
                let mut next = state.clone();
                (next.take_place(&self.settings, now, earliest), next)
            })
            .await;
        match placed {
            Changed::Done(place) => place,
            Changed::Contended | Changed::Unavailable => earliest.max(self.placeless()),
        }
    }

    /// What is known of attempts that ended without a result.
    ///
    /// # Errors
    /// When the gate cannot be read.
    pub async fn past(&self) -> Result<Past, StoreError> {
        let get = self.client.get_item().table_name(&self.table).consistent_read(true);
        let output = get.key("config_key", AttributeValue::S(self.key.clone())).send().await;
        let item = output.map_err(|error| store_error(&error))?.item;
        let state = item.as_ref().map(stored::from_item).transpose();
        let (state, _) = state.map_err(|error| StoreError::Refused(error.to_string()))?.unwrap_or_default();
        Ok(Past {
            closed: matches!(state.breaker, Breaker::Closed { .. }),
            probes: state.recent_probes.into_iter().collect(),
        })
    }

    /// The metric `CircuitBreakerState`, from the copy.
    pub fn level(&self) -> u32 {
        self.copy().state.level()
    }

    async fn change<T>(&self, change: impl Fn(&State, Moment) -> (T, State)) -> Changed<T> {
        let writer = self.environment.entropy.token();
        for refusal in 0.. {
            let seen = self.copy();
            let (value, state) = change(&seen.state, self.environment.clock.now());
            if state == seen.state {
                return Changed::Done(value);
            }
            let next = Seen { state, version: seen.version + 1, writers: seen.writers.and(&writer) };
            match self.write(&next).await {
                Ok(()) => {
                    self.keep(next);
                    return Changed::Done(value);
                }
                Err(WriteError::Outdated(item)) => match self.keep_item(item) {
                    Ok(now) if now.writers.include(&writer) => return Changed::Done(value),
                    Ok(_) => {}
                    Err(error) => {
                        tracing::error!(category = "system", code = "gate_corrupt", %error, "the gate cannot be read");
                        return Changed::Unavailable;
                    }
                },
                Err(WriteError::Unavailable(error)) => {
                    tracing::warn!(code = "gate_unavailable", error, "the gate cannot be reached");
                    return Changed::Unavailable;
                }
                Err(WriteError::Refused(error)) => {
                    tracing::error!(category = "system", code = "gate_refused", error, "the gate refuses us");
                    return Changed::Unavailable;
                }
            }
            if !self.wait_after(refusal).await {
                break;
            }
        }
        tracing::warn!(code = "gate_contended", "the gate is contended");
        Changed::Contended
    }

    /// Waits before every other try only: a refusal brings the state as it is at that moment, and after a wait that is
    /// old again. So each wait is followed by a look, and the look at once by a write. The answer is whether there is
    /// another try.
    async fn wait_after(&self, refusal: u32) -> bool {
        if refusal.is_multiple_of(2) {
            return true;
        }
        let Some(wait) = retry::CONFLICT.wait(refusal / 2, self.environment.entropy.fraction()) else { return false };
        self.environment.sleep(wait).await;
        true
    }

    /// Writes what follows on the version before.
    async fn write(&self, next: &Seen) -> Result<(), WriteError> {
        let attributes = stored::to_item(&next.state);
        let mut update = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("config_key", AttributeValue::S(self.key.clone()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .update_expression(expression(&attributes))
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":version", AttributeValue::N(next.version.to_string()))
            .expression_attribute_values(":writers", next.writers.to_attribute());
        for (name, value) in attributes {
            if let Some(value) = value {
                update = update.expression_attribute_values(format!(":{name}"), value);
            }
        }
        update = match next.version - 1 {
            0 => update.condition_expression("attribute_not_exists(#version)"),
            seen => update
                .condition_expression("#version = :seen")
                .expression_attribute_values(":seen", AttributeValue::N(seen.to_string())),
        };
        update.send().await.map(drop).map_err(|error| match error.as_service_error() {
            Some(UpdateItemError::ConditionalCheckFailedException(failed)) => WriteError::Outdated(failed.item.clone()),
            _ => match store_error(&error) {
                StoreError::Refused(error) => WriteError::Refused(error),
                _ => WriteError::Unavailable(describe(&error)),
            },
        })
    }

    fn copy(&self) -> Seen {
        self.copy.lock().expect("keeping a copy does not panic").clone()
    }

    fn keep(&self, seen: Seen) {
        *self.copy.lock().expect("keeping a copy does not panic") = seen;
    }

    /// Keeps what stands in the table. A gate that is not there any more begins anew.
    fn keep_item(&self, item: Option<Item>) -> Result<Seen, CorruptGate> {
        let seen = item.as_ref().map(Seen::of).transpose()?.unwrap_or_default();
        self.keep(seen.clone());
        Ok(seen)
    }

    /// Where a deferred message waits that the gate gives no place: 60 s to 120 s from now, by chance.
    pub fn placeless(&self) -> Moment {
        self.environment.clock.now() + PLACELESS.mul_f64(1.0 + self.environment.entropy.fraction())
    }
}

impl Seen {
    fn of(item: &Item) -> Result<Self, CorruptGate> {
        let (state, version) = stored::from_item(item)?;
        Ok(Self { state, version, writers: Writers::from_item(item) })
    }
}

/// How a change of the gate ended.
enum Changed<T> {
    Done(T),
    Contended,
    Unavailable,
}

/// Sets what the state has, and removes what it has not.
fn expression(attributes: &[(&'static str, Option<AttributeValue>)]) -> String {
    let (set, remove): (Vec<_>, Vec<_>) = attributes.iter().partition(|(_, value)| value.is_some());
    let set: String = set.iter().map(|(name, _)| format!(", {name} = :{name}")).collect();
    let remove: String = remove.iter().map(|(name, _)| format!(", {name}")).collect();
    let (writers, writer) = (writers::ATTRIBUTE, writers::ATTRIBUTE_OF_ONE);
    format!("SET #version = :version, {writers} = :writers{set} REMOVE {writer}{remove}")
}

#[cfg(test)]
mod tests;
