//! What a try's result changes at the gate. Pure.

use super::settings::Settings;
use super::state::{Breaker, State};
use crate::clock::Moment;

/// What a try showed of the destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It answers: it accepted, or refused for a reason of the message's or of ours.
    Answers,
    /// A breaker failure: 5xx, no answer in time, no connection.
    Fails,
    /// It takes nothing before this moment, and counted more than we did. Not a failure: a server that says so is up.
    Limits(Moment),
    /// It refuses us, whatever the message: nobody tries before this moment, as each refusal may count against us.
    Refuses(Moment),
    /// Nothing: the try did not start. Its slot of the pace is not given back, which only makes us slower.
    Untried,
}

/// Applies the verdict of the try `try_id`; `probe` says whether it was permitted as one. If its message is to be
/// deferred, the answer is its place. `earliest` is that message's own: it delays none of those that are deferred later.
pub fn report(
    settings: &Settings,
    state: &State,
    now: Moment,
    try_id: &str,
    probe: bool,
    verdict: Verdict,
    earliest: Option<Moment>,
) -> (Option<Moment>, State) {
    let mut next = state.clone();
    next.breaker = breaker(settings, &state.breaker, now, try_id, probe, verdict);
    if let Verdict::Limits(until) | Verdict::Refuses(until) = verdict {
        next.limited_until = next.limited_until.max(until);
    }
    if let Verdict::Limits(_) = verdict {
        next.take_all_slots(settings, now);
    }
    let opens = match next.breaker {
        Breaker::Open { until } => until,
        _ => now,
    };
    let floor = opens.max(next.limited_until);
    let place = earliest.map(|earliest| next.take_place(settings, now, floor).max(earliest));
    (place, next)
}

/// Only the probe moves a half-open breaker, and nothing moves an open one: tries that were permitted before may still
/// come to their end.
fn breaker(
    settings: &Settings,
    breaker: &Breaker,
    now: Moment,
    try_id: &str,
    probe: bool,
    verdict: Verdict,
) -> Breaker {
    let fails = verdict == Verdict::Fails;
    let open = Breaker::Open { until: now + settings.open_for };
    match breaker {
        Breaker::HalfOpen { probe_id, .. } if verdict == Verdict::Untried && probe && probe_id == try_id => {
            Breaker::Open { until: now }
        }
        _ if verdict == Verdict::Untried => breaker.clone(),
        Breaker::Closed { .. } if probe => breaker.clone(),
        Breaker::Closed { failures } if fails && failures + 1 >= settings.failures_max => open,
        Breaker::Closed { failures } if fails => Breaker::Closed { failures: failures + 1 },
        Breaker::Closed { .. } => Breaker::Closed { failures: 0 },
        Breaker::HalfOpen { probe_id, .. } if probe && probe_id == try_id => {
            if fails {
                open
            } else {
                Breaker::Closed { failures: 0 }
            }
        }
        Breaker::HalfOpen { .. } | Breaker::Open { .. } => breaker.clone(),
    }
}
