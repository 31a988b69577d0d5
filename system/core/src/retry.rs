//! How long to wait before a retry: exponential, with full jitter. Pure.

use std::time::Duration;

/// Waits between tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// Longest wait before the first retry; it doubles for each one after.
    pub first: Duration,
    /// No wait is longer.
    pub longest: Duration,
    pub retries_max: u32,
}

/// Retries of one delivery attempt: up to 1 s, 2 s and 4 s.
pub const DELIVERY: Backoff =
    Backoff { first: Duration::from_secs(1), longest: Duration::from_secs(4), retries_max: 3 };

/// Retries of a write that met a transaction under way, or lost a race for a version. Such a conflict lasts as long as
/// one write does, some 10 ms.
pub const CONFLICT: Backoff =
    Backoff { first: Duration::from_millis(20), longest: Duration::from_millis(320), retries_max: 6 };

/// Retries of a parameter's first reading, which Parameter Store throttled. Its bucket fills with 40 a second, and 50
/// environments that start at once ask for 150 values: about 4 s.
pub const PARAMETERS: Backoff =
    Backoff { first: Duration::from_millis(500), longest: Duration::from_secs(4), retries_max: 5 };

impl Backoff {
    /// The wait before retry number `retry` (from 0), or nothing when there are no more. `fraction` is from [0, 1):
    /// full jitter spreads those who failed together over the whole wait.
    pub fn wait(&self, retry: u32, fraction: f64) -> Option<Duration> {
        if retry >= self.retries_max {
            return None;
        }
        let longest = self.first.saturating_mul(2u32.saturating_pow(retry)).min(self.longest);
        Some(longest.mul_f64(fraction))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_delivery_is_retried_three_times_after_up_to_1_2_and_4_seconds() {
        let longest: Vec<_> = (0..).map_while(|retry| DELIVERY.wait(retry, 1.0)).collect();
        assert_eq!(longest, [1, 2, 4].map(Duration::from_secs));
    }

    proptest! {
        #[test]
        fn jitter_takes_any_part_of_the_wait(retry in 0u32..100, fraction in 0.0..1.0f64) {
            match CONFLICT.wait(retry, fraction) {
                Some(wait) => prop_assert!(retry < CONFLICT.retries_max && wait <= CONFLICT.longest),
                None => prop_assert!(retry >= CONFLICT.retries_max),
            }
        }
    }
}
