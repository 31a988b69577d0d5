//! The sweep: whatever was left lying, and nothing else.

use std::collections::BTreeMap;

use rez_cloud::faults::FaultKind;
use rez_core::message::Status;
use rez_core::redrive::redrive;
use rez_core::store::Transition;
use serde_json::Value;

use crate::support::{Change, Setup, World, hours, minutes, seconds, unavailable};

const SWEEP: &[u8] = br#"{"sweep":true}"#;

/// A world in which nothing could be published in the first ten seconds.
fn mute() -> World {
    Setup::new().fault(unavailable(), "sns", seconds(0)..seconds(10)).begin()
}

/// How often each message was published.
fn publications(world: &World) -> BTreeMap<String, usize> {
    let mut times = BTreeMap::new();
    for (_, body) in world.record.published() {
        let event: Value = serde_json::from_str(&body).unwrap();
        *times.entry(event["message_id"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    times
}

#[tokio::test(start_paused = true)]
async fn what_was_written_and_not_published_is_published_within_a_minute() {
    let world = mute();
    let id = world.create("unheard").await;
    assert_eq!(world.status(id).await, Status::Created);
    world.pass_until(seconds(59)).await;
    assert!(world.ntfy.tries().is_empty());
    world.pass_until(seconds(62)).await;
    assert_eq!(world.status(id).await, Status::Completed);
}

/// Regression: its own write, whose answer was lost, was taken for another sweep's.
#[tokio::test(start_paused = true)]
async fn a_sweep_whose_answer_is_lost_knows_what_it_moved_ahead() {
    let lost = (FaultKind::LoseResponse, "dynamodb.UpdateItem:MessagesTable", seconds(59)..seconds(61));
    let world = Setup::new().fault(unavailable(), "sns", seconds(0)..seconds(10)).fault(lost.0, lost.1, lost.2).begin();
    let id = world.create("unheard").await;
    world.pass_until(seconds(90)).await;
    assert_eq!(world.status(id).await, Status::Completed);
}

/// Regression: the same of what it gave back.
#[tokio::test(start_paused = true)]
async fn a_sweep_whose_answer_is_lost_knows_what_it_gave_back() {
    let world = Setup::new()
        .fault(FaultKind::Crash, "function:MessageProcessor", seconds(0)..seconds(10))
        .fault(FaultKind::Crash, "lambda.Invoke", seconds(10)..seconds(30))
        .fault(FaultKind::LoseResponse, "dynamodb.UpdateItem:MessagesTable", seconds(119)..seconds(121))
        .begin();
    let id = world.create("left").await;
    world.pass_until(seconds(150)).await;
    assert_eq!(world.status(id).await, Status::Completed);
}

#[tokio::test(start_paused = true)]
async fn what_a_creator_left_behind_when_he_died_is_published_after_its_15_minutes() {
    let world = World::ideal();
    let message = world.write("orphan").await;
    world.pass(minutes(15)).await;
    assert!(world.ntfy.tries().is_empty(), "a slow queue is not fed its own backlog");
    world.pass(minutes(1)).await;
    assert_eq!(world.status(message.id).await, Status::Completed);
}

#[tokio::test(start_paused = true)]
async fn what_throttling_drove_into_the_dead_letter_queue_is_recovered() {
    let throttled = (FaultKind::Throttle, "function:MessageProcessor", seconds(0)..hours(1));
    let world = Setup::new().fault(throttled.0, throttled.1, throttled.2).begin();
    let id = world.create("unlucky").await;
    world.pass_until(hours(1)).await;
    assert!(!world.dead_letters().await.is_empty(), "three receives were used up");
    assert_eq!(world.status(id).await, Status::Created);
    world.pass(hours(2)).await;
    assert_eq!(world.status(id).await, Status::Completed);
    assert_eq!(world.ntfy.accepted(), ["unlucky"]);
}

#[tokio::test(start_paused = true)]
async fn one_query_when_there_is_nothing_to_do() {
    let world = World::ideal();
    world.create("settled").await;
    world.pass_until(minutes(10) + seconds(30)).await;
    let calls = world.record.calls(|call| call.function.ends_with("scheduler"));
    let operations: Vec<_> = calls.iter().map(|call| (call.operation.as_str(), call.resource.as_str())).collect();
    assert_eq!(operations, vec![("Query", world.names.messages_table.as_str()); 10]);
}

#[tokio::test(start_paused = true)]
async fn a_run_is_bounded() {
    let world = World::ideal();
    for number in 0..120 {
        world.write(&format!("m-{number}")).await;
    }
    let advanced = |world: &World| {
        let published_again = |change: &Change| change.by.ends_with("scheduler") && change.after("publishes") == "2";
        world.record.changes(published_again).len()
    };
    world.pass_until(minutes(15) + seconds(30)).await;
    assert_eq!(advanced(&world), 100);
    world.pass(minutes(1)).await;
    assert_eq!(advanced(&world), 120);
}

#[tokio::test(start_paused = true)]
async fn two_sweeps_at_once_publish_once() {
    let world = mute();
    let ids = world.create_many("m", 20).await;
    world.pass_until(seconds(30)).await;
    let (one, other) = tokio::join!(world.cloud.invoke("Scheduler", SWEEP), world.cloud.invoke("Scheduler", SWEEP));
    assert!(one.unwrap().succeeded() && other.unwrap().succeeded());
    let times = publications(&world);
    assert_eq!((times.len(), times.values().max()), (20, Some(&1)));
    world.pass(minutes(5)).await;
    assert_eq!(world.count(&ids, Status::Completed).await, 20);
    assert_eq!(world.ntfy.accepted().len(), 20);
}

#[tokio::test(start_paused = true)]
async fn what_the_sweep_could_not_publish_is_due_again_at_its_next_run() {
    let world = Setup::new().fault(unavailable(), "sns", seconds(0)..seconds(90)).begin();
    let id = world.create("unheard").await;
    world.pass_until(seconds(119)).await;
    assert_eq!(world.status(id).await, Status::Created);
    world.pass_until(seconds(122)).await;
    assert_eq!(world.status(id).await, Status::Completed);
}

/// Regression: what was redriven and could not be read back was neither published nor due.
#[tokio::test(start_paused = true)]
async fn what_was_redriven_and_not_read_back_is_published_within_a_minute() {
    let rejected = FaultKind::Refuse { status: 400, code: String::new() };
    let world = Setup::new()
        .fault(rejected, "ntfy", seconds(0)..seconds(40))
        .fault(unavailable(), "dynamodb.GetItem:MessagesTable", seconds(40)..seconds(50))
        .begin();
    let id = world.create("again").await;
    world.pass_until(seconds(40)).await;
    assert_eq!(world.status(id).await, Status::Failed);
    assert!(redrive(&world.people, id).await.is_err(), "whoever asks is told that it is not known");
    world.pass_until(seconds(70)).await;
    assert_eq!(world.status(id).await, Status::Completed);
}

/// Regression: what nobody is shown any more could be cancelled and redriven.
#[tokio::test(start_paused = true)]
async fn what_has_expired_is_not_changed_any_more() {
    let world = Setup::new().knobs(|knobs| knobs.dynamodb.ttl_delay = hours(24)).begin();
    let now = rez_core::clock::Moment::from(world.cloud.clock().now());
    let id = world.write_at("old", now - hours(24 * 90)).await.id;
    assert_eq!(world.oracle.store.cancel(id).await, Ok(Transition::Absent));
    let changes =
        world.record.changes(|change| change.before.is_some() && change.after("message_id") == id.to_string());
    assert!(changes.is_empty(), "{changes:?}");
}
