//! Whole systems that are broken on purpose: each makes the checkers fail that are there for it, in a world in which the
//! real system holds.

#[path = "../it/support/aws.rs"]
mod aws;
mod intruder;
mod rogue;

use std::collections::BTreeSet;
use std::sync::Arc;

use rez::cli::{self, Command};
use rez::progress::Progress;
use rez::run::{self, Plan};
use rez::world::functions::{JWT_AUTHORIZER, MESSAGE_PROCESSOR, NOTIFICATION_SERVICE, SCHEDULER, WEB_API};
use rez::{judge, scenario, world};
use rez_cloud::Cloud;
use rez_cloud::program::Program;
use rez_reports::RunResult;
use rez_topology::{Options, Statement, Topology};

const OUTAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/broken/outage.toml");
const FRONT_DOOR: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/broken/front_door.toml");

/// Names of the checkers that did not hold in an outage when these functions took the place of the real ones.
fn broken(rogues: &[(&str, Arc<dyn Program>)]) -> BTreeSet<String> {
    broken_in(OUTAGE, rogues)
}

/// The same at the front door.
fn broken_door(rogues: &[(&str, Arc<dyn Program>)]) -> BTreeSet<String> {
    broken_in(FRONT_DOOR, rogues)
}

fn broken_in(path: &str, rogues: &[(&str, Arc<dyn Program>)]) -> BTreeSet<String> {
    broken_by(&["rez", "run", path], rogues)
}

/// The same in real time, on data services of which only what lies there in the end can be seen.
fn broken_elsewhere(rogues: &[(&str, Arc<dyn Program>)]) -> BTreeSet<String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/elsewhere/brief.toml");
    broken_by(&["rez", "run", path, "--backend", &aws::Aws::start().url], rogues)
}

fn broken_by(command: &[&str], rogues: &[(&str, Arc<dyn Program>)]) -> BTreeSet<String> {
    broken_where(command, rogues, |_| (), |_| ())
}

/// The same where what is deployed drifted away from the template, or somebody else is about.
fn broken_where(
    command: &[&str],
    rogues: &[(&str, Arc<dyn Program>)],
    drift: impl FnOnce(&mut Topology),
    beside: impl FnOnce(&Cloud),
) -> BTreeSet<String> {
    not_held(&judged(command, rogues, drift, beside))
}

fn judged(
    command: &[&str],
    rogues: &[(&str, Arc<dyn Program>)],
    drift: impl FnOnce(&mut Topology),
    beside: impl FnOnce(&Cloud),
) -> RunResult {
    let Ok(Command::Run(arguments)) = cli::parse(command.iter().map(Into::into)) else { panic!("a command") };
    let [path] = arguments.scenarios.as_slice() else { panic!("one scenario") };
    let plan = Plan::new(scenario::find(path).unwrap(), &run::topology(None, &Options::default()).unwrap(), &arguments)
        .unwrap();
    let mut deployed = plan.topology.clone();
    drift(&mut deployed);
    let progress = Progress::new("broken", plan.scenario.duration, false);
    let deploy = |builder: rez_cloud::CloudBuilder| {
        rogues.iter().fold(builder, |builder, (id, program)| builder.function(*id, program.clone()))
    };
    let ended = world::run_drifted(&plan, &deployed, &progress, deploy, beside).unwrap();
    judge::judge(&plan, &ended, progress.wall(), Vec::new())
}

fn not_held(result: &RunResult) -> BTreeSet<String> {
    let failed = result.checkers.iter().filter(|checker| checker.held == Some(false));
    failed.map(|checker| checker.name.clone()).collect()
}

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn the_real_system_holds() {
    assert_eq!(broken(&[]), names(&[]));
}

#[test]
fn a_function_that_draws_real_entropy_has_another_history_each_time() {
    let history = |rogues: &[(&str, Arc<dyn Program>)]| {
        judged(&["rez", "run", OUTAGE], rogues, |_| (), |_| ()).history_sha256.expect("in virtual time")
    };
    assert_eq!(history(&[]), history(&[]));
    let dicing = [(NOTIFICATION_SERVICE, rogue::dicing())];
    assert_ne!(history(&dicing), history(&dicing));
}

