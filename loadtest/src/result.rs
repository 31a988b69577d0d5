//! From what was seen to what `rez-reports` renders: rows, objectives, and the verdict.

use std::collections::BTreeMap;
use std::time::Duration;

use hdrhistogram::Histogram;
use rez_reports::{Arrivals, Deliveries, LoadPoint, LoadResult, LoadRow, Verdict};

use crate::open::{Found, Record, Row};
use crate::thresholds::Thresholds;

mod objectives;

pub use objectives::is_broken;

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
    let mut objectives = found.map(|found| objectives::of_requests(found, thresholds)).unwrap_or_default();
    objectives.extend(objectives::of_journeys(closed, found.is_none(), thresholds));
    LoadResult {
        target: about.target,
        started: about.started,
        wall_seconds: about.wall.as_secs_f64(),
        load: about.load,
        arrivals: found.map(|found| arrivals(&found.record)).unwrap_or_default(),
        aborted: found.is_some_and(|found| found.aborted),
        open: found.map(rows).unwrap_or_default(),
        closed: closed.iter().map(|(name, requests)| row(name, requests)).collect(),
        deliveries: found.and_then(deliveries),
        over_time: found.map(|found| over_time(&found.record)).unwrap_or_default(),
        verdict: Verdict::of(&objectives, &[]),
        objectives,
        notes: found.map(notes).unwrap_or_default(),
        command: about.command,
    }
}

fn arrivals(record: &Record) -> Arrivals {
    let sent = record.total().count() + record.arrivals_given_up();
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
    let point = |(began, latency_us): (Duration, &Histogram<u32>)| {
        let seconds = |share: f64| latency_us.value_at_quantile(share) as f64 / 1e6;
        LoadPoint {
            at_seconds: began.as_secs_f64(),
            requests: latency_us.len(),
            p50_seconds: seconds(0.5),
            p95_seconds: seconds(0.95),
            p99_seconds: seconds(0.99),
        }
    };
    record.timeline().stretches().map(point).collect()
}

/// Nothing when the load created nothing.
fn deliveries(found: &Found) -> Option<Deliveries> {
    let deliveries = &found.deliveries;
    let seconds = |share: f64| deliveries.latency_ms.value_at_quantile(share) as f64 / 1e3;
    (deliveries.total() > 0).then(|| Deliveries {
        created: deliveries.created,
        followed: deliveries.total(),
        delivered: deliveries.latency_ms.len(),
        failed: deliveries.failed,
        waiting: deliveries.waiting,
        p50_seconds: seconds(0.5),
        p95_seconds: seconds(0.95),
        p99_seconds: seconds(0.99),
        max_seconds: seconds(1.0),
    })
}

fn notes(found: &Found) -> Vec<String> {
    let waiting = found.deliveries.waiting;
    let why = "ntfy's own limits let 12 a minute through, and `rez serve --unpaced` has none";
    if waiting > 0 { vec![format!("{waiting} messages still waited at the end ({why})")] } else { Vec::new() }
}
