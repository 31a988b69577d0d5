//! People who steer: what they cancel is not delivered, what they redrive is, and every account closes over both.

mod lives;

use rez::cli::{self, Command};
use rez::progress::Progress;
use rez::run::{self, Plan};
use rez::{judge, scenario, world};
use rez_reports::{RunResult, Verdict};

use self::lives::SharedLives;

const STEERING: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/people/steering.toml");
const DELETE: &str = "DELETE /api/messages/{id}";
const REDRIVE: &str = "POST /api/messages/{id}/redrive";

/// The result of a scenario, and what happened to each message in it.
fn run(scenario: &str) -> (RunResult, SharedLives) {
    let Ok(Command::Run(arguments)) = cli::parse(["rez", "run", scenario].map(Into::into)) else { panic!("a command") };
    let topology = run::topology(None, &rez_topology::Options::default()).unwrap();
    let plan = Plan::new(scenario::find(scenario).unwrap(), &topology, &arguments).unwrap();
    let lives = SharedLives::default();
    let progress = Progress::new("people", plan.scenario.duration, false);
    let ended = world::run_altered(&plan, &progress, |builder| builder.subscribe(Box::new(lives.clone()))).unwrap();
    (judge::judge(&plan, &ended, progress.wall(), Vec::new()), lives)
}

#[test]
fn what_waits_is_cancelled_and_what_failed_is_redriven_and_delivered() {
    let (result, lives) = run(STEERING);
    let lives = lives.lock().unwrap();
    let violated: Vec<_> = result.checkers.iter().filter(|checker| checker.held == Some(false)).collect();
    assert_eq!(result.verdict, Verdict::Pass, "{violated:?}, {:?}", result.objectives);
    let messages = &result.messages;
    assert_eq!((messages.in_flight, messages.failed, messages.lost), (0, 0, 0), "all failed ones were redriven");

    let deferred =
        lives.count(|life| life.starts_with(&["created", "processing", "created"]) && life.ends_with(&["cancelled"]));
    assert!(deferred > 0 && messages.cancelled >= deferred, "{deferred} of {messages:?}");
    assert_eq!(lives.answers(DELETE, 200), messages.cancelled);
    // Who comes too late is told so, which is no failure of anybody's.
    let (late, requests) = (lives.answers(DELETE, 409), result.requests.unwrap());
    assert!(late > 0 && requests.refused >= late, "{late} of {requests:?}");

    let redriven =
        lives.count(|life| life.contains(&"failed") && life.ends_with(&["created", "processing", "completed"]));
    assert!(redriven > 5 && lives.answers(REDRIVE, 202) >= redriven, "{redriven}");
    assert_eq!(messages.redriven, lives.answers(REDRIVE, 202));
    assert!(messages.dead_lettered >= redriven, "the evidence stays: {messages:?}");
}
