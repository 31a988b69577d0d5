//! The daily message: one for each slot, however often and late its event comes.

use rez_cloud::faults::FaultKind;
use rez_core::message::{MessageId, Status};
use serde_json::{Value, json};

use crate::support::{Setup, World, hours, minutes};

/// What was written by the scheduler, by id.
fn written(world: &World) -> Vec<String> {
    let new = world.record.changes(|change| {
        change.table == world.names.messages_table && change.before.is_none() && change.after("kind") == "scheduled"
    });
    new.iter().map(|change| change.after("message_id").to_owned()).collect()
}

async fn invoke(world: &World, time: &str) -> Value {
    let event = json!({
        "version": "0", "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718", "detail-type": "Scheduled Event",
        "source": "aws.events", "account": "123456789012", "time": time, "region": "us-east-1",
        "resources": ["arn:aws:events:us-east-1:123456789012:rule/daily"], "detail": {},
    });
    let answer = world.cloud.invoke("Scheduler", event.to_string()).await.unwrap();
    assert!(answer.succeeded(), "{answer:?}");
    serde_json::from_slice(&answer.payload).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_second_and_a_late_event_of_a_slot_add_nothing() {
    let world = World::ideal();
    let first = invoke(&world, "2026-11-25T09:00:08Z").await;
    let again = invoke(&world, "2026-11-25T09:00:08Z").await;
    world.pass(hours(5)).await;
    let late = invoke(&world, "2026-11-25T13:59:59Z").await;
    let of = |response: &Value| response["daily_message"]["message_id"].as_str().unwrap().to_owned();
    assert_eq!(
        (first["daily_message"]["new"].as_bool(), again["daily_message"]["new"].as_bool()),
        (Some(true), Some(false))
    );
    assert_eq!((of(&again), of(&late)), (of(&first), of(&first)));
    assert_eq!(written(&world).iter().filter(|id| **id == of(&first)).count(), 1);
    assert_eq!(world.ntfy.accepted().len(), 1 + usize::from(written(&world).len() > 1));
}

/// Regression: a retried event found the message, and neither announced nor counted what its first try had written.
#[tokio::test(start_paused = true)]
async fn a_slot_whose_writer_learnt_nothing_is_announced_by_the_retry() {
    let slot = hours(8);
    let lost = (FaultKind::LoseResponse, "dynamodb.TransactWriteItems", slot..slot + minutes(2));
    let world = Setup::new().fault(lost.0, lost.1, lost.2).begin();
    world.pass(slot + minutes(10)).await;
    assert!(
        world.record.calls(|call| call.operation == "TransactWriteItems" && call.sent < slot + minutes(2)).len() > 3
    );
    assert_eq!((written(&world).len(), world.ntfy.accepted().len()), (1, 1));
    let is_heartbeat = |text: &str| text.contains("MessagesCreated") && text.contains("scheduled");
    assert!(world.record.lines().iter().any(|line| is_heartbeat(&line.text)));
}

#[tokio::test(start_paused = true)]
async fn a_rule_that_fires_twice_delivers_once() {
    let world = Setup::new().knobs(|knobs| knobs.schedule.duplicate = 1.0).begin();
    world.pass(hours(24) + minutes(1)).await;
    assert_eq!((written(&world).len(), world.ntfy.accepted().len()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn an_event_that_is_none_is_refused_by_name() {
    let world = World::ideal();
    let answer = world.cloud.invoke("Scheduler", json!({ "time": "yesterday" }).to_string()).await.unwrap();
    assert!(!answer.succeeded());
    assert!(String::from_utf8_lossy(&answer.payload).contains("EventError"), "{answer:?}");
    world.pass(minutes(1)).await;
    assert!(written(&world).is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_day_has_one_message_that_is_delivered_as_any_other() {
    let world = World::ideal();
    world.pass(hours(24) + minutes(1)).await;
    let ids = written(&world);
    assert_eq!(ids.len(), 1);
    let id = MessageId(ids[0].parse().unwrap());
    assert_eq!(world.status(id).await, Status::Completed);
    assert_eq!(world.message(id).await.created_by, "scheduler");
}
