//! May this try start? Pure.

use super::settings::Settings;
use super::state::{Breaker, State};
use crate::clock::Moment;
use crate::error::codes;

/// The answer to a try that wants to start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It may, and has a slot of the pace. A probe decides what becomes of the breaker.
    Permit {
        probe: bool,
    },
    Deny(Denial),
}

/// A try may not start; its message has a place among the deferred.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Denial {
    pub reason: Reason,
    pub until: Moment,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The breaker is open, or half-open with its probe under way.
    Breaker,
    /// The bucket is empty.
    Pace,
    /// The destination itself said that it takes nothing for now.
    Limited,
}

impl Reason {
    /// The code of the failure that is remembered.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Breaker => codes::BREAKER_OPEN,
            Self::Pace => codes::PACE,
            Self::Limited => codes::RATE_LIMITED,
        }
    }
}

/// Decides about the try `try_id`, and what the gate remembers then. The same try may ask again, when it does not know
/// whether its last question was heard.
pub fn decide(settings: &Settings, state: &State, now: Moment, try_id: &str) -> (Decision, State) {
    let mut next = state.clone();
    let decision = match refusal(state, now, try_id) {
        Some((reason, earliest)) => deny(settings, &mut next, now, reason, earliest),
        None if !next.take_slot(settings, now) => deny(settings, &mut next, now, Reason::Pace, now),
        None => Decision::Permit { probe: begin_probe(settings, &mut next, now, try_id) },
    };
    (decision, next)
}

/// Why no try may start, and until when at least.
fn refusal(state: &State, now: Moment, try_id: &str) -> Option<(Reason, Moment)> {
    match &state.breaker {
        Breaker::Open { until } if now < *until => Some((Reason::Breaker, *until)),
        Breaker::HalfOpen { probe_id, lease_until } if now < *lease_until && probe_id != try_id => {
            Some((Reason::Breaker, *lease_until))
        }
        _ if now < state.limited_until => Some((Reason::Limited, state.limited_until)),
        _ => None,
    }
}

fn deny(settings: &Settings, next: &mut State, now: Moment, reason: Reason, earliest: Moment) -> Decision {
    Decision::Deny(Denial { reason, until: next.take_place(settings, now, earliest) })
}

/// Unless the breaker is closed, the try that starts is the probe.
fn begin_probe(settings: &Settings, next: &mut State, now: Moment, try_id: &str) -> bool {
    if matches!(next.breaker, Breaker::Closed { .. }) {
        return false;
    }
    if !next.recent_probes.iter().any(|id| id == try_id) {
        next.remember_probe(try_id);
    }
    next.breaker = Breaker::HalfOpen { probe_id: try_id.to_owned(), lease_until: now + settings.probe_lease };
    true
}

#[cfg(test)]
mod tests;
