//! What people come for.

use rand::RngExt;
use rez_cloud::world::Stream;
use rez_core::message::Content;

use crate::scenario::Workload;

/// One visit, of one request or more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Visit {
    List,
    /// A list by stage, status or time.
    Filter,
    /// A list, and the pages after it.
    Page,
    Show,
    Write(Content),
    /// Writing, and trying to cancel it at once.
    Regret(Content),
    Metrics,
    Refresh,
    /// Signing out, and in again.
    SignIn,
    Health,
    /// What this person may not do, if there is something.
    Trespass,
    /// A look at what waits; one's own of it is cancelled.
    Cancel,
    /// A look at what failed; it is redriven.
    Redrive,
}

/// Pages that somebody turns.
pub const PAGES: usize = 3;

/// Shares of the design's mix, in thousandths of the visits that are no writes, and the requests that each takes. Who looks
/// for something to cancel or to redrive mostly finds nothing.
const SHARES: [(u32, u32, Visit); 11] = [
    (345, 1, Visit::List),
    (150, 1, Visit::Filter),
    (150, PAGES as u32, Visit::Page),
    (150, 1, Visit::Show),
    (110, 1, Visit::Metrics),
    (30, 1, Visit::Refresh),
    (10, 4, Visit::SignIn),
    (20, 1, Visit::Health),
    (10, 1, Visit::Trespass),
    (15, 1, Visit::Cancel),
    (10, 1, Visit::Redrive),
];

/// A message is written, and looked at or cancelled.
const REQUESTS_A_WRITE: u32 = 2;
/// One in so many is cancelled by its writer as soon as it is written.
const REGRETTED_ONE_IN: u32 = 100;

impl Visit {
    pub fn write(content: Content, choices: &mut Stream) -> Self {
        if choices.random_ratio(1, REGRETTED_ONE_IN) { Self::Regret(content) } else { Self::Write(content) }
    }

    pub fn choose(choices: &mut Stream) -> Self {
        let all: u32 = SHARES.iter().map(|(share, ..)| share).sum();
        let mut drawn = choices.random_range(0..all);
        for (share, _, visit) in &SHARES {
            if drawn < *share {
                return visit.clone();
            }
            drawn -= share;
        }
        Self::List
    }
}

/// Visits a day beside the writes, so that all requests together are as many as were asked for. `renewals` are those that
/// tokens need which have ended.
pub fn visits_per_day(workload: &Workload, renewals: u32) -> u32 {
    let others = workload.api_requests_per_day.saturating_sub(REQUESTS_A_WRITE * workload.messages_per_day + renewals);
    let requests: u32 = SHARES.iter().map(|(share, requests, _)| share * requests).sum();
    let visits: u32 = SHARES.iter().map(|(share, ..)| share).sum();
    (f64::from(others) * f64::from(visits) / f64::from(requests)).round() as u32
}

#[cfg(test)]
mod tests {
    use rez_cloud::Seed;

    use super::*;
    use crate::scenario;

    #[test]
    fn each_visit_has_its_share() {
        let mut choices = Seed(1).stream("visitors");
        let drawn: Vec<Visit> = (0..10_000).map(|_| Visit::choose(&mut choices)).collect();
        for (share, _, visit) in &SHARES {
            let found = drawn.iter().filter(|it| *it == visit).count() as f64;
            let expected = f64::from(*share) * 10.0;
            assert!((found - expected).abs() < expected.sqrt() * 5.0, "{visit:?}: {found} of {expected}");
        }
    }

    #[test]
    fn visits_are_fewer_than_requests_and_writes_take_theirs_first() {
        let mut workload = scenario::find("month").unwrap().workload;
        (workload.messages_per_day, workload.api_requests_per_day) = (1_000, 10_000);
        assert_eq!(visits_per_day(&workload, 0), 6_015, "8,000 requests, 1.33 a visit");
        workload.api_requests_per_day = 2_000;
        assert_eq!(visits_per_day(&workload, 100), 0);
    }
}
