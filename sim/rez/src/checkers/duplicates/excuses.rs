//! Spans of time in which somebody could not know whether ntfy had accepted.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

/// What has left a sender arrives although he waits no more, but not later than this.
const ON_THE_WAY: Duration = Duration::from_secs(15);

/// The spans, each with how many acceptances within it may have gone unknown.
#[derive(Debug, Default)]
pub struct Excuses {
    by_end: BTreeMap<SystemTime, Vec<Excuse>>,
}

#[derive(Debug)]
struct Excuse {
    from: SystemTime,
    acceptances: u32,
}

impl Excuses {
    /// Of what began at `from` and took `took`.
    pub fn add(&mut self, from: SystemTime, took: Duration, acceptances: u32) {
        self.by_end.entry(from + took + ON_THE_WAY).or_default().push(Excuse { from, acceptances });
    }

    /// Uses up one for an acceptance at `at`. The one that ends first is taken, so that as many as can be are excused
    /// when this is asked in the order of time.
    pub fn take(&mut self, at: SystemTime) -> bool {
        let mut excuses = self.by_end.range_mut(at..).flat_map(|(_, excuses)| excuses);
        let excuse = excuses.find(|excuse| excuse.from <= at && excuse.acceptances > 0);
        excuse.map(|excuse| excuse.acceptances -= 1).is_some()
    }

    /// Forgets what ended before `at`.
    pub fn forget(&mut self, at: SystemTime) {
        self.by_end = self.by_end.split_off(&at);
    }
}