/// Regression: a task of the simulator's own panicked, and the verdict was that all is well.
#[test]
fn a_simulator_that_panics_proves_nothing() {
    let arguments = ["rez", "run", "minute"].map(Into::into);
    let Ok(Command::Run(arguments)) = cli::parse(arguments) else { panic!("a command") };
    let topology = run::topology(None, &Options::default()).unwrap();
    let plan = Plan::new(scenario::find("minute").unwrap(), &topology, &arguments).unwrap();
    let progress = Progress::new("broken", plan.scenario.duration, false);
    let ended = world::run_altered(&plan, &progress, |builder| {
        drop(tokio::spawn(async { panic!("as a mistake of ours would") }));
        builder
    });
    let result = judge::judge(&plan, &ended.unwrap(), progress.wall(), Vec::new());
    assert_eq!(not_held(&result), names(&["the simulator itself does not panic"]));
}

#[test]
fn a_processor_that_does_nothing_settles_nothing() {
    let found = broken(&[(MESSAGE_PROCESSOR, rogue::idle())]);
    assert_eq!(found, names(&["everything settles after the last fault"]));
}

#[test]
fn without_a_sweep_what_was_deferred_never_settles() {
    let found = broken(&[(SCHEDULER, rogue::idle())]);
    assert_eq!(found, names(&["everything settles after the last fault"]));
}

#[test]
fn a_processor_that_only_pretends_is_told_three_times() {
    let found = broken(&[(MESSAGE_PROCESSOR, rogue::pretending())]);
    assert_eq!(found, names(&["nothing lost", "only legal transitions", "the message account closes"]));
}

#[test]
fn a_processor_that_only_pretends_is_told_from_outside_too() {
    let found = broken_elsewhere(&[(MESSAGE_PROCESSOR, rogue::pretending())]);
    assert_eq!(found, names(&["nothing lost", "the message account closes"]));
}

#[test]
fn an_authorizer_that_takes_everybody_for_an_admin_is_told_from_outside_too() {
    let found = broken_elsewhere(&[(JWT_AUTHORIZER, intruder::welcoming())]);
    assert!(found.contains("nobody does what the group may not"), "{found:?}");
}

#[test]
fn a_notifier_that_stutters_is_told() {
    let found = broken(&[(NOTIFICATION_SERVICE, rogue::stuttering())]);
    assert!(found.contains("duplicates only where an answer was lost"), "{found:?}");
}

#[test]
fn a_notifier_that_knocks_at_an_open_breaker_is_told() {
    let found = broken(&[(NOTIFICATION_SERVICE, rogue::knocking())]);
    assert!(found.contains("the breaker is legal"), "{found:?}");
}

#[test]
fn a_processor_that_gives_everything_back_fills_the_dead_letter_queue() {
    let found = broken(&[(MESSAGE_PROCESSOR, rogue::refusing())]);
    assert!(found.contains("no dead letters because of an open breaker"), "{found:?}");
}

#[test]
fn the_real_front_door_holds() {
    assert_eq!(broken_door(&[]), names(&[]));
}

#[test]
fn an_authorizer_that_takes_everybody_for_an_admin_is_told() {
    let found = broken_door(&[(JWT_AUTHORIZER, intruder::welcoming())]);
    assert!(
        found.is_superset(&names(&["nobody does what the group may not", "what is hostile is refused"])),
        "{found:?}"
    );
}

