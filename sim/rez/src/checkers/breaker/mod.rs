//! The breaker is legal: it opens after five failures in a row, lets nobody through while it is open, and then exactly
//! one probe at a time; and before every try its gate was asked.

mod permits;

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, SystemTime};

use rez_cloud::history::{Cause, Fact, RequestEnd};

use self::permits::Permits;
use super::{Checker, End, Findings, Gate, Names, Seen};

/// Failures in a row that open the breaker (system contract).
const FAILURES_TO_OPEN: u64 = 5;
/// An environment that could not reach the gate goes on without it; its tries are excused for one invocation's time.
const WITHOUT_GATE: Duration = Duration::from_secs(45);

/// A try is learnt of when it has ended: after the 10 s of its HTTP timeout, or the 45 s of its invocation.
const REMEMBERED: Duration = Duration::from_secs(60);

pub struct Breaker {
    config_table: String,
    ntfy: String,
    /// The states that it was in lately, the newest last, each with the time at which it began.
    phases: VecDeque<(SystemTime, Phase)>,
    permits: Permits,
    /// Whether items are told at all. Data services of somebody else tell none, and there nothing is known of permits.
    sees_items: bool,
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
            permits: Permits::default(),
            sees_items: false,
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
        let Some(permitted) = self.permits.take(environment, sent) else {
            if !self.sees_items {
                return;
            }
            self.findings.add(|| format!("environment {environment} tried without asking the gate"));
            return;
        };
        let Some((since, phase)) = self.phases.iter_mut().rev().find(|(since, _)| *since <= sent) else { return };
        match phase {
            // A try that was permitted before may start a moment after: the gate's answer was on its way.
            Phase::Open if permitted > *since => {
                let after = sent.duration_since(*since).unwrap_or_default().as_secs();
                self.findings.add(|| format!("a try started {after} s after the breaker had opened"));
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
        self.sees_items |= matches!(seen, Seen::Fact(Fact::Item { .. }));
        match seen {
            Seen::Fact(Fact::Item { table, before, after: Some(after), cause, .. })
                if *table == self.config_table && after.get("breaker").is_some() =>
            {
                let before = before.map(Gate);
                self.permits.learn(at, before, Gate(after), *cause);
                if let Some(before) = before {
                    self.moved(at, before, Gate(after), *cause);
                }
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
mod tests;
