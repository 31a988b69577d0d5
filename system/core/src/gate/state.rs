//! What a gate remembers.

use std::collections::VecDeque;
use std::time::Duration;

use super::settings::Settings;
use crate::clock::Moment;

/// Ids of probes that are remembered, so that the sweep can tell a crashed probe from a crashed attempt. A probe starts
/// at most every 15 s and is swept within minutes.
const RECENT_PROBES: usize = 20;

/// State of the circuit breaker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Breaker {
    Closed {
        /// Consecutive ones.
        failures: u32,
    },
    /// No try starts before.
    Open { until: Moment },
    /// One probe in the whole fleet may try.
    HalfOpen { probe_id: String, lease_until: Moment },
}

/// State of a gate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    pub breaker: Breaker,
    pub recent_probes: VecDeque<String>,
    /// The pace, as the theoretical arrival time of GCRA: when the bucket will be full again.
    pub full_at: Moment,
    /// The last place that was given to a deferred message. Each takes the next, one interval later, so that they return
    /// spread and no faster than the pace.
    pub queue_until: Moment,
    /// The destination said itself that it takes nothing before.
    pub limited_until: Moment,
}

impl Default for State {
    fn default() -> Self {
        Self {
            breaker: Breaker::Closed { failures: 0 },
            recent_probes: VecDeque::new(),
            full_at: Moment::default(),
            queue_until: Moment::default(),
            limited_until: Moment::default(),
        }
    }
}

impl State {
    /// 0 closed, 1 half-open, 2 open: the metric `CircuitBreakerState`.
    pub fn level(&self) -> u32 {
        match self.breaker {
            Breaker::Closed { .. } => 0,
            Breaker::HalfOpen { .. } => 1,
            Breaker::Open { .. } => 2,
        }
    }

    /// Takes a slot of the pace, if there is one.
    pub(super) fn take_slot(&mut self, settings: &Settings, now: Moment) -> bool {
        let used = self.full_at.since(now);
        if used > settings.interval.saturating_mul(settings.burst.saturating_sub(1)) {
            return false;
        }
        self.full_at = self.full_at.max(now) + settings.interval;
        true
    }

    /// Empties the bucket: the destination counted more than we did.
    pub(super) fn take_all_slots(&mut self, settings: &Settings, now: Moment) {
        self.full_at = self.full_at.max(now + settings.interval.saturating_mul(settings.burst));
    }

    /// Takes the next place among the deferred, not before `earliest`.
    pub(super) fn take_place(&mut self, settings: &Settings, now: Moment, earliest: Moment) -> Moment {
        self.queue_until = now.max(self.queue_until).max(earliest) + settings.interval.max(Duration::from_millis(1));
        self.queue_until
    }

    pub(super) fn remember_probe(&mut self, probe_id: &str) {
        if self.recent_probes.len() == RECENT_PROBES {
            self.recent_probes.pop_front();
        }
        self.recent_probes.push_back(probe_id.to_owned());
    }
}
