//! The breaker is legal: it opens after five failures in a row, lets nobody through while it is open, and then exactly
//! one probe at a time.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, SystemTime};

use rez_cloud::history::{Cause, Fact, RequestEnd};

use super::{Checker, End, Findings, Gate, Names, Seen};

/// Failures in a row that open the breaker (system contract).
const FAILURES_TO_OPEN: u64 = 5;
/// A try that was permitted before the breaker opened may leave this much later: the answer of the gate was on its way.
const PERMITTED_BEFORE: Duration = Duration::from_secs(10);
/// An environment that could not reach the gate goes on without it; its tries are excused for one invocation's time.
const WITHOUT_GATE: Duration = Duration::from_secs(45);

/// A try is learnt of when it has ended: after the 10 s of its HTTP timeout, or the 45 s of its invocation.
const REMEMBERED: Duration = Duration::from_secs(60);

pub struct Breaker {
    config_table: String,
    ntfy: String,
    /// The states that it was in lately, the newest last, each with the time at which it began.
    phases: VecDeque<(SystemTime, Phase)>,
    /// When an environment last failed to reach the gate.
    unreachable: BTreeMap<u64, SystemTime>,
    findings: Findings,
}

/// What the breaker lets through.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Phase {
    Closed,
    Open,
    /// One try, of the environment whose update made that probe the probe.
    HalfOpen {
        prober: Option<u64>,
        tried: bool,
    },
}

impl Breaker {
    pub fn new(names: &Names) -> Self {
        Self {
            config_table: names.config_table.clone(),
            ntfy: names.ntfy.clone(),
            phases: VecDeque::from([(SystemTime::UNIX_EPOCH, Phase::Closed)]),
            unreachable: BTreeMap::new(),
            findings: Findings::default(),
        }
    }

    fn moved(&mut self, at: SystemTime, before: Gate<'_>, after: Gate<'_>, by: Cause<'_>) {
        if !is_legal(at, before, after) {
            let (from, to, failures) = (before.breaker().to_owned(), after.breaker().to_owned(), before.failures());
            self.findings
                .add(|| format!("the breaker went from {from} to {to} too early, after {failures} failures in a row"));
        }
        let same_probe = before.breaker() == "half_open" && before.probe_id() == after.probe_id();
        if before.breaker() != after.breaker() || (after.breaker() == "half_open" && !same_probe) {
            self.enter(at, phase(after, by));
        }
    }

    fn enter(&mut self, at: SystemTime, phase: Phase) {
        self.phases.push_back((at, phase));
        while self.phases.get(1).is_some_and(|(next, _)| at.duration_since(*next).unwrap_or_default() > REMEMBERED) {
            self.phases.pop_front();
        }
    }

    /// A try is learnt of when it has ended, and judged by the state in which it was sent.
    fn tried(&mut self, sent: SystemTime, environment: u64) {
        let last = self.unreachable.get(&environment);
        if last.is_some_and(|last| sent.duration_since(*last).unwrap_or_default() < WITHOUT_GATE) {
            return;
        }
        let Some((since, phase)) = self.phases.iter_mut().rev().find(|(since, _)| *since <= sent) else { return };
        let after = sent.duration_since(*since).unwrap_or_default();
        match phase {
            Phase::Open if after > PERMITTED_BEFORE => {
                self.findings.add(|| format!("a try started {} s after the breaker had opened", after.as_secs()));
            }
            Phase::HalfOpen { prober, tried } => {
                if *tried || *prober != Some(environment) {
                    self.findings.add(|| format!("environment {environment} tried beside the probe"));
                }
                *tried |= *prober == Some(environment);
            }
            Phase::Closed | Phase::Open => {}
        }
    }
}

fn is_legal(at: SystemTime, before: Gate<'_>, after: Gate<'_>) -> bool {
    match (before.breaker(), after.breaker()) {
        ("closed", "open") => before.failures() + 1 >= FAILURES_TO_OPEN,
        ("open", "half_open") => before.open_until().is_none_or(|until| at >= until),
        ("half_open", "half_open") => {
            let same = before.probe_id() == after.probe_id();
            same || before.probe_lease_until().is_none_or(|until| at >= until)
        }
        ("half_open", "open" | "closed") => true,
        (from, to) => from == to,
    }
}

fn phase(gate: Gate<'_>, by: Cause<'_>) -> Phase {
    let prober = match by {
        Cause::Function { environment, .. } => Some(environment),
        Cause::Cloud | Cause::Outside => None,
    };
    match gate.breaker() {
        "open" => Phase::Open,
        "half_open" => Phase::HalfOpen { prober, tried: false },
        _ => Phase::Closed,
    }
}

impl Checker for Breaker {
    fn name(&self) -> &'static str {
        "the breaker is legal"
    }

    fn observe(&mut self, at: SystemTime, seen: &Seen<'_>) {
        match seen {
            Seen::Fact(Fact::Item { table, before: Some(before), after: Some(after), cause, .. })
                if *table == self.config_table && after.get("breaker").is_some() =>
            {
                self.moved(at, Gate(before), Gate(after), *cause);
            }
            Seen::Fact(Fact::Request(request)) => {
                let Cause::Function { environment, .. } = request.cause else { return };
                if request.service == self.ntfy {
                    self.tried(request.sent, environment);
                } else if request.resource == self.config_table && failed(request.end) {
                    self.unreachable.insert(environment, at);
                }
            }
            _ => {}
        }
    }

    fn finish(&mut self, _end: &End) -> Findings {
        std::mem::take(&mut self.findings)
    }
}

