//! The result of one load test, exactly as `--json` prints it; [`render_load`] and [`load_page`] show it to people.

use serde::{Deserialize, Serialize};

use crate::result::{ObjectiveResult, Verdict};
use crate::units;

mod page;
mod terminal;

pub use page::load_page;
pub use terminal::render_load;

/// Everything that is said about one load test.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LoadResult {
    /// Base URL of what was put under load.
    pub target: String,
    /// RFC 3339.
    pub started: String,
    pub wall_seconds: f64,
    /// The load in words.
    pub load: String,
    pub arrivals: Arrivals,
    /// Whether it was stopped before its end, because an objective was broken.
    pub aborted: bool,
    /// Requests of the open model, by name; latency from the moment at which each was due.
    pub open: Vec<LoadRow>,
    /// Requests of the closed model, by name; latency from the moment at which each was sent.
    pub closed: Vec<LoadRow>,
    /// What became of the messages that the open model created; nothing when it created none.
    pub deliveries: Option<Deliveries>,
    /// Of the open model, by the moment at which requests were due.
    pub over_time: Vec<LoadPoint>,
    pub objectives: Vec<ObjectiveResult>,
    pub verdict: Verdict,
    /// What a reader should know beside the verdict, a sentence each.
    pub notes: Vec<String>,
    /// Runs it again.
    pub command: String,
}

/// Requests of the open model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrivals {
    pub due: u64,
    /// Those given up when the test was stopped early among them.
    pub sent: u64,
    /// Due, and not sent: too many were under way.
    pub dropped: u64,
}

/// One kind of request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LoadRow {
    pub name: String,
    pub count: u64,
    /// No answer, or a server error.
    pub failed: u64,
    /// 429.
    pub throttled: u64,
    /// Any other 4xx.
    pub refused: u64,
    pub p50_seconds: f64,
    pub p95_seconds: f64,
    pub p99_seconds: f64,
    pub p999_seconds: f64,
    pub max_seconds: f64,
}

/// Messages that the load created, and their latency from creation to acceptance by ntfy, by the system's own clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Deliveries {
    /// Messages that the load created.
    #[serde(default)]
    pub created: u64,
    /// Those that were followed; of very many, not all are.
    pub followed: u64,
    pub delivered: u64,
    /// Settled otherwise: failed or cancelled.
    pub failed: u64,
    /// On their way, or not seen, when nobody waited any longer.
    pub waiting: u64,
    pub p50_seconds: f64,
    pub p95_seconds: f64,
    pub p99_seconds: f64,
    pub max_seconds: f64,
}

/// Requests that were due in one stretch of the test.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LoadPoint {
    /// The start of the stretch, since the test began.
    pub at_seconds: f64,
    pub requests: u64,
    pub p50_seconds: f64,
    pub p95_seconds: f64,
    pub p99_seconds: f64,
}

/// The columns of a table of requests, whose first is the name.
const COLUMNS: [&str; 10] = ["request", "count", "failed", "throttled", "refused", "p50", "p95", "p99", "p99.9", "max"];

impl LoadRow {
    /// All columns but the name.
    fn cells(&self) -> [String; 9] {
        [
            units::count(self.count),
            units::count(self.failed),
            units::count(self.throttled),
            units::count(self.refused),
            units::milliseconds(self.p50_seconds),
            units::milliseconds(self.p95_seconds),
            units::milliseconds(self.p99_seconds),
            units::milliseconds(self.p999_seconds),
            units::milliseconds(self.max_seconds),
        ]
    }
}

/// One object, pretty, ending in a newline.
pub fn load_json(load: &LoadResult) -> String {
    serde_json::to_string_pretty(load).expect("a result has no map with odd keys") + "\n"
}

#[cfg(test)]
mod examples {
    use super::*;
    use crate::result::examples::failing;

    /// A test that was stopped early, because messages were late.
    pub fn broken() -> LoadResult {
        let row = LoadRow {
            name: "list".into(),
            count: 1_200,
            failed: 3,
            throttled: 2,
            refused: 1,
            p50_seconds: 0.0042,
            p95_seconds: 0.012,
            p99_seconds: 0.0312,
            p999_seconds: 0.2,
            max_seconds: 1.25,
        };
        LoadResult {
            target: "http://127.0.0.1:8080".into(),
            started: "2026-11-25T10:00:00Z".into(),
            wall_seconds: 31.0,
            load: "open: constant 50/s for 30s; closed: 5 users for 10s".into(),
            arrivals: Arrivals { due: 1_500, sent: 1_200, dropped: 300 },
            aborted: true,
            open: vec![row.clone()],
            closed: vec![LoadRow { name: "<watch>".into(), ..row }],
            deliveries: Some(Deliveries {
                created: 120,
                followed: 120,
                delivered: 100,
                failed: 1,
                waiting: 19,
                p50_seconds: 0.25,
                p95_seconds: 12.5,
                p99_seconds: 20.0,
                max_seconds: 21.5,
            }),
            over_time: (0..3u32).map(second).collect(),
            objectives: failing().objectives,
            verdict: Verdict::Fail,
            notes: vec!["19 messages still waited".into()],
            command: "rez-loadtest --host http://127.0.0.1:8080".into(),
        }
    }

    fn second(at: u32) -> LoadPoint {
        let slower = f64::from(at + 1);
        LoadPoint {
            at_seconds: at.into(),
            requests: 50,
            p50_seconds: 0.004 * slower,
            p95_seconds: 0.012 * slower,
            p99_seconds: 0.031 * slower,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_can_be_read_back() {
        let example = examples::broken();
        let back: LoadResult = serde_json::from_str(&load_json(&example)).unwrap();
        assert_eq!(back, example);
    }
}
