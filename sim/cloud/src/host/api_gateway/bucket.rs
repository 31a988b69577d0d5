//! A token bucket: so many requests per second, and so many at once.

use std::sync::Mutex;
use std::time::Duration;

use rez_topology::Throttle;

/// Full when the world begins.
#[derive(Debug)]
pub struct Bucket {
    throttle: Throttle,
    level: Mutex<Level>,
}

#[derive(Debug)]
struct Level {
    tokens: f64,
    /// Time since the world began.
    filled: Duration,
}

impl Bucket {
    pub fn new(throttle: Throttle) -> Self {
        let tokens = f64::from(throttle.burst);
        Self { throttle, level: Mutex::new(Level { tokens, filled: Duration::ZERO }) }
    }

    /// Takes a token at `now`, time since the world began. Whether there was one.
    pub fn take(&self, now: Duration) -> bool {
        let mut level = self.level.lock().expect("no holder panics");
        let passed = now.saturating_sub(level.filled).as_secs_f64();
        level.tokens = (level.tokens + passed * self.throttle.rate).min(f64::from(self.throttle.burst));
        level.filled = now;
        let admitted = level.tokens >= 1.0;
        if admitted {
            level.tokens -= 1.0;
        }
        admitted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admitted(bucket: &Bucket, at_ms: u64, requests: usize) -> usize {
        (0..requests).filter(|_| bucket.take(Duration::from_millis(at_ms))).count()
    }

    #[test]
    fn the_burst_is_admitted_at_once_and_then_the_rate() {
        let bucket = Bucket::new(Throttle { rate: 10.0, burst: 5 });
        assert_eq!(admitted(&bucket, 0, 8), 5);
        assert_eq!(admitted(&bucket, 99, 1), 0);
        assert_eq!(admitted(&bucket, 200, 8), 2);
        assert_eq!(admitted(&bucket, 60_000, 8), 5);
    }

    proptest::proptest! {
        #[test]
        fn no_window_admits_more_than_burst_and_rate(gaps in proptest::collection::vec(0_u64..300, 1..60)) {
            let bucket = Bucket::new(Throttle { rate: 10.0, burst: 3 });
            let mut now = 0;
            let mut times = Vec::new();
            for gap in gaps {
                now += gap;
                if bucket.take(Duration::from_millis(now)) {
                    times.push(now);
                }
            }
            for (index, start) in times.iter().enumerate() {
                for (count, end) in times[index..].iter().enumerate() {
                    let most = 3.0 + 10.0 * (end - start) as f64 / 1_000.0;
                    proptest::prop_assert!((count + 1) as f64 <= most + 1e-6);
                }
            }
        }
    }
}
