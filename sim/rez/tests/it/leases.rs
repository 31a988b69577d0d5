//! Leases: one attempt at a time, taken over when it died, and deaf to an owner who comes late.

use rez_cloud::faults::FaultKind;
use rez_core::message::Status;

use crate::support::{Mood, Setup, World, minutes, seconds};

#[tokio::test(start_paused = true)]
async fn two_records_for_one_message_make_one_attempt() {
    let world = World::ideal();
    let message = world.write("once").await;
    world.announce([&message, &message, &message]);
    world.pass(minutes(20)).await;
    assert_eq!(world.ntfy.accepted(), ["once"]);
    assert_eq!(world.message(message.id).await.attempts, 1);
    assert_eq!(world.queued(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_record_that_comes_again_leaves_a_live_attempt_alone() {
    let world = World::ideal();
    world.ntfy.is(Mood::Slow(seconds(9)));
    let message = world.write("slow").await;
    world.announce([&message]);
    world.pass(seconds(5)).await;
    world.announce([&message]);
    world.pass(seconds(2)).await;
    assert_eq!(world.queued(), 1, "the second record is acknowledged, the first is under way");
    world.pass(minutes(10)).await;
    assert_eq!(world.ntfy.accepted(), ["slow"]);
}

#[tokio::test(start_paused = true)]
async fn a_processor_killed_in_its_batch_is_taken_over_by_the_sweep() {
    let kill = (FaultKind::Crash, "dynamodb.UpdateItem:MessagesTable", seconds(0)..seconds(5));
    let world = Setup::new().fault(kill.0, kill.1, kill.2).begin();
    let mut messages = Vec::new();
    for title in ["a", "b", "c", "d"] {
        messages.push(world.write(title).await);
    }
    world.announce(&messages);
    world.pass(seconds(90)).await;
    let mut left_behind = Vec::new();
    for message in &messages {
        if world.status(message.id).await == Status::Processing {
            left_behind.push(message.id);
        }
    }
    assert!(!left_behind.is_empty(), "claimed, and then the processor died");
    assert!(world.ntfy.tries().is_empty());

    // Long before SQS shows the batch again, after five minutes.
    world.pass_until(seconds(125)).await;
    assert_eq!(world.count(&left_behind, Status::Completed).await, left_behind.len());
    let taken_over =
        world.record.changes(|change| change.by.ends_with("scheduler") && change.before("status") == "processing");
    assert_eq!(taken_over.len(), left_behind.len());

    world.pass(minutes(20)).await;
    let mut accepted = world.ntfy.accepted();
    accepted.sort();
    assert_eq!(accepted, ["a", "b", "c", "d"]);
    assert!(world.dead_letters().await.is_empty());
}

/// The first owner's word that it delivered is under way for two minutes. By then its lease is over, and the message is
/// in the hands of a second owner, who is waiting for ntfy.
#[tokio::test(start_paused = true)]
async fn a_late_owner_settles_nothing() {
    let late = FaultKind::Delay { min: seconds(125), max: seconds(125) };
    let world = Setup::new().fault(late, "dynamodb.TransactWriteItems", seconds(1)..seconds(60)).begin();
    world.pass(seconds(2)).await;
    let message = world.write("late").await;
    world.announce([&message]);
    world.pass_until(seconds(110)).await;
    world.ntfy.is(Mood::Slow(seconds(9)));
    world.pass_until(seconds(128)).await;
    assert_eq!(world.status(message.id).await, Status::Processing, "the first owner spoke at 127 s, and was too late");

    world.pass(minutes(10)).await;
    assert_eq!(world.status(message.id).await, Status::Completed);
    let changes = world.record.changes(|change| change.after("message_id") == message.id.to_string());
    let owners: Vec<_> =
        changes.iter().map(|change| change.after("lease_owner")).filter(|owner| !owner.is_empty()).collect();
    let settled = changes.last().unwrap();
    assert_eq!((owners.len(), settled.after("settled_by")), (2, owners[1]));
    assert!(settled.at > seconds(129));
}
