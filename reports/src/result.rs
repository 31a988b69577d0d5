//! The result of one run, exactly as `--json` prints it.

use serde::{Deserialize, Serialize};

use crate::operations::{AlarmChange, Cost, Requests, UnusedPermission};

/// Everything that is said about one run. Field order is the order in the JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunResult {
    pub scenario: String,
    pub seed: u64,
    pub profile: String,
    /// URL of the AWS that held the data, in real time; `null` for the one that is simulated, in virtual time.
    pub backend: Option<String>,
    /// The moment at which the run began, by its own clock, RFC 3339.
    pub started: String,
    pub simulated_seconds: f64,
    pub wall_seconds: f64,
    /// Requests to AWS services, of the functions and of the workload.
    pub aws_calls: u64,
    pub messages: Messages,
    /// Requests to the REST API; `null` when the workload makes none.
    pub requests: Option<Requests>,
    pub objectives: Vec<ObjectiveResult>,
    pub checkers: Vec<CheckerResult>,
    /// Every change of an alarm's state, in order.
    pub alarms: Vec<AlarmChange>,
    /// `null` when the backend did not show what was used.
    pub cost: Option<Cost>,
    /// Nothing here is wrong; what a whole month did not use may be granted for nothing.
    pub permissions_unused: Vec<UnusedPermission>,
    /// `null` in real time, in which no run has the history of another.
    pub history_sha256: Option<String>,
    pub verdict: Verdict,
    /// A command to paste that runs the same world again.
    pub replay: String,
    /// What a reader should know beside the verdict, a sentence each.
    pub notes: Vec<String>,
    /// Latency from creation to acceptance, by the time of creation.
    pub latency: Vec<LatencyPoint>,
    /// When which fault was on.
    pub faults: Vec<FaultWindow>,
}

impl RunResult {
    /// Checkers about which nothing can be said.
    pub fn not_observed(&self) -> usize {
        self.checkers.iter().filter(|checker| checker.held.is_none()).count()
    }
}

/// The message account: where every message that was ever created is now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Messages {
    pub created: u64,
    pub completed: u64,
    pub failed: u64,
    /// Records that reached the dead-letter queue; their messages are counted under the state they are in as well.
    pub dead_lettered: u64,
    pub cancelled: u64,
    pub in_flight: u64,
    /// Accepted from a sender, and neither delivered, nor failed, nor cancelled, nor on its way.
    pub lost: u64,
    /// Notifications that ntfy accepted again; a server that knows sequence ids shows them once.
    pub duplicated: u64,
    /// Messages that had failed and were sent on their way again, each time counted; they are in the state they are in now.
    pub redriven: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    Pass,
    Fail,
}

impl Verdict {
    /// Passes when every objective was measured and held, and no checker found a violation.
    pub fn of(objectives: &[ObjectiveResult], checkers: &[CheckerResult]) -> Self {
        let held = objectives.iter().all(|objective| objective.held == Some(true))
            && checkers.iter().all(|checker| checker.held != Some(false));
        if held { Self::Pass } else { Self::Fail }
    }
}

