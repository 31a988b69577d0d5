//! What one visitor has used up: requests, failed log-ins, the day's messages and bandwidth.

use std::collections::VecDeque;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const DAY_SECONDS: u64 = 24 * 3_600;
/// Failed log-ins that a visitor may have at once, and the time in which one is forgiven.
const AUTH_FAILURES_BURST: u32 = 30;
const AUTH_FAILURE_INTERVAL: Duration = Duration::from_secs(60);

/// A token bucket, kept as the time at which it will be full again.
#[derive(Clone, Copy, Debug)]
pub struct Bucket {
    burst: u32,
    interval: Duration,
    full_at: SystemTime,
}

impl Bucket {
    pub fn new(burst: u32, interval: Duration) -> Self {
        Self { burst, interval, full_at: UNIX_EPOCH }
    }

    /// Whether a token is there.
    pub fn has_token(&self, now: SystemTime) -> bool {
        let missing = self.full_at.duration_since(now).unwrap_or_default();
        missing + self.interval <= self.interval * self.burst
    }

    /// Takes a token, if there is one.
    pub fn take(&mut self, now: SystemTime) -> bool {
        let taken = self.has_token(now);
        if taken {
            self.full_at = self.full_at.max(now) + self.interval;
        }
        taken
    }
}

pub struct Visitor {
    pub requests: Bucket,
    pub auth_failures: Bucket,
    day: u64,
    messages_today: u32,
    bytes_today: usize,
    /// Bytes of the attachments that are held, each with the time at which it goes; the oldest first.
    held: VecDeque<(SystemTime, usize)>,
}

impl Visitor {
    pub fn new(request_burst: u32, request_interval: Duration) -> Self {
        Self {
            requests: Bucket::new(request_burst, request_interval),
            auth_failures: Bucket::new(AUTH_FAILURES_BURST, AUTH_FAILURE_INTERVAL),
            day: 0,
            messages_today: 0,
            bytes_today: 0,
            held: VecDeque::new(),
        }
    }

    /// Counts a message of the day; false when the day's quota is used up.
    pub fn count_message(&mut self, now: SystemTime, quota: u32) -> bool {
        self.turn_page(now);
        let counted = self.messages_today < quota;
        self.messages_today += u32::from(counted);
        counted
    }

    /// Bytes of attachments that are held for it.
    pub fn bytes_held(&mut self, now: SystemTime) -> usize {
        while self.held.front().is_some_and(|(until, _)| *until <= now) {
            self.held.pop_front();
        }
        self.held.iter().map(|(_, bytes)| bytes).sum()
    }

    pub fn hold(&mut self, bytes: usize, until: SystemTime) {
        self.held.push_back((until, bytes));
    }

    /// Counts attachment bytes of the day; false when the day's bandwidth is used up.
    pub fn count_bytes(&mut self, now: SystemTime, bytes: usize, quota: usize) -> bool {
        self.turn_page(now);
        let counted = self.bytes_today + bytes <= quota;
        self.bytes_today += if counted { bytes } else { 0 };
        counted
    }

    /// Quotas begin anew at midnight, UTC.
    fn turn_page(&mut self, now: SystemTime) {
        let day = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs() / DAY_SECONDS;
        if day != self.day {
            (self.day, self.messages_today, self.bytes_today) = (day, 0, 0);
        }
    }
}
