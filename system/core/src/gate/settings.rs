//! What a gate is set to.

use std::time::Duration;

use crate::config::Variables;

/// Numbers of a breaker and a pace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Consecutive failed tries that open the breaker.
    pub failures_max: u32,
    /// How long no try starts once it is open.
    pub open_for: Duration,
    /// How long a probe may take before it is given up as crashed: above the HTTP timeout of a try.
    pub probe_lease: Duration,
    /// The pace: one slot per interval, and `burst` at once after a rest. Below ntfy's own 60 and one per 5 s.
    pub interval: Duration,
    pub burst: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            failures_max: 5,
            open_for: Duration::from_secs(30),
            probe_lease: Duration::from_secs(15),
            interval: Duration::from_secs(5),
            burst: 50,
        }
    }
}

impl Settings {
    /// The defaults, or the pace that `PACE_BURST` and `PACE_INTERVAL_MS` give for a server with other limits.
    pub fn read(variables: &mut Variables<'_>) -> Self {
        let defaults = Self::default();
        let burst = variables.optional_parsed("PACE_BURST", defaults.burst);
        let interval_ms = variables.optional_parsed("PACE_INTERVAL_MS", 5000u32);
        if burst == 0 {
            variables.mistake("`PACE_BURST` is `0` (expected at least 1)".to_owned());
        }
        Self { burst, interval: Duration::from_millis(interval_ms.into()), ..defaults }
    }
}
