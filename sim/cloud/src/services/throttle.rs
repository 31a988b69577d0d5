//! A token bucket that may be overdrawn once: the cost of a request is known only after it is done.

use std::time::SystemTime;

/// Holds one second's worth of tokens.
#[derive(Clone, Debug)]
pub(crate) struct Throttle {
    per_second: f64,
    tokens: f64,
    filled: SystemTime,
}

impl Throttle {
    pub fn new(per_second: f64, now: SystemTime) -> Self {
        Self { per_second, tokens: per_second, filled: now }
    }

    /// Whether a request may start now. It is paid for by [`Throttle::take`].
    pub fn admits(&mut self, now: SystemTime) -> bool {
        let passed = now.duration_since(self.filled).unwrap_or_default().as_secs_f64();
        self.tokens = (self.tokens + passed * self.per_second).min(self.per_second);
        self.filled = now;
        self.tokens > 0.0
    }

    pub fn take(&mut self, tokens: f64) {
        self.tokens -= tokens;
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    #[test]
    fn a_second_refills_what_a_second_may_take() {
        let mut throttle = Throttle::new(2.0, UNIX_EPOCH);
        let mut admitted_at = |at: Duration| {
            let admitted = throttle.admits(UNIX_EPOCH + at);
            if admitted {
                throttle.take(1.0);
            }
            admitted
        };
        let half = Duration::from_millis(500);
        let admitted = [0, 0, 0, 1, 1, 2].map(|halves| admitted_at(half * halves));
        assert_eq!(admitted, [true, true, false, true, false, true]);
    }

    #[test]
    fn an_overdraft_is_paid_back_first() {
        let mut throttle = Throttle::new(10.0, UNIX_EPOCH);
        throttle.take(25.0);
        assert!(!throttle.admits(UNIX_EPOCH + Duration::from_secs(1)));
        assert!(throttle.admits(UNIX_EPOCH + Duration::from_secs(2)));
    }
}
