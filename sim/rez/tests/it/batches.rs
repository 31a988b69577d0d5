//! Batches: each record for itself.

use std::collections::BTreeSet;

use rez_core::event::MessageCreated;
use rez_core::message::Status;

use crate::support::{Setup, World, minutes, seconds, unavailable};

#[tokio::test(start_paused = true)]
async fn one_poison_record_never_fails_its_neighbours() {
    let world = World::ideal();
    let (first, last) = (world.write("first").await, world.write("last").await);
    let pointer = |message| MessageCreated::from(message).to_json();
    world.enqueue([pointer(&first), "poison".to_owned(), pointer(&last)]);
    world.pass(seconds(5)).await;
    assert_eq!(world.ntfy.accepted().len(), 2);
    assert_eq!(world.count(&[first.id, last.id], Status::Completed).await, 2);
    assert_eq!(world.queued(), 0);
    let receives = world.record.deliveries(&world.names.queue);
    assert_eq!((receives.len(), receives.iter().all(|delivery| delivery.receive_count == 1)), (3, true));
    assert_eq!(world.dead_letters().await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_store_outage_fails_only_the_records_that_it_met() {
    let outage = (unavailable(), "dynamodb.UpdateItem:MessagesTable", seconds(0)..seconds(30));
    // Of ten claims, each with its three tries, about half fail for good.
    let world = Setup::new().fault_sometimes(outage.0, outage.1, outage.2, 0.8).begin();
    let mut messages = Vec::new();
    for number in 0..10 {
        messages.push(world.write(&format!("m-{number}")).await);
    }
    world.announce(&messages);
    world.pass(minutes(1)).await;
    let ids: Vec<_> = messages.iter().map(|message| message.id).collect();
    let completed = world.count(&ids, Status::Completed).await;
    let again = world.record.logged("record_again").len();
    assert_eq!((completed + again, world.queued()), (10, again));
    assert!(completed > 0 && again > 0, "{completed} completed, {again} to be delivered again");

    world.pass(minutes(5)).await;
    assert_eq!(world.count(&ids, Status::Completed).await, 10);
    let second: BTreeSet<_> = world
        .record
        .deliveries(&world.names.queue)
        .into_iter()
        .filter(|it| it.receive_count == 2)
        .map(|it| it.message_id)
        .collect();
    assert_eq!(second.len(), again, "only they were received again");
    assert_eq!((world.ntfy.accepted().len(), world.queued()), (10, 0));
    assert!(world.dead_letters().await.is_empty());
}
