//! Concurrency: how many invocations may run at once, of one function or of the account.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// Concurrent executions that an account may have in a Region unless AWS raises it ("Lambda quotas").
pub const ACCOUNT_CONCURRENCY: u32 = 1_000;

/// A number of invocations that may run at once. A function with reserved concurrency has its own; all others share
/// what the account has left.
#[derive(Debug)]
pub(super) struct Limit {
    max: u32,
    running: AtomicU32,
    /// What Lambda says when it is reached.
    pub reason: &'static str,
}

/// The right to run one invocation; given back when dropped.
#[derive(Debug)]
pub(super) struct Permit(Arc<Limit>);

impl Limit {
    pub fn reserved(max: u32) -> Arc<Self> {
        Self::new(max, "ReservedFunctionConcurrentInvocationLimitExceeded")
    }

    /// What is left of the account's concurrency.
    pub fn unreserved(max: u32) -> Arc<Self> {
        Self::new(max, "ConcurrentInvocationLimitExceeded")
    }

    fn new(max: u32, reason: &'static str) -> Arc<Self> {
        Arc::new(Self { max, running: AtomicU32::new(0), reason })
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
