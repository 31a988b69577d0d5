//! Long polls: they sleep until something arrives or becomes visible, and no longer.

use std::time::Duration;

use rez_cloud::history::Cause;
use rez_cloud::services::sqs::{Outgoing, Sqs};

use super::{SECOND, World, ideal, pass};

/// A poll of 20 seconds in the background: how many messages it got, after how long.
fn poll(world: &World) -> tokio::task::JoinHandle<(usize, Duration)> {
    let (sqs, clock): (Sqs, _) = (world.services.sqs.clone(), world.clock);
    let began = clock.elapsed();
    tokio::spawn(async move {
        let received = sqs.receive("q", 10, 20 * SECOND).await.unwrap();
        (received.len(), clock.elapsed() - began)
    })
}

#[tokio::test(start_paused = true)]
async fn an_empty_poll_takes_its_whole_wait() {
    let world = ideal();
    world.queue("q", &[]);
    assert_eq!(poll(&world).await.unwrap(), (0, 20 * SECOND));
}

#[tokio::test(start_paused = true)]
async fn a_message_ends_the_poll_at_once_and_only_one() {
    let world = ideal();
    world.queue("q", &[]);
    let polls = [poll(&world), poll(&world), poll(&world)];
    pass(7).await;
    world.send("q", "a");
    let mut ends = Vec::new();
    for poll in polls {
        ends.push(poll.await.unwrap());
    }
    ends.sort();
    assert_eq!(ends, [(0, 20 * SECOND), (0, 20 * SECOND), (1, 7 * SECOND)]);
}

#[tokio::test(start_paused = true)]
async fn a_poll_wakes_when_a_message_becomes_visible() {
    let world = ideal();
    world.queue("q", &[("VisibilityTimeout", "5")]);
    world.send("q", "a");
    let first = poll(&world);
    let second = poll(&world);
    assert_eq!(first.await.unwrap(), (1, Duration::ZERO));
    assert_eq!(second.await.unwrap(), (1, 5 * SECOND));
}

#[tokio::test(start_paused = true)]
async fn a_poll_that_sleeps_learns_of_a_delayed_message() {
    let world = ideal();
    world.queue("q", &[]);
    let poll = poll(&world);
    pass(1).await;
    let delayed = Outgoing { delay: Some(3 * SECOND), ..Outgoing::new("a") };
    world.services.sqs.send("q", delayed, Cause::Outside).unwrap();
    assert_eq!(poll.await.unwrap(), (1, 4 * SECOND));
}

#[tokio::test(start_paused = true)]
async fn a_poll_that_sleeps_learns_of_a_changed_visibility() {
    let world = ideal();
    world.queue("q", &[("VisibilityTimeout", "600")]);
    world.send("q", "a");
    let received = world.receive("q").await.remove(0);
    let poll = poll(&world);
    pass(1).await;
    world.services.sqs.change_visibility("q", &received.receipt_handle, 2).unwrap();
    assert_eq!(poll.await.unwrap(), (1, 3 * SECOND));
}

#[tokio::test(start_paused = true)]
async fn a_poller_that_goes_away_takes_no_message_with_it() {
    let world = ideal();
    world.queue("q", &[]);
    let gone = poll(&world);
    let waiting = poll(&world);
    pass(1).await;
    world.send("q", "a");
    gone.abort();
    assert_eq!(waiting.await.unwrap(), (1, SECOND));
}

#[tokio::test(start_paused = true)]
async fn deleting_the_queue_ends_its_polls() {
    let world = ideal();
    world.queue("q", &[]);
    let sqs = world.services.sqs.clone();
    let poll = tokio::spawn(async move { sqs.receive("q", 10, 20 * SECOND).await });
    pass(1).await;
    world.services.sqs.delete_queue("q").unwrap();
    assert_eq!(poll.await.unwrap().unwrap_err().shape, "QueueDoesNotExist");
    assert_eq!(world.clock.elapsed(), SECOND);
}
