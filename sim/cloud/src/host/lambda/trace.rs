//! The X-Ray header of an invocation, and who is sampled.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use crate::world::{Clock, Ids};

/// Share of requests beyond the first of each second that active tracing samples ("Lambda and X-Ray": 1/s and 5 %).
const SAMPLED_SHARE: f64 = 0.05;

/// Makes trace headers.
pub(super) struct Tracer {
    ids: Ids,
    /// Traces that were begun and are recorded.
    sampled: AtomicU64,
    /// The second in which a request was last sampled because it was the first.
    last_sampled: Mutex<Option<u64>>,
}

impl Tracer {
    pub fn new(ids: Ids) -> Self {
        Self { ids, sampled: AtomicU64::new(0), last_sampled: Mutex::new(None) }
    }

    /// Carries on the trace that the caller sent, or begins one: `Root=1-…-…;Parent=…;Sampled=…`.
    pub fn header(&self, incoming: Option<&str>, active: bool, clock: &Clock) -> String {
        let parent: u64 = self.ids.bits();
        if let Some((root, sampled)) = incoming.and_then(root_and_sampled) {
            return format!("Root={root};Parent={parent:016x};Sampled={sampled}");
        }
        let seconds = seconds(clock.now());
        let (high, low): (u32, u64) = (self.ids.bits(), self.ids.bits());
        let sampled = u8::from(active && self.samples(seconds));
        self.sampled.fetch_add(sampled.into(), Ordering::Relaxed);
        format!("Root=1-{seconds:08x}-{high:08x}{low:016x};Parent={parent:016x};Sampled={sampled}")
    }

    /// How many traces were begun so far that are recorded; one that is carried on is the same trace.
    pub fn sampled(&self) -> u64 {
        self.sampled.load(Ordering::Relaxed)
    }

    fn samples(&self, second: u64) -> bool {
        let first = self.last_sampled.lock().expect("no holder panics").replace(second) != Some(second);
        first || self.ids.bits::<f64>() < SAMPLED_SHARE
    }
}

fn root_and_sampled(header: &str) -> Option<(&str, &str)> {
    let field = |name: &str| header.split(';').find_map(|field| field.trim().strip_prefix(name));
    Some((field("Root=")?, field("Sampled=").unwrap_or("0")))
}

fn seconds(at: SystemTime) -> u64 {
    at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs()
}