/// A bad deployment, after which nobody gets in: no invocation fails, and no answer is a 5xx.
#[test]
fn an_authorizer_that_refuses_everybody_raises_the_alarm_that_takes_it_back() {
    let misconfigure = |deployed: &mut Topology| {
        let authorizer = deployed.functions.get_mut(JWT_AUTHORIZER).expect("there is an authorizer");
        authorizer.environment.insert("SIGN_IN_SCOPE".to_owned(), "another-api/use".to_owned());
    };
    let result = judged(&["rez", "run", FRONT_DOOR], &[], misconfigure, |_| ());
    let fired: BTreeSet<&str> =
        result.alarms.iter().filter(|change| change.to == "ALARM").map(|change| change.name.as_str()).collect();
    assert!(fired.contains("rez-agent-dev-live-tokens-refused"), "{fired:?}");
    let topology = run::topology(None, &Options::default()).unwrap();
    let alias = topology.functions[JWT_AUTHORIZER].alias.clone().expect("it has an alias");
    let takes_back = alias.deployment.expect("it is deployed gradually").alarms;
    assert!(takes_back.iter().any(|alarm| alarm == "rez-agent-dev-live-tokens-refused"), "{takes_back:?}");
}

#[test]
fn an_api_that_promises_and_writes_nothing_is_told() {
    let found = broken_door(&[(WEB_API, intruder::promising())]);
    assert!(found.is_superset(&names(&["nothing lost", "what was accepted can be read at once"])), "{found:?}");
}

#[test]
fn an_api_that_refuses_to_cancel_and_cancels_is_told() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/broken/trespass.toml");
    assert_eq!(broken_in(path, &[]), names(&[]));
    let found = broken_in(path, &[(WEB_API, intruder::obliging())]);
    assert!(found.contains("nobody does what the group may not"), "{found:?}");
}

#[test]
fn an_api_that_answers_as_it_likes_is_told() {
    let found = broken_door(&[(WEB_API, intruder::chatting())]);
    assert!(found.contains("every answer follows the contract"), "{found:?}");
}

#[test]
fn an_api_that_panics_at_what_it_does_not_expect_is_told() {
    let found = broken_door(&[(WEB_API, intruder::fragile())]);
    assert!(found.contains("no request makes a function fail"), "{found:?}");
}

#[test]
fn an_api_that_logs_its_events_is_told() {
    let found = broken_door(&[(WEB_API, intruder::indiscreet())]);
    assert_eq!(found, names(&["no log line tells a secret"]));
}

#[test]
fn a_system_whose_breaker_never_opens_raises_no_alarm_and_is_told() {
    let found = broken_door(&[(MESSAGE_PROCESSOR, rogue::idle())]);
    assert!(found.contains("alarms fire when they should"), "{found:?}");
}

#[test]
fn a_function_that_reaches_beyond_its_role_is_told() {
    let found = broken_door(&[(SCHEDULER, intruder::curious())]);
    assert!(found.contains("every call is within its role"), "{found:?}");
}

/// Gives the scheduler's role one action more on the table of idempotency keys.
fn widen(deployed: &mut Topology, action: &str) {
    let table = deployed.tables["IdempotencyTable"].arn.clone();
    let role = deployed.roles.get_mut("SchedulerRole").expect("the scheduler has a role");
    role.statements.push(Statement {
        allow: true,
        actions: vec![action.to_owned()],
        resources: vec![table],
        principals: Vec::new(),
        source_arns: Vec::new(),
    });
}

/// Somebody gave the scheduler's role more by hand than the template does: the account lets pass what nobody wrote down.
#[test]
fn a_role_that_was_widened_by_hand_is_told() {
    for (action, rogue) in [("dynamodb:GetItem", intruder::curious()), ("dynamodb:PutItem", intruder::scribbling())] {
        let widen = |deployed: &mut Topology| widen(deployed, action);
        let found = broken_where(&["rez", "run", FRONT_DOOR], &[(SCHEDULER, rogue)], widen, |_| ());
        assert_eq!(found, names(&["IAM is never bypassed"]), "{action}");
    }
}

/// Somebody with keys to the account, and no role that the template knows.
#[test]
fn whoever_changes_a_table_past_the_front_door_is_told() {
    let found = broken_where(&["rez", "run", FRONT_DOOR], &[], |_| (), intruder::break_in);
    assert_eq!(found, names(&["IAM is never bypassed"]));
}
