//! Bursts of throttling: a service that refuses every request for a moment, now and then.

use std::collections::BTreeMap;
use std::time::Duration;

use rand_distr::{Distribution, Exp1};

use crate::profile::BurstKnobs;
use crate::world::{Seed, Stream};

/// When each service throttles. Bursts come as a Poisson process, each service's from a stream of its own.
#[derive(Debug)]
pub(super) struct Bursts {
    knobs: BurstKnobs,
    seed: Seed,
    by_service: BTreeMap<String, Service>,
}

#[derive(Debug)]
struct Service {
    stream: Stream,
    /// When the last burst that was drawn begins, and when it has ended.
    from: Duration,
    until: Duration,
}

impl Bursts {
    pub(super) fn new(knobs: BurstKnobs, seed: Seed) -> Self {
        Self { knobs, seed, by_service: BTreeMap::new() }
    }

    /// Whether `service` throttles now, `elapsed` after the world began. Time does not go back.
    pub(super) fn throttles(&mut self, service: &str, elapsed: Duration) -> bool {
        if !self.by_service.contains_key(service) {
            let stream = self.seed.stream(&format!("throttle bursts {service}"));
            let service = service.to_owned();
            self.by_service.insert(service, Service { stream, from: Duration::ZERO, until: Duration::ZERO });
        }
        let state = self.by_service.get_mut(service).expect("it was put there");
        while state.until <= elapsed {
            let gap: f64 = Exp1.sample(&mut state.stream);
            state.from = state.until + self.knobs.mean_gap.mul_f64(gap);
            state.until = state.from + self.knobs.length;
        }
        state.from <= elapsed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_throttles_its_share_of_the_time_in_bursts_of_its_own() {
        let knobs = BurstKnobs { mean_gap: Duration::from_secs(58), length: Duration::from_secs(2) };
        let mut bursts = Bursts::new(knobs, Seed(1));
        let (mut throttled, mut together, mut begun, mut before) = (0, 0, 0, false);
        let seconds = 60_000;
        for second in 0..seconds {
            let elapsed = Duration::from_secs(second);
            let [one, other] = ["sqs", "sns"].map(|service| bursts.throttles(service, elapsed));
            throttled += u32::from(one);
            together += u32::from(one && other);
            begun += u32::from(one && !before);
            before = one;
        }
        assert!((1_600..2_400).contains(&throttled), "a thirtieth of {seconds} s: {throttled}");
        assert!((800..1_200).contains(&begun), "one a minute: {begun}");
        assert!(together < throttled / 10, "{together} of {throttled} at the same time");
    }
}
