//! From what was seen to what `rez-reports` renders: rows, objectives, and the verdict.

use std::collections::BTreeMap;
use std::time::Duration;

use rez_reports::{
    Arrivals, Count, LoadPoint, LoadResult, LoadRow, Measurement, Objective, ObjectiveResult, Target, Verdict,
};

use crate::open::{Found, Record, Row};
use crate::thresholds::Thresholds;

/// Objectives are judged over the run, which is shorter than any of their windows.
const WINDOW_DAYS: usize = 1;

/// What a run was, beside what it found.
#[derive(Clone, Debug)]
pub struct About {
    pub target: String,
    /// RFC 3339.
    pub started: String,
    pub wall: Duration,
    /// The load in words: `constant 50/s for 30s`.
    pub load: String,
    /// Runs it again.
    pub command: String,
}

/// Judges the open model's findings; of the closed model, only whether people got anywhere.
pub fn judge(
    about: About,
    found: Option<&Found>,
    closed: &BTreeMap<String, Row>,
    thresholds: &Thresholds,
) -> LoadResult {
    let mut objectives = found.map(|found| objectives(found, thresholds)).unwrap_or_default();
    objectives.extend(journeys(closed, found.is_none(), thresholds));
    LoadResult {
        target: about.target,
        started: about.started,
        wall_seconds: about.wall.as_secs_f64(),
        load: about.load,
        arrivals: found.map(|found| arrivals(&found.record)).unwrap_or_default(),
        aborted: found.is_some_and(|found| found.aborted),
        open: found.map(rows).unwrap_or_default(),
        closed: closed.iter().map(|(name, requests)| row(name, requests)).collect(),
        over_time: found.map(|found| over_time(&found.record)).unwrap_or_default(),
        verdict: Verdict::of(&objectives, &[]),
        objectives,
        command: about.command,
    }
}

/// Whether an objective of the API is broken already, with enough events to say so. Of a system that went silent only
/// dropped arrivals tell.
pub fn is_broken(record: &Record, thresholds: &Thresholds) -> bool {
    const EVENTS_MIN: u64 = 200;
    let (total, arrivals) = (record.total(), arrivals(record));
    let beyond = |bad: u64, of: u64, promised: f64| of >= EVENTS_MIN && bad as f64 > of as f64 * (1.0 - promised);
    let (count, Thresholds { api, load, .. }) = (total.count(), thresholds);
    beyond(arrivals.dropped, arrivals.due, load.sent)
        || beyond(total.failed, count, api.availability)
        || beyond(count - total.accepted(), count, load.accepted)
        || beyond(count - total.under(api.p95), count, 0.95)
        || beyond(count - total.under(api.p99), count, 0.99)
}

/// Latencies of a closed model judge nothing, because a slow system slows it down. Whether it was let in is another matter:
/// judged when users came, and when there was nothing else to judge.
fn journeys(closed: &BTreeMap<String, Row>, alone: bool, thresholds: &Thresholds) -> Option<ObjectiveResult> {
    let count: u64 = closed.values().map(Row::count).sum();
    let accepted = closed.values().map(Row::accepted).sum();
    (alone || !closed.is_empty()).then(|| ratio("journeys-accepted", thresholds.load.accepted, accepted, count))
}

fn arrivals(record: &Record) -> Arrivals {
    let sent = record.total().count();
    Arrivals { due: sent + record.arrivals_dropped(), sent, dropped: record.arrivals_dropped() }
}

fn rows(found: &Found) -> Vec<LoadRow> {
    found.record.rows().iter().map(|(name, requests)| row(name, requests)).collect()
}

fn row(name: &str, row: &Row) -> LoadRow {
    LoadRow {
        name: name.to_owned(),
        count: row.count(),
        failed: row.failed,
        throttled: row.throttled,
        refused: row.refused,
        p50_seconds: row.quantile(0.5).as_secs_f64(),
        p95_seconds: row.quantile(0.95).as_secs_f64(),
        p99_seconds: row.quantile(0.99).as_secs_f64(),
        p999_seconds: row.quantile(0.999).as_secs_f64(),
        max_seconds: row.quantile(1.0).as_secs_f64(),
    }
}

fn over_time(record: &Record) -> Vec<LoadPoint> {
    let seconds = |us: u64| us as f64 / 1e6;
    let point = |(second, latency): (usize, &hdrhistogram::Histogram<u64>)| LoadPoint {
        at_seconds: second as f64,
        requests: latency.len(),
        p50_seconds: seconds(latency.value_at_quantile(0.5)),
        p95_seconds: seconds(latency.value_at_quantile(0.95)),
        p99_seconds: seconds(latency.value_at_quantile(0.99)),
    };
    record.seconds().iter().enumerate().filter(|(_, latency)| !latency.is_empty()).map(point).collect()
}

fn objectives(found: &Found, thresholds: &Thresholds) -> Vec<ObjectiveResult> {
    let total = found.record.total();
    let arrivals = arrivals(&found.record);
    let mut objectives = vec![
        ratio("api-availability", thresholds.api.availability, total.count() - total.failed, total.count()),
        response_time("api-response-time-p95", 0.95, thresholds.api.p95, &total),
        response_time("api-response-time-p99", 0.99, thresholds.api.p99, &total),
        ratio("arrivals-sent", thresholds.load.sent, arrivals.sent, arrivals.due),
        ratio("requests-accepted", thresholds.load.accepted, total.accepted(), total.count()),
    ];
    let deliveries = &found.deliveries;
    // A load that creates nothing promises nothing about deliveries.
    if deliveries.total() > 0 {
        objectives.push(end_to_end(found, thresholds));
        let delivered = deliveries.latency_ms.len();
        objectives.push(ratio("notification-delivery", thresholds.end_to_end.delivery, delivered, deliveries.total()));
    }
    objectives
}

fn ratio(name: &str, at_least: f64, good: u64, total: u64) -> ObjectiveResult {
    let target = Target::Ratio { at_least, window_days: WINDOW_DAYS };
    Objective { name: name.to_owned(), target }.judge(&Measurement::Ratio { days: vec![Count { good, total }] })
}

fn response_time(name: &str, percentile: f64, under: Duration, row: &Row) -> ObjectiveResult {
    let observed = (row.count() > 0).then(|| row.quantile(percentile));
    let count = Count { good: row.under(under), total: row.count() };
    let objective = Objective { name: name.to_owned(), target: Target::Percentile { percentile, under } };
    objective.judge(&Measurement::Percentile { observed, count })
}

/// Messages that were not delivered took longer than any: the percentile may be one of them.
fn end_to_end(found: &Found, thresholds: &Thresholds) -> ObjectiveResult {
    const PERCENTILE: f64 = 0.95;
    let (deliveries, under) = (&found.deliveries, thresholds.end_to_end.p95);
    let (delivered, total) = (deliveries.latency_ms.len(), deliveries.total());
    let rank = (total as f64 * PERCENTILE).ceil() as u64;
    let share = rank as f64 / delivered.max(1) as f64;
    let observed = (rank <= delivered).then(|| Duration::from_millis(deliveries.latency_ms.value_at_quantile(share)));
    let good = deliveries.latency_ms.count_between(0, (under.as_millis() as u64).saturating_sub(1));
    let target = Target::Percentile { percentile: PERCENTILE, under };
    let objective = Objective { name: "processing-latency-p95".to_owned(), target };
    objective.judge(&Measurement::Percentile { observed, count: Count { good, total } })
}
