//! Attempts are bounded: five that count.

use rez_cloud::faults::FaultKind;
use rez_core::message::Status;

use crate::support::{Mood, Setup, World, hours, minutes, seconds, unavailable};

/// ntfy always answers this one with 500, and takes what others send meanwhile.
#[tokio::test(start_paused = true)]
async fn a_message_that_ntfy_always_answers_with_500_does_not_live_for_ever() {
    let world = World::ideal();
    world.ntfy.is(Mood::Chokes("indigestible"));
    let id = world.create("indigestible").await;
    let mut others = Vec::new();
    for number in 0..120 {
        others.push(world.create(&format!("other-{number}")).await);
        world.pass(seconds(60)).await;
    }
    let message = world.message(id).await;
    assert_eq!((message.status, message.attempts), (Status::Failed, 5));
    assert_eq!(message.last_error.unwrap().code, "server_error");
    assert_eq!(world.count(&others, Status::Completed).await, 120);

    let letters = world.dead_letters().await;
    assert_eq!(letters.len(), 1);
    let attribute = |name: &str| letters[0].attributes.get(name).map(|it| format!("{it:?}")).unwrap_or_default();
    assert!(attribute("reason_code").contains("server_error"));
    assert!(attribute("message_id").contains(&id.to_string()));
}

#[tokio::test(start_paused = true)]
async fn five_attempts_that_ended_in_a_crash_are_its_last() {
    let crash = (FaultKind::Crash, "function:NotificationService", seconds(0)..hours(3));
    let world = Setup::new().fault(crash.0, crash.1, crash.2).begin();
    let id = world.create("deadly").await;
    world.pass(hours(1)).await;
    let message = world.message(id).await;
    assert_eq!((message.status, message.attempts), (Status::Failed, 5));
    assert_eq!(message.last_error.unwrap().code, "attempt_lost");
    let claims = world
        .record
        .changes(|change| change.after("message_id") == id.to_string() && change.after("status") == "processing");
    assert_eq!(claims.len(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_failed_probe_and_a_deferral_do_not_count() {
    let world = World::ideal();
    world.ntfy.is(Mood::Down);
    let id = world.create("patient").await;
    world.pass(hours(1)).await;
    let tries = world.ntfy.tries().len();
    assert!(tries > 20, "the second attempt opened the breaker, the others were probes: {tries}");
    assert_eq!(world.message(id).await.attempts, 1, "the first ended by itself");
    assert_eq!(world.status(id).await, Status::Created);
}

/// The probe's environment dies with it: the sweep must not count that either.
#[tokio::test(start_paused = true)]
async fn a_probe_that_died_does_not_count() {
    let crash = (FaultKind::Crash, "ntfy", minutes(10)..minutes(40));
    let world = Setup::new().fault(crash.0, crash.1, crash.2).begin();
    world.ntfy.is(Mood::Down);
    let id = world.create("patient").await;
    world.pass_until(minutes(40)).await;
    let lost = world.record.logged("attempt_lost");
    assert!(lost.len() >= 5, "{} probes died", lost.len());
    assert_eq!(world.message(id).await.attempts, 2);
    world.ntfy.is(Mood::Up);
    world.pass(minutes(5)).await;
    assert_eq!(world.status(id).await, Status::Completed);
}

/// Regression: an invocation that never arrived counted as an attempt, whatever the breaker said.
#[tokio::test(start_paused = true)]
async fn what_is_lost_while_the_breaker_is_open_does_not_count() {
    let world = Setup::new().fault(FaultKind::LoseRequest, "lambda.Invoke", minutes(10)..hours(2)).begin();
    world.ntfy.is(Mood::Down);
    let id = world.create("patient").await;
    world.pass_until(hours(2)).await;
    let message = world.message(id).await;
    assert!(message.status != Status::Failed && message.attempts <= 2, "{:?}, {}", message.status, message.attempts);
    world.ntfy.is(Mood::Up);
    world.pass(minutes(10)).await;
    assert_eq!(world.status(id).await, Status::Completed);
}

/// Regression: where the gate could not be read, every attempt counted.
#[tokio::test(start_paused = true)]
async fn what_is_lost_while_the_gate_cannot_be_read_is_left_alone() {
    let world = Setup::new()
        .fault(FaultKind::Crash, "function:NotificationService", seconds(0)..hours(1))
        .fault(unavailable(), "dynamodb.GetItem:ConfigTable", minutes(4)..hours(1))
        .begin();
    let id = world.create("patient").await;
    world.pass_until(hours(1)).await;
    assert!(world.message(id).await.attempts < 5);
    world.pass(minutes(10)).await;
    assert_eq!(world.status(id).await, Status::Completed);
}