fn failed(end: RequestEnd<'_>) -> bool {
    !matches!(
        end,
        RequestEnd::Answered { status: 200, .. } | RequestEnd::Answered { code: "ConditionalCheckFailedException", .. }
    )
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::testing::{at, observe_item, observe_item_by, request, request_by, run};
    use super::*;

    fn gate(breaker: &str, failures: u64, probe: &str, until: u64) -> Value {
        let ms = at(until).duration_since(SystemTime::UNIX_EPOCH).expect("after 1970").as_millis().to_string();
        json!({
            "breaker": {"S": breaker}, "failures": {"N": failures.to_string()}, "probe_id": {"S": probe},
            "open_until": {"N": ms}, "probe_lease_until": {"N": ms},
        })
    }

    fn violations(steps: &[(u64, Value)]) -> u64 {
        run(Breaker::new(&Names::for_test()), |checker| {
            for pair in steps.windows(2) {
                observe_item(checker, pair[1].0, "config", Some(&pair[0].1), Some(&pair[1].1));
            }
        })
        .violations
    }

    #[test]
    fn opening_probing_and_closing_is_legal() {
        let steps = [
            (0, gate("closed", 4, "", 0)),
            (1, gate("open", 0, "", 31)),
            (31, gate("half_open", 0, "p1", 46)),
            (47, gate("half_open", 0, "p2", 62)),
            (48, gate("closed", 0, "", 0)),
        ];
        assert_eq!(violations(&steps), 0);
    }

    #[test]
    fn a_breaker_that_opens_early_or_lets_two_probe_is_caught() {
        assert_eq!(violations(&[(0, gate("closed", 3, "", 0)), (1, gate("open", 0, "", 31))]), 1);
        assert_eq!(violations(&[(1, gate("open", 0, "", 31)), (20, gate("half_open", 0, "p1", 35))]), 1);
        assert_eq!(violations(&[(31, gate("half_open", 0, "p1", 46)), (32, gate("half_open", 0, "p2", 47))]), 1);
        assert_eq!(violations(&[(1, gate("open", 0, "", 31)), (40, gate("closed", 0, "", 0))]), 1);
    }

    #[test]
    fn half_open_nobody_may_try_but_the_prober_and_he_once() {
        let answered = RequestEnd::Answered { status: 500, code: "" };
        let tries = |environments: &[u64]| {
            run(Breaker::new(&Names::for_test()), |checker| {
                observe_item(checker, 1, "config", Some(&gate("closed", 4, "", 0)), Some(&gate("open", 0, "", 31)));
                let (open, probing) = (gate("open", 0, "", 31), gate("half_open", 0, "p1", 46));
                observe_item_by(checker, 31, 1, "config", Some(&open), Some(&probing));
                // Somebody else takes a place among the deferred; that makes him no prober.
                observe_item_by(checker, 32, 2, "config", Some(&probing), Some(&probing));
                for environment in environments {
                    request_by(checker, 33, *environment, "ntfy.test", answered);
                }
                observe_item_by(checker, 35, 1, "config", Some(&probing), Some(&gate("closed", 0, "", 0)));
                request_by(checker, 36, 2, "ntfy.test", answered);
            })
            .violations
        };
        assert_eq!((tries(&[1]), tries(&[2]), tries(&[1, 2]), tries(&[1, 1])), (0, 1, 1, 1));
    }

    #[test]
    fn a_try_is_judged_by_the_state_in_which_it_was_sent() {
        let found = run(Breaker::new(&Names::for_test()), |checker| {
            observe_item(checker, 1, "config", Some(&gate("closed", 4, "", 0)), Some(&gate("open", 0, "", 31)));
            observe_item_by(
                checker,
                31,
                1,
                "config",
                Some(&gate("open", 0, "", 31)),
                Some(&gate("half_open", 0, "p1", 46)),
            );
            // Sent before it opened, ended only now.
            request_by(checker, 0, 2, "ntfy.test", RequestEnd::ResponseLost);
        });
        assert_eq!(found.violations, 0);
    }

    #[test]
    fn a_try_through_an_open_breaker_is_caught_unless_the_gate_was_out_of_reach() {
        let answered = RequestEnd::Answered { status: 200, code: "" };
        let tries = |gate_lost: bool| {
            run(Breaker::new(&Names::for_test()), |checker| {
                observe_item(checker, 1, "config", Some(&gate("closed", 4, "", 0)), Some(&gate("open", 0, "", 31)));
                request(checker, 5, "ntfy.test", answered);
                if gate_lost {
                    request(checker, 19, "dynamodb", RequestEnd::RequestLost);
                }
                request(checker, 20, "ntfy.test", answered);
            })
            .violations
        };
        assert_eq!((tries(false), tries(true)), (1, 0));
    }
}
