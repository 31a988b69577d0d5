//! The sweep: whatever was left lying, and nothing else.

use std::collections::BTreeMap;

use rez_cloud::faults::FaultKind;
use rez_core::message::Status;
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
