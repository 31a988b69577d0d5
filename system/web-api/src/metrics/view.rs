//! A snapshot as `Metrics` of `openapi.yaml`.

use std::time::Duration;

use rez_core::clock::Moment;
use rez_core::gate::Breaker;
use rez_core::store::{Counter, DayCounts};
use serde::Serialize;

use super::percentile::{Histogram, percentile_ms};
use super::snapshot::{Snapshot, WINDOW_HOURS, window_start};

#[derive(Serialize)]
pub struct MetricsView {
    as_of: String,
    stale: bool,
    counts: CountsView,
    success_rate: Option<f64>,
    latency_ms: LatencyView,
    breaker: &'static str,
    hours: Vec<HourView>,
}

/// Messages that entered each status.
#[derive(Clone, Copy, Default, Serialize)]
struct CountsView {
    created: u64,
    completed: u64,
    failed: u64,
    cancelled: u64,
    redriven: u64,
}

#[derive(Serialize)]
struct LatencyView {
    p50: Option<u64>,
    p95: Option<u64>,
    p99: Option<u64>,
}

#[derive(Serialize)]
struct HourView {
    hour: String,
    #[serde(flatten)]
    counts: CountsView,
}

impl MetricsView {
    pub fn of(snapshot: &Snapshot) -> Self {
        let start = window_start(snapshot.as_of);
        let begins = (0..WINDOW_HOURS).map(|hour| start + Duration::from_secs(3600) * hour);
        let hours: Vec<_> =
            begins.map(|hour| HourView { hour: hour.to_string(), counts: counts(snapshot, hour) }).collect();
        let total = hours.iter().fold(CountsView::default(), |sum, hour| sum.plus(hour.counts));
        let histogram = histogram(snapshot);
        let [p50, p95, p99] = [0.5, 0.95, 0.99].map(|share| percentile_ms(&histogram, share));
        Self {
            as_of: snapshot.as_of.to_string(),
            stale: snapshot.stale,
            counts: total,
            success_rate: total.success_rate(),
            latency_ms: LatencyView { p50, p95, p99 },
            breaker: breaker(&snapshot.breaker),
            hours,
        }
    }
}

impl CountsView {
    fn plus(self, other: Self) -> Self {
        Self {
            created: self.created + other.created,
            completed: self.completed + other.completed,
            failed: self.failed + other.failed,
            cancelled: self.cancelled + other.cancelled,
            redriven: self.redriven + other.redriven,
        }
    }

    /// Completed out of completed and failed; nothing when there are none.
    fn success_rate(self) -> Option<f64> {
        let settled = self.completed + self.failed;
        (settled > 0).then(|| self.completed as f64 / settled as f64)
    }
}

fn counts(snapshot: &Snapshot, hour: Moment) -> CountsView {
    let of = |counter| snapshot.hours.get(&hour).map_or(0, |counts| counts.of(counter));
    CountsView {
        created: of(Counter::Created),
        completed: of(Counter::Completed),
        failed: of(Counter::Failed),
        cancelled: of(Counter::Cancelled),
        redriven: of(Counter::Redriven),
    }
}

fn histogram(snapshot: &Snapshot) -> Histogram {
    let mut sum = Histogram::default();
    for DayCounts { latency, .. } in snapshot.hours.values() {
        sum.iter_mut().zip(latency).for_each(|(sum, count)| *sum += count);
    }
    sum
}

fn breaker(breaker: &Breaker) -> &'static str {
    match breaker {
        Breaker::Closed { .. } => "closed",
        Breaker::Open { .. } => "open",
        Breaker::HalfOpen { .. } => "half_open",
    }
}
