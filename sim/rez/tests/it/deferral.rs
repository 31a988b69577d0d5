//! Deferral: an outage of any length costs no message, and its end floods nobody.

use rez_cloud::faults::FaultKind;
use rez_core::message::Status;

use crate::support::{Mood, Setup, World, hours, minutes, seconds};

#[tokio::test(start_paused = true)]
async fn an_outage_loses_nothing_and_recovery_stays_below_ntfys_limits() {
    let world = World::ideal();
    world.ntfy.is(Mood::Down);
    let ids = world.create_many("m", 70).await;
    world.pass(minutes(30)).await;
    assert_eq!(world.count(&ids, Status::Created).await, 70, "half an hour on, all wait");
    assert!(world.ntfy.tries().len() < 100, "an outage costs at most two probes a minute");

    world.ntfy.is(Mood::Up);
    let healed = world.elapsed();
    // 12 a minute make 70 in six minutes, and the last of them sees the breaker close within a minute.
    world.pass(minutes(8)).await;
    assert_eq!(world.count(&ids, Status::Completed).await, 70);
    assert_eq!(world.ntfy.accepted().len(), 70, "each once");
    let after: Vec<_> = world.ntfy.tries().into_iter().filter(|a_try| a_try.at > healed).collect();
    assert!(after.iter().all(|a_try| a_try.status == 200), "no 429 after it");
    assert!(world.dead_letters().await.is_empty());
    assert_eq!(world.queued(), 0);
}

#[tokio::test(start_paused = true)]
async fn an_outage_of_hours_uses_no_attempts_up() {
    let world = World::ideal();
    world.ntfy.is(Mood::Down);
    let id = world.create("patient").await;
    world.pass(hours(3)).await;
    let tries = world.ntfy.tries().len();
    assert!(tries > 60, "it was the probe {tries} times");
    assert_eq!(world.status(id).await, Status::Created);
    assert!(world.dead_letters().await.is_empty());
    world.ntfy.is(Mood::Up);
    world.pass(minutes(3)).await;
    assert_eq!(world.status(id).await, Status::Completed);
}

#[tokio::test(start_paused = true)]
async fn the_deferred_do_not_return_together() {
    let world = World::ideal();
    world.ntfy.is(Mood::Down);
    let ids = world.create_many("m", 30).await;
    world.pass(seconds(20)).await;
    let mut places = Vec::new();
    for id in &ids {
        places.extend(world.message(*id).await.deferred_until.map(|until| until.epoch_ms()));
    }
    places.sort_unstable();
    assert_eq!(places.len(), 30);
    assert!(places.windows(2).all(|pair| pair[1] - pair[0] >= 5_000), "at the pace of ntfy: {places:?}");
}

#[tokio::test(start_paused = true)]
async fn a_record_for_a_deferred_message_is_acknowledged_and_changes_nothing() {
    let world = World::ideal();
    world.ntfy.is(Mood::Down);
    let message = world.write("waits").await;
    world.announce([&message]);
    world.pass(seconds(4)).await;
    let waiting = world.message(message.id).await;
    assert_eq!(waiting.status, Status::Created);
    let tries = world.ntfy.tries().len();
    world.announce([&message, &message]);
    world.pass(seconds(2)).await;
    assert_eq!(world.message(message.id).await, waiting);
    assert_eq!((world.ntfy.tries().len(), world.queued()), (tries, 0));
}

/// Regression: the message kept the SDK's whole error, for every viewer to read.
#[tokio::test(start_paused = true)]
async fn what_aws_said_of_a_refused_invocation_stays_inside() {
    let refuse = FaultKind::Refuse { status: 403, code: "AccessDeniedException".to_owned() };
    let world = Setup::new().fault(refuse, "lambda.Invoke", seconds(0)..minutes(4)).begin();
    let id = world.create("patient").await;
    world.pass(minutes(1)).await;
    let error = world.message(id).await.last_error.expect("it was put off");
    assert_eq!((&*error.code, &*error.message), ("invoke_refused", "Lambda refuses to run the delivery"));
    world.pass(minutes(20)).await;
    assert_eq!(world.status(id).await, Status::Completed);
}
