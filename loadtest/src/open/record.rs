//! What was seen: latency by request, failures, and what was dropped.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use tokio::task::JoinError;

use super::generator::Answer;
use super::timeline::Timeline;

/// Latencies are kept to three significant figures, in microseconds, up to a minute.
const SIGNIFICANT_FIGURES: u8 = 3;
pub(super) const LATENCY_US_MAX: u64 = 60_000_000;

/// Everything about one run.
#[derive(Debug)]
pub struct Record {
    begun: Instant,
    rows: BTreeMap<&'static str, Row>,
    timeline: Timeline,
    dropped: u64,
    given_up: u64,
}

/// Everything about one kind of request.
#[derive(Clone, Debug)]
pub struct Row {
    pub latency_us: Histogram<u64>,
    /// No answer, or a server error.
    pub failed: u64,
    /// 429.
    pub throttled: u64,
    /// Any other 4xx, and 3xx: the API redirects nobody.
    pub refused: u64,
}

impl Default for Row {
    fn default() -> Self {
        Self { latency_us: histogram(), failed: 0, throttled: 0, refused: 0 }
    }
}

impl Row {
    /// Counts one request that ended after `latency`.
    pub fn add(&mut self, latency: Duration, answer: Answer) {
        self.latency_us.saturating_record(latency.as_micros() as u64);
        match answer.status {
            _ if answer.is_failure() => self.failed += 1,
            Some(429) => self.throttled += 1,
            Some(300..500) => self.refused += 1,
            _ => {}
        }
    }

    pub fn merge(&mut self, other: &Self) {
        self.latency_us.add(&other.latency_us).expect("histograms here have one shape");
        self.failed += other.failed;
        self.throttled += other.throttled;
        self.refused += other.refused;
    }

    pub fn count(&self) -> u64 {
        self.latency_us.len()
    }

    /// Requests that were answered with success.
    pub fn accepted(&self) -> u64 {
        self.count().saturating_sub(self.failed + self.throttled + self.refused)
    }

    /// The latency below which this share of requests stayed, `0.99` for p99.
    pub fn quantile(&self, share: f64) -> Duration {
        Duration::from_micros(self.latency_us.value_at_quantile(share))
    }

    /// Requests that stayed under `limit`.
    pub fn under(&self, limit: Duration) -> u64 {
        let limit = (limit.as_micros() as u64).saturating_sub(1);
        self.latency_us.count_between(0, limit)
    }
}

impl Record {
    pub(super) fn new() -> Self {
        Self { begun: Instant::now(), rows: BTreeMap::new(), timeline: Timeline::new(), dropped: 0, given_up: 0 }
    }

    pub(super) fn dropped(&mut self) {
        self.dropped += 1;
    }

    /// A request that was due, its answer, and when that came. One that panicked is a mistake of ours.
    pub(super) fn ended(&mut self, ended: Result<(Instant, Answer, Instant), JoinError>) {
        let (due, answer, at) = ended.expect("sending does not panic");
        let latency = at.saturating_duration_since(due);
        self.rows.entry(answer.name).or_default().add(latency, answer);
        self.timeline.record(due.saturating_duration_since(self.begun), latency);
    }

    pub(super) fn given_up(&mut self, count: usize) {
        self.given_up += count as u64;
    }

    /// By the name of the request.
    pub fn rows(&self) -> &BTreeMap<&'static str, Row> {
        &self.rows
    }

    /// Of all requests, by the moment at which they were due.
    pub fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    /// All requests together.
    pub fn total(&self) -> Row {
        self.rows.values().fold(Row::default(), |mut total, row| {
            total.merge(row);
            total
        })
    }

    /// Requests that were due and not sent, because too many were under way.
    pub fn arrivals_dropped(&self) -> u64 {
        self.dropped
    }

    /// Requests whose answer nobody waited for, because the test was stopped early.
    pub fn arrivals_given_up(&self) -> u64 {
        self.given_up
    }

    pub fn elapsed(&self) -> Duration {
        self.begun.elapsed()
    }
}

fn histogram() -> Histogram<u64> {
    Histogram::new_with_bounds(1, LATENCY_US_MAX, SIGNIFICANT_FIGURES).expect("constant bounds are valid")
}
