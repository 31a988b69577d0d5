//! Concurrency: how many invocations may run at once, of one function or of the account; and how many may begin in a second.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::services::throttle::Throttle;

/// Concurrent executions that an account may have in a Region unless AWS raises it ("Lambda quotas").
pub const ACCOUNT_CONCURRENCY: u32 = 1_000;

/// Synchronous invocations that may begin in a second for each execution that may run at once ("Lambda quotas").
const REQUESTS_PER_SECOND_AND_EXECUTION: f64 = 10.0;

/// A number of invocations that may run at once. A function with reserved concurrency has its own; all others share
/// what the account has left.
#[derive(Debug)]
pub(super) struct Limit {
    max: u32,
    running: AtomicU32,
    requests: Mutex<Throttle>,
    /// What Lambda says when too many run at once.
    pub concurrency_reason: &'static str,
    /// And when too many begin in a second.
    pub rate_reason: &'static str,
}

/// The right to run one invocation; given back when dropped.
#[derive(Debug)]
pub(super) struct Permit(Arc<Limit>);

impl Limit {
    pub fn reserved(max: u32) -> Arc<Self> {
        let (concurrency, rate) =
            ("ReservedFunctionConcurrentInvocationLimitExceeded", "ReservedFunctionInvocationRateLimitExceeded");
        Self::new(max, concurrency, rate)
    }

    /// What is left of the account's concurrency.
    pub fn unreserved(max: u32) -> Arc<Self> {
        Self::new(max, "ConcurrentInvocationLimitExceeded", "FunctionInvocationRateLimitExceeded")
    }

    fn new(max: u32, concurrency_reason: &'static str, rate_reason: &'static str) -> Arc<Self> {
        let per_second = f64::from(max) * REQUESTS_PER_SECOND_AND_EXECUTION;
        let requests = Mutex::new(Throttle::new(per_second, UNIX_EPOCH));
        Arc::new(Self { max, running: AtomicU32::new(0), requests, concurrency_reason, rate_reason })
    }

    /// Whether one more synchronous invocation may begin at `now`. Where none may ever run, it is not the rate that says so.
    pub fn admits(&self, now: SystemTime) -> bool {
        let mut requests = self.requests.lock().expect("no holder panics");
        let admitted = requests.admits(now);
        if admitted {
            requests.take(1.0);
        }
        admitted || self.max == 0
    }

    pub fn take(self: &Arc<Self>) -> Option<Permit> {
        let one_more = |running| (running < self.max).then_some(running + 1);
        let taken = self.running.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more);
        taken.is_ok().then(|| Permit(self.clone()))
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_permit_that_is_dropped_can_be_taken_again() {
        let limit = Limit::reserved(2);
        let (first, second) = (limit.take(), limit.take());
        assert!(first.is_some() && second.is_some() && limit.take().is_none());
        drop(first);
        assert!(limit.take().is_some());
    }

    #[test]
    fn a_limit_of_zero_stops_a_function() {
        assert!(Limit::reserved(0).take().is_none());
    }
}
