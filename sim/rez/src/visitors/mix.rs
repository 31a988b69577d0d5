//! What people come for.

use rand::RngExt;
use rez_cloud::world::Stream;
use rez_core::message::Content;

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
    Metrics,
    Refresh,
    /// Signing out, and in again.
    SignIn,
    Health,
    /// What this person may not do, if there is something.
    Trespass,
}

/// Shares of the design's mix, in thousandths of the requests that are no writes.
const SHARES: [(u32, Visit); 9] = [
    (350, Visit::List),
    (170, Visit::Filter),
    (150, Visit::Page),
    (150, Visit::Show),
    (110, Visit::Metrics),
    (30, Visit::Refresh),
    (10, Visit::SignIn),
    (20, Visit::Health),
    (10, Visit::Trespass),
];

impl Visit {
    pub fn choose(choices: &mut Stream) -> Self {
        let all: u32 = SHARES.iter().map(|(share, _)| share).sum();
        let mut drawn = choices.random_range(0..all);
        for (share, visit) in &SHARES {
            if drawn < *share {
                return visit.clone();
            }
            drawn -= share;
        }
        Self::List
    }
}

#[cfg(test)]
mod tests {
    use rez_cloud::Seed;

    use super::*;

    #[test]
    fn each_visit_has_its_share() {
        let mut choices = Seed(1).stream("visitors");
        let drawn: Vec<Visit> = (0..10_000).map(|_| Visit::choose(&mut choices)).collect();
        for (share, visit) in &SHARES {
            let found = drawn.iter().filter(|it| *it == visit).count() as f64;
            let expected = f64::from(*share) * 10.0;
            assert!((found - expected).abs() < expected.sqrt() * 5.0, "{visit:?}: {found} of {expected}");
        }
    }
}
