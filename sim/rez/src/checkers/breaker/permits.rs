//! Which environments hold a permit of the gate: its update that took a slot of the pace, until their try.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, SystemTime};

use rez_cloud::history::Cause;

use crate::checkers::Gate;

/// A permit is used at once, or not at all; a try is learnt of after the 10 s of its HTTP timeout.
const KEPT: Duration = Duration::from_secs(60);

/// When each environment was permitted, by the time.
#[derive(Debug, Default)]
pub struct Permits {
    by_environment: BTreeMap<u64, VecDeque<SystemTime>>,
}

impl Permits {
    pub fn learn(&mut self, at: SystemTime, before: Option<Gate<'_>>, after: Gate<'_>, by: Cause<'_>) {
        let took_a_slot = before.is_none_or(|before| before.full_at() < after.full_at());
        if let Cause::Function { environment, .. } = by
            && took_a_slot
        {
            let permits = self.by_environment.entry(environment).or_default();
            while permits.pop_front_if(|since| at.duration_since(*since).unwrap_or_default() > KEPT).is_some() {}
            permits.push_back(at);
        }
    }

    /// The permit of a try that was `sent` then; it is for one try. Tries may be learnt of in another order than they
    /// were permitted in.
    pub fn take(&mut self, environment: u64, sent: SystemTime) -> Option<SystemTime> {
        let permits = self.by_environment.get_mut(&environment)?;
        let last = permits.iter().rposition(|permitted| *permitted <= sent)?;
        permits.remove(last)
    }
}
