//! Latency from creation to acceptance by ntfy, and the share that was accepted at all: as the objectives ask for
//! them, and in slices for the chart.
//!
//! A message is known by its body, from which ntfy cuts white space at both ends.
//!
//! Memory is flat: a message is remembered until it was accepted or cancelled, and histograms do not grow. Those that
//! failed are few.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use hdrhistogram::Histogram;
use rez_reports::{Count, LatencyPoint, Measurement};

/// Slices of the chart. More would not be seen.
const SLICES: u32 = 120;
const SLICE_MIN: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(86_400);
/// Significant digits that histograms keep: within 1 % (slices) and within 0.1 % (the objective).
const SLICE_DIGITS: u8 = 2;
const TOTAL_DIGITS: u8 = 3;

pub struct Latency {
    start: SystemTime,
    slice: Duration,
    limit: Duration,
    waiting: BTreeMap<String, SystemTime>,
    /// Failed, and not accepted before: somebody may redrive them.
    failed: BTreeMap<String, SystemTime>,
    slices: BTreeMap<u32, Histogram<u32>>,
    total: Histogram<u32>,
    under_limit: u64,
    days: Vec<Count>,
}

impl Latency {
    /// `limit` is what the latency objective promises.
    pub fn new(start: SystemTime, duration: Duration, limit: Duration) -> Self {
        Self {
            start,
            slice: (duration / SLICES).max(SLICE_MIN),
            limit,
            waiting: BTreeMap::new(),
            failed: BTreeMap::new(),
            slices: BTreeMap::new(),
            total: histogram(TOTAL_DIGITS),
            under_limit: 0,
            days: Vec::new(),
        }
    }

    pub fn created(&mut self, at: SystemTime, body: &str) {
        self.waiting.insert(body.trim().to_owned(), at);
        self.day(at).total += 1;
    }

    /// A cancelled message was not to be delivered: nobody waits for it.
    pub fn cancelled(&mut self, body: &str) {
        if let Some(created) = self.waiting.remove(body.trim()) {
            self.day(created).total -= 1;
        }
    }

    pub fn failed(&mut self, body: &str) {
        self.failed.extend(self.waiting.remove_entry(body.trim()));
    }

    /// It waits again, and has waited since it was created.
    pub fn redriven(&mut self, body: &str) {
        self.waiting.extend(self.failed.remove_entry(body.trim()));
    }

    /// Accepted by ntfy; only the first time counts.
    pub fn accepted(&mut self, at: SystemTime, body: &str) {
        let Some(created) = self.waiting.remove(body.trim()) else { return };
        let latency = at.duration_since(created).unwrap_or_default();
        let milliseconds = latency.as_millis() as u64;
        let slice =
            (created.duration_since(self.start).unwrap_or_default().as_secs_f64() / self.slice.as_secs_f64()) as u32;
        record(self.slices.entry(slice).or_insert_with(|| histogram(SLICE_DIGITS)), milliseconds);
        record(&mut self.total, milliseconds);
        self.under_limit += u64::from(latency < self.limit);
        self.day(created).good += 1;
    }

    /// The percentile (`0.95`) over the whole run, and how many were under the limit. What never arrived is as slow
    /// as can be, so it counts too.
    pub fn percentile(&self, percentile: f64) -> Measurement {
        let total = self.days.iter().map(|day| day.total).sum();
        let rank = (percentile * total as f64).ceil();
        let accepted = self.total.len();
        let observed =
            (rank > 0.0 && rank <= accepted as f64).then(|| self.total.value_at_quantile(rank / accepted as f64));
        let count = Count { good: self.under_limit, total };
        Measurement::Percentile { observed: observed.map(Duration::from_millis), count }
    }

    /// Messages and accepted messages, by the day of creation.
    pub fn delivery(&self) -> Measurement {
        Measurement::Ratio { days: self.days.clone() }
    }

    pub fn points(&self) -> Vec<LatencyPoint> {
        self.slices.iter().map(|(slice, histogram)| point(self.slice * *slice, histogram)).collect()
    }

    fn day(&mut self, at: SystemTime) -> &mut Count {
        let day = (at.duration_since(self.start).unwrap_or_default().as_secs() / DAY.as_secs()) as usize;
        if self.days.len() <= day {
            self.days.resize(day + 1, Count::default());
        }
        &mut self.days[day]
    }
}

