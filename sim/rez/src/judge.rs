//! From what was observed to a result: objectives, checkers, the account, and the verdict.

use std::time::{Duration, SystemTime};

use rez_cloud::billing::{Bill, BillItem};
use rez_cloud::host::iam::UnusedPermission;
use rez_reports::{
    CheckerResult, Cost, CostItem, FaultWindow, Messages, Objective, ObjectiveResult, RunResult, Target, Verdict,
};

use crate::checkers::{Checker, End, Findings};
use crate::observer::{FrontDoor, Observer, SharedObserver};
use crate::run::Plan;
use crate::scenario::{DeadLettered, Fault, FaultKind, Objectives, Scenario};

/// The design promises delivery per seven days.
const DELIVERY_WINDOW_DAYS: usize = 7;
const LATENCY_PERCENTILE: f64 = 0.95;
const API_WINDOW_DAYS: usize = 30;
/// What the design expects to pay in a month, in US dollars, at so many messages and API requests a day.
const DESIGN_COSTS: [((u32, u32), f64); 2] = [((1_000, 10_000), 10.57), ((10_000, 100_000), 50.0)];

/// A world that has ended.
pub struct Ended {
    pub observer: SharedObserver,
    pub start: SystemTime,
    pub end: End,
    pub simulated: Duration,
    /// Poison events that were sent.
    pub poison: u64,
    /// What 30 days like these would cost; `None` when the data services did not tell what was used of them.
    pub bill: Option<Bill>,
    pub permissions_unused: Vec<UnusedPermission>,
    /// Of the simulator itself.
    pub panics: Findings,
}

/// Judges a run. `notes` are put beside the verdict.
pub fn judge(plan: &Plan, ended: &Ended, wall: Duration, notes: Vec<String>) -> RunResult {
    let scenario = &plan.scenario;
    let mut observer = ended.observer.lock().expect("no observer panicked");
    let objectives = objectives(scenario, &observer);
    let sees_inside = observer.sees_inside;
    let finish = |checker: &mut Box<dyn Checker>| finished(checker.as_mut(), &ended.end, sees_inside);
    let mut checkers: Vec<CheckerResult> = observer.checkers.iter_mut().map(finish).collect();
    checkers.extend(plan.real_time.iter().flat_map(|real_time| &real_time.alarms_unseen).map(|alarm| unseen(alarm)));
    checkers.push(checked("nothing asked for is unknown", observer.not_modelled.clone()));
    checkers.push(checked("the simulator itself does not panic", ended.panics.clone()));
    checkers.push(checked(
        "the dead-letter queue is as expected",
        dead_letters(scenario, observer.tally.dead_lettered, ended.poison),
    ));
    RunResult {
        scenario: scenario.name.clone(),
        seed: plan.seed,
        profile: plan.profile_name().to_owned(),
        backend: plan.backend(),
        started: rfc3339(ended.start),
        simulated_seconds: ended.simulated.as_secs_f64(),
        wall_seconds: wall.as_secs_f64(),
        aws_calls: observer.aws_calls.total(),
        messages: messages(&observer, &checkers),
        requests: observer.front_door.as_ref().map(|door| door.requests),
        verdict: Verdict::of(&objectives, &checkers),
        objectives,
        checkers,
        alarms: observer.alarms.clone(),
        cost: ended.bill.as_ref().map(|bill| cost(bill, scenario)),
        permissions_unused: ended.permissions_unused.iter().map(unused).collect(),
        history_sha256: observer.history_sha256(),
        replay: plan.replay(),
        notes,
        latency: observer.latency.points(),
        faults: faults(&scenario.faults, &observer.faults_applied),
    }
}

/// The verdict about traffic that ntfy's limits cannot carry: it fails by arithmetic, and nothing is run.
pub fn cannot_be_carried(plan: &Plan, reason: String) -> RunResult {
    let checkers = vec![checked("ntfy can carry the traffic", Findings { violations: 1, examples: vec![reason] })];
    RunResult {
        scenario: plan.scenario.name.clone(),
        seed: plan.seed,
        profile: plan.profile_name().to_owned(),
        backend: plan.backend(),
        started: rfc3339(plan.begins()),
        simulated_seconds: 0.0,
        wall_seconds: 0.0,
        aws_calls: 0,
        messages: Messages::default(),
        requests: None,
        objectives: Vec::new(),
        verdict: Verdict::of(&[], &checkers),
        checkers,
        alarms: Vec::new(),
        cost: None,
        permissions_unused: Vec::new(),
        history_sha256: None,
        replay: plan.replay(),
        notes: Vec::new(),
        latency: Vec::new(),
        faults: Vec::new(),
    }
}

fn objectives(scenario: &Scenario, observer: &Observer) -> Vec<ObjectiveResult> {
    let under = scenario.objectives.processing_latency_p95;
    let latency = Objective {
        name: "processing-latency-p95".to_owned(),
        target: Target::Percentile { percentile: LATENCY_PERCENTILE, under },
    };
    let at_least = scenario.objectives.notification_delivery;
    let delivery = Objective {
        name: "notification-delivery".to_owned(),
        target: Target::Ratio { at_least, window_days: DELIVERY_WINDOW_DAYS },
    };
    let mut objectives = vec![
        latency.judge(&observer.latency.percentile(LATENCY_PERCENTILE)),
        delivery.judge(&observer.latency.delivery()),
    ];
    objectives.extend(observer.front_door.iter().flat_map(|door| of_front_door(&scenario.objectives, door)));
    objectives
}

