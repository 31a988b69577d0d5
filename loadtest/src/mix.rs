//! Which requests a load is made of, and how often each comes.

use crate::api::Request;

/// How often each comes, among a hundred. The design has ten requests for each message.
const USUAL: [(Request, u32); 5] =
    [(Request::List, 40), (Request::Filter, 20), (Request::Page, 15), (Request::Metrics, 15), (Request::Create, 10)];

/// Requests, and how often each comes in relation to the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mix(Vec<(Request, u32)>);

impl Mix {
    /// Of these alone, which keep their relation to each other; of all, when none is named.
    pub fn only(requests: &[Request]) -> Self {
        let wanted = |(request, _): &(Request, u32)| requests.is_empty() || requests.contains(request);
        Self(USUAL.into_iter().filter(wanted).collect())
    }

    /// Whether nothing was left out.
    pub fn is_whole(&self) -> bool {
        self.0.len() == USUAL.len()
    }

    pub fn contains(&self, request: Request) -> bool {
        self.0.iter().any(|(one, _)| *one == request)
    }

    /// The request with this number. Every stretch of numbers has the mix, and no request comes in clumps: the numbers are
    /// spread by the golden ratio.
    pub fn numbered(&self, number: u64) -> Request {
        const GOLDEN: f64 = 0.618_033_988_749_894_9;
        let total: u32 = self.0.iter().map(|(_, weight)| weight).sum();
        let mut place = (number as f64 * GOLDEN).fract() * f64::from(total);
        for (request, weight) in &self.0 {
            place -= f64::from(*weight);
            if place < 0.0 {
                return *request;
            }
        }
        self.0.last().map_or(Request::List, |(request, _)| *request)
    }
}

impl Default for Mix {
    fn default() -> Self {
        Self::only(&[])
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn counts(mix: &Mix, start: u64) -> BTreeMap<Request, i64> {
        let mut counts = BTreeMap::new();
        (start..start + 1_000).for_each(|number| *counts.entry(mix.numbered(number)).or_default() += 1);
        counts
    }

    #[test]
    fn every_thousand_requests_have_the_mix() {
        for start in [0, 12_345, 9_999_000] {
            let counts = counts(&Mix::default(), start);
            for (request, weight) in USUAL {
                assert!((counts[&request] - i64::from(weight) * 10).abs() <= 5, "{start}: {counts:?}");
            }
        }
    }

    #[test]
    fn some_alone_keep_their_relation() {
        assert_eq!(counts(&Mix::only(&[Request::Create]), 7), BTreeMap::from([(Request::Create, 1_000)]));
        let counts = counts(&Mix::only(&[Request::Create, Request::List]), 7);
        assert_eq!(counts.len(), 2);
        assert!((counts[&Request::List] - 800).abs() <= 5, "four to one: {counts:?}");
    }
}