/// A histogram of milliseconds that grows to what it is shown.
pub fn histogram(digits: u8) -> Histogram<u32> {
    let mut histogram = Histogram::new(digits).expect("a constant number of digits is valid");
    histogram.auto(true);
    histogram
}

pub fn record(histogram: &mut Histogram<u32>, milliseconds: u64) {
    histogram.record(milliseconds).expect("a histogram that grows takes every value");
}

fn point(at: Duration, histogram: &Histogram<u32>) -> LatencyPoint {
    let seconds = |quantile| histogram.value_at_quantile(quantile) as f64 / 1_000.0;
    LatencyPoint {
        at_seconds: at.as_secs_f64(),
        messages: histogram.len(),
        p50_seconds: seconds(0.50),
        p95_seconds: seconds(0.95),
        p99_seconds: seconds(0.99),
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    /// A hundred messages, a minute apart, of which the last `slow` take 30 s and the others 2 s.
    fn hundred(slow: u64) -> Latency {
        let mut latency = Latency::new(UNIX_EPOCH, Duration::from_secs(7_200), Duration::from_secs(10));
        for message in 0..100 {
            latency.created(at(message * 60), &message.to_string());
            let took = if message >= 100 - slow { 30 } else { 2 };
            latency.accepted(at(message * 60 + took), &message.to_string());
        }
        latency
    }

    fn p95(latency: &Latency) -> (Option<Duration>, Count) {
        match latency.percentile(0.95) {
            Measurement::Percentile { observed, count } => (observed, count),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_percentile_is_exact_to_a_thousandth() {
        let near = |observed: Option<Duration>, seconds| {
            observed.unwrap().abs_diff(Duration::from_secs(seconds)) < Duration::from_millis(2 * seconds)
        };
        let (observed, count) = p95(&hundred(5));
        assert!(near(observed, 2), "{observed:?}");
        assert_eq!(count, Count { good: 95, total: 100 });
        let (observed, _) = p95(&hundred(6));
        assert!(near(observed, 30), "{observed:?}");
    }

    #[test]
    fn what_never_arrives_is_the_slowest_of_all() {
        let mut latency = hundred(0);
        for lost in 0..6 {
            latency.created(at(6_100), &format!("lost {lost}"));
        }
        assert_eq!(p95(&latency), (None, Count { good: 100, total: 106 }));
    }

    /// Regression: one message in a hundred ends in a space, and was taken for undelivered.
    #[test]
    fn a_body_arrives_without_the_white_space_around_it() {
        let mut latency = hundred(0);
        for (sent, shown) in [(" a\n", "a"), ("b ", "b")] {
            latency.created(at(6_100), sent);
            latency.failed(sent);
            latency.redriven(sent);
            latency.accepted(at(6_101), shown);
        }
        latency.created(at(6_100), "c ");
        latency.cancelled("c ");
        assert_eq!(p95(&latency).1, Count { good: 102, total: 102 });
    }

    #[test]
    fn what_is_redriven_arrives_late_and_counts_once() {
        let mut latency = hundred(0);
        for message in ["redriven", "given up", "1"] {
            if message != "1" {
                latency.created(at(6_100), message);
            }
            latency.failed(message);
        }
        for message in ["redriven", "1"] {
            latency.redriven(message);
            latency.accepted(at(9_100), message);
        }
        let Measurement::Ratio { days } = latency.delivery() else { panic!("a ratio") };
        assert_eq!(days, [Count { good: 101, total: 102 }]);
        assert_eq!(p95(&latency).1, Count { good: 100, total: 102 });
    }

    #[test]
    fn a_second_acceptance_and_a_cancelled_message_do_not_count() {
        let mut latency = hundred(0);
        latency.accepted(at(9_000), "1");
        latency.created(at(6_100), "unwanted");
        latency.cancelled("unwanted");
        assert_eq!(p95(&latency).1, Count { good: 100, total: 100 });
        assert!(latency.waiting.is_empty());
    }

    #[test]
    fn slices_are_by_creation() {
        let points = hundred(40).points();
        assert_eq!(points.len(), 100);
        assert_eq!(points[99].at_seconds, 5_940.0);
        assert!(points[59].p99_seconds < 2.1 && points[60].p50_seconds > 29.0);
    }
}