/// What `target` and `observed` are measured in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    Seconds,
    Ratio,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ObjectiveResult {
    pub name: String,
    pub target: f64,
    /// `null` when there was nothing to measure, or when what was measured never ended.
    pub observed: Option<f64>,
    pub held: Option<bool>,
    /// Share of the error budget that is left: 1 when nothing went wrong, below 0 when it is overspent.
    pub budget_remaining: Option<f64>,
    pub unit: Unit,
    /// Events that the objective was judged by.
    pub events: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckerResult {
    pub name: String,
    /// `null` when the backend did not show what the checker needs: not observed is not held.
    pub held: Option<bool>,
    pub violations: u64,
    /// The first violations, in words.
    pub examples: Vec<String>,
}

/// Latency of the messages that were created in one slice of the run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LatencyPoint {
    /// The start of the slice, in seconds since the run began.
    pub at_seconds: f64,
    pub messages: u64,
    pub p50_seconds: f64,
    pub p95_seconds: f64,
    pub p99_seconds: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FaultWindow {
    /// Kind and target: `refuse ntfy`.
    pub name: String,
    /// Seconds since the run began.
    pub from_seconds: f64,
    pub until_seconds: f64,
    /// How often it struck.
    pub applied: u64,
}

#[cfg(test)]
pub(crate) mod examples {
    use super::*;
    use crate::operations::CostItem;

    /// A run in which one objective and one checker did not hold.
    pub fn failing() -> RunResult {
        let objectives = vec![
            ObjectiveResult {
                name: "processing-latency-p95".into(),
                target: 10.0,
                observed: Some(12.5),
                held: Some(false),
                budget_remaining: Some(-0.25),
                unit: Unit::Seconds,
                events: 1_000,
            },
            ObjectiveResult {
                name: "notification-delivery".into(),
                target: 0.99,
                observed: Some(0.9995),
                held: Some(true),
                budget_remaining: Some(0.95),
                unit: Unit::Ratio,
                events: 1_000,
            },
        ];
        let checkers = vec![
            CheckerResult { name: "nothing-lost".into(), held: Some(true), violations: 0, examples: vec![] },
            CheckerResult {
                name: "breaker-legal".into(),
                held: Some(false),
                violations: 3,
                examples: vec!["2026-11-02T10:00:00Z: open → closed without a <probe>".into()],
            },
            CheckerResult { name: "account-closes".into(), held: None, violations: 0, examples: vec![] },
        ];
        RunResult {
            scenario: "smoke".into(),
            seed: 7,
            profile: "realistic".into(),
            backend: None,
            started: "2026-11-02T00:00:00Z".into(),
            simulated_seconds: 93_784.0,
            wall_seconds: 1.5,
            aws_calls: 12_345,
            messages: Messages {
                created: 1_000,
                completed: 999,
                failed: 1,
                duplicated: 2,
                redriven: 3,
                ..Messages::default()
            },
            verdict: Verdict::of(&objectives, &checkers),
            requests: Some(Requests { total: 10_000, succeeded: 9_000, refused: 980, throttled: 12, failed: 8 }),
            objectives,
            checkers,
            alarms: vec![AlarmChange {
                name: "breaker-open".into(),
                at: "2026-11-02T10:02:00Z".into(),
                to: "ALARM".into(),
            }],
            cost: Some(Cost {
                monthly_total: 7.5,
                monthly_total_after_free_tier: 2.25,
                design: Some(7.0),
                prices_date: "2026-11-01".into(),
                items: vec![CostItem {
                    service: "Lambda".into(),
                    what: "requests".into(),
                    quantity: 12.5,
                    unit: "million".into(),
                    unit_price: 0.2,
                    cost: 2.5,
                }],
            }),
            permissions_unused: (1..=8)
                .map(|number| UnusedPermission {
                    role: "scheduler".into(),
                    action: "dynamodb:GetItem".into(),
                    resource: format!("table-{number}"),
                })
                .collect(),
            history_sha256: Some("ab".repeat(32)),
            replay: "rez run smoke --seed 7 --profile realistic".into(),
            notes: vec!["ntfy's limits leave room: 1.0 of 12.0 messages a minute".into()],
            latency: (0..4u32)
                .map(|slice| LatencyPoint {
                    at_seconds: f64::from(slice) * 23_446.0,
                    messages: 250,
                    p50_seconds: 0.4 + f64::from(slice),
                    p95_seconds: 1.5 + 4.0 * f64::from(slice),
                    p99_seconds: 3.0 + 20.0 * f64::from(slice),
                })
                .collect(),
            faults: vec![FaultWindow {
                name: "refuse 503 ntfy".into(),
                from_seconds: 36_000.0,
                until_seconds: 36_600.0,
                applied: 42,
            }],
        }
    }

    /// The same in real time, on data services that show little of themselves.
    pub fn elsewhere() -> RunResult {
        RunResult {
            backend: Some("http://127.0.0.1:4566".into()),
            simulated_seconds: 66.0,
            wall_seconds: 67.2,
            cost: None,
            history_sha256: None,
            ..failing()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_json_has_the_documented_shape() {
        insta::assert_json_snapshot!(examples::failing());
    }

    #[test]
    fn a_verdict_needs_every_objective_measured_and_held() {
        let run = examples::failing();
        assert_eq!(Verdict::of(&run.objectives, &run.checkers), Verdict::Fail);
        assert_eq!(Verdict::of(&run.objectives[1..], &[]), Verdict::Pass);
        assert_eq!(Verdict::of(&[], &run.checkers[1..2]), Verdict::Fail);
        assert_eq!(Verdict::of(&[], &run.checkers[2..]), Verdict::Pass, "not observed is no violation");
        let unmeasured = ObjectiveResult { held: None, ..run.objectives[1].clone() };
        assert_eq!(Verdict::of(&[unmeasured], &[]), Verdict::Fail);
    }
}
