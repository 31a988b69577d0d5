//! Events that are none: into the dead-letter queue at once, with the reason, and never retried.

use rez_core::event::MessageCreated;
use rez_core::message::Status;
use serde_json::Value;

use crate::support::{World, minutes, seconds};

#[tokio::test(start_paused = true)]
async fn validation_failures_are_put_away_at_once_with_their_reason() {
    let world = World::ideal();
    world.enqueue(["not json", "{}", r#"{"version":"2.0","event_type":"message.created"}"#].map(str::to_owned));
    world.pass(seconds(5)).await;
    let letters = world.dead_letters().await;
    assert_eq!((letters.len(), world.queued()), (3, 0));
    for letter in letters {
        assert!(letter.attributes.contains_key("reason_code"), "{letter:?}");
    }
    world.pass(minutes(20)).await;
    let deliveries = world.record.deliveries(&world.names.queue);
    assert_eq!(deliveries.len(), 3, "each was received once");
    assert!(deliveries.iter().all(|delivery| delivery.at < seconds(5)));
}

#[tokio::test(start_paused = true)]
async fn an_invalid_event_that_names_a_message_fails_it() {
    let world = World::ideal();
    let message = world.write("named").await;
    let mut event: Value = serde_json::from_str(&MessageCreated::from(&message).to_json()).unwrap();
    event["version"] = "2.0".into();
    world.enqueue([event.to_string()]);
    world.pass(seconds(5)).await;
    assert_eq!(world.status(message.id).await, Status::Failed);
    assert!(world.ntfy.tries().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_later_minor_version_and_unknown_fields_are_read() {
    let world = World::ideal();
    let message = world.write("from the future").await;
    let mut event: Value = serde_json::from_str(&MessageCreated::from(&message).to_json()).unwrap();
    event["version"] = "1.7".into();
    event["colour"] = "red".into();
    world.enqueue([event.to_string()]);
    world.pass(seconds(5)).await;
    assert_eq!(world.status(message.id).await, Status::Completed);
}