/// What is promised of the API.
fn of_front_door(promised: &Objectives, door: &FrontDoor) -> [ObjectiveResult; 3] {
    let availability = Objective {
        name: "api-availability".to_owned(),
        target: Target::Ratio { at_least: promised.api_availability, window_days: API_WINDOW_DAYS },
    };
    let percentile = |percentile: f64, under| Objective {
        name: format!("api-response-time-p{:.0}", percentile * 100.0),
        target: Target::Percentile { percentile, under },
    };
    [
        availability.judge(&door.availability()),
        percentile(0.95, promised.api_response_time_p95).judge(&door.p95()),
        percentile(0.99, promised.api_response_time_p99).judge(&door.p99()),
    ]
}

fn messages(observer: &Observer, checkers: &[CheckerResult]) -> Messages {
    let tally = &observer.tally;
    let lost = checkers.iter().find(|checker| checker.name == "nothing lost").map_or(0, |checker| checker.violations);
    Messages {
        created: tally.created,
        completed: tally.completed,
        failed: tally.failed,
        dead_lettered: tally.dead_lettered,
        cancelled: tally.cancelled,
        in_flight: tally.in_flight,
        lost,
        duplicated: tally.duplicated,
        redriven: tally.redriven,
    }
}

fn dead_letters(scenario: &Scenario, found: u64, poison: u64) -> Findings {
    let mut findings = Findings::default();
    match scenario.expectations.dead_lettered {
        DeadLettered::None if found != 0 => {
            findings.add(|| format!("{found} records are there, and none was expected"))
        }
        // A queue delivers at least once, so poison can come twice; and nothing else may be there.
        DeadLettered::Poison if !(poison..=2 * poison).contains(&found) => {
            findings.add(|| format!("{found} records are there, and {poison} poison events were sent"));
        }
        _ => {}
    }
    findings
}

fn checked(name: &str, findings: Findings) -> CheckerResult {
    CheckerResult {
        name: name.to_owned(),
        held: Some(findings.held()),
        violations: findings.violations,
        examples: findings.examples,
    }
}

/// From outside, a violation may show to a checker that would have to look inside to know that there is none.
fn finished(checker: &mut dyn Checker, end: &End, sees_inside: bool) -> CheckerResult {
    let result = checked(checker.name(), checker.finish(end));
    let can_tell = sees_inside || checker.judges_from_outside() || result.held == Some(false);
    CheckerResult { held: result.held.filter(|_| can_tell), ..result }
}

fn unseen(alarm: &str) -> CheckerResult {
    let name = format!("alarm `{alarm}` fires when it should");
    CheckerResult { name, held: None, violations: 0, examples: Vec::new() }
}

fn unused(permission: &UnusedPermission) -> rez_reports::UnusedPermission {
    let UnusedPermission { role, action, resource } = permission.clone();
    rez_reports::UnusedPermission { role, action, resource }
}

fn cost(bill: &Bill, scenario: &Scenario) -> Cost {
    let item = |item: &BillItem| CostItem {
        service: item.service.clone(),
        what: item.what.clone(),
        quantity: item.quantity,
        unit: item.unit.clone(),
        unit_price: item.unit_price,
        cost: item.cost,
    };
    Cost {
        monthly_total: bill.monthly_total,
        monthly_total_after_free_tier: bill.monthly_total_after_free_tier,
        design: expected_cost(scenario),
        prices_date: bill.prices_date.clone(),
        items: bill.items.iter().map(item).collect(),
    }
}

/// What the design expects at the load of a scenario, if it says so.
fn expected_cost(scenario: &Scenario) -> Option<f64> {
    let load = (scenario.workload.messages_per_day, scenario.workload.api_requests_per_day);
    DESIGN_COSTS.into_iter().find(|(of, _)| *of == load).map(|(_, dollars)| dollars)
}

fn faults(faults: &[Fault], applied: &[u64]) -> Vec<FaultWindow> {
    let window = |(fault, applied): (&Fault, &u64)| FaultWindow {
        name: format!("{} {}", kind_name(&fault.kind), fault.target),
        from_seconds: fault.from.as_secs_f64(),
        until_seconds: fault.until.as_secs_f64(),
        applied: *applied,
    };
    faults.iter().zip(applied).map(window).collect()
}

fn kind_name(kind: &FaultKind) -> String {
    match kind {
        FaultKind::Refuse { status, .. } => format!("refuse {status}"),
        FaultKind::Throttle => "throttle".to_owned(),
        FaultKind::Delay { min, max } => {
            format!("delay {}–{}", humantime::format_duration(*min), humantime::format_duration(*max))
        }
        FaultKind::LoseRequest => "lose requests to".to_owned(),
        FaultKind::LoseResponse => "lose responses of".to_owned(),
        FaultKind::Reset { .. } => "reset".to_owned(),
        FaultKind::Crash => "crash".to_owned(),
    }
}

fn rfc3339(at: SystemTime) -> String {
    humantime::format_rfc3339_seconds(at).to_string()
}
