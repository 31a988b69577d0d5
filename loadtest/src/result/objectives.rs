//! What has to hold, judged: by the open model's requests, and by whether users of the closed model got anywhere.

use std::collections::BTreeMap;
use std::time::Duration;

use rez_reports::{Count, Measurement, Objective, ObjectiveResult, Target};

use super::arrivals;
use crate::open::{Found, Record, Row, SoFar};
use crate::thresholds::Thresholds;

/// Objectives are judged over the run, which is shorter than any of their windows.
const WINDOW_DAYS: usize = 1;

/// Of the open model.
pub fn of_requests(found: &Found, thresholds: &Thresholds) -> Vec<ObjectiveResult> {
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

/// Whether an objective is broken already, of the API or of deliveries, with enough events to say so. Of a system that went
/// silent only dropped arrivals tell.
pub fn is_broken(record: &Record, deliveries: SoFar, thresholds: &Thresholds) -> bool {
    const EVENTS_MIN: u64 = 200;
    let (total, arrivals) = (record.total(), arrivals(record));
    let beyond = |bad: u64, of: u64, promised: f64| of >= EVENTS_MIN && bad as f64 > of as f64 * (1.0 - promised);
    let (count, Thresholds { api, load, end_to_end }) = (total.count(), thresholds);
    beyond(arrivals.dropped, arrivals.due, load.sent)
        || beyond(total.failed, count, api.availability)
        || beyond(count - total.accepted(), count, load.accepted)
        || beyond(count - total.under(api.p95), count, 0.95)
        || beyond(count - total.under(api.p99), count, 0.99)
        || beyond(deliveries.late + deliveries.failed, deliveries.decided(), 0.95)
        || beyond(deliveries.failed, deliveries.decided(), end_to_end.delivery)
}

/// Latencies of a closed model judge nothing, because a slow system slows it down. Whether it was let in is another matter:
/// judged when users came, and when there was nothing else to judge.
pub fn of_journeys(closed: &BTreeMap<String, Row>, alone: bool, thresholds: &Thresholds) -> Option<ObjectiveResult> {
    let count: u64 = closed.values().map(Row::count).sum();
    let accepted = closed.values().map(Row::accepted).sum();
    (alone || !closed.is_empty()).then(|| ratio("journeys-accepted", thresholds.load.accepted, accepted, count))
}
