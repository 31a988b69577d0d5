//! The life of a message in a standard queue. Each test names what LocalStack's tests recorded on AWS, where they did.

use std::time::Duration;

use rez_cloud::history::Cause;
use rez_cloud::services::sqs::{Outgoing, Receive};

use super::{SECOND, ideal, pass};

#[tokio::test(start_paused = true)]
async fn a_message_in_flight_is_hidden_until_its_timeout_ends() {
    let world = ideal();
    world.queue("q", &[("VisibilityTimeout", "30")]);
    world.send("q", "a");
    assert_eq!(world.receive("q").await[0].receive_count, 1);
    tokio::time::sleep(30 * SECOND - Duration::from_millis(1)).await;
    assert!(world.receive("q").await.is_empty());
    tokio::time::sleep(Duration::from_millis(1)).await;
    assert_eq!(world.receive("q").await[0].receive_count, 2, "the end of the timeout is inclusive");
}

#[tokio::test(start_paused = true)]
async fn every_receive_has_a_handle_of_its_own_and_the_first_time_stays() {
    let world = ideal();
    world.queue("q", &[("VisibilityTimeout", "1")]);
    world.send("q", "a");
    let first = world.receive("q").await.remove(0);
    pass(1).await;
    let second = world.receive("q").await.remove(0);
    assert_ne!(first.receipt_handle, second.receipt_handle);
    assert_eq!(first.message.id, second.message.id);
    assert_eq!(first.first_received, second.first_received);
}

/// test_receive_message_with_visibility_timeout_updates_timeout
#[tokio::test(start_paused = true)]
async fn a_timeout_of_zero_returns_the_message_and_leaves_it_visible() {
    let world = ideal();
    world.queue("q", &[]);
    world.send("q", "a");
    let zero = Receive::new(10, Some(0), Some(0)).unwrap();
    for count in 1..=3 {
        let received = world.services.sqs.receive_with("q", zero).await.unwrap();
        assert_eq!(received.iter().map(|received| received.receive_count).collect::<Vec<_>>(), [count]);
    }
    assert_eq!(world.receive("q").await.len(), 1);
    assert!(world.receive("q").await.is_empty(), "the queue's own timeout is back");
}

/// test_terminate_visibility_timeout_after_receive
#[tokio::test(start_paused = true)]
async fn an_old_handle_still_changes_the_visibility() {
    let world = ideal();
    world.queue("q", &[("VisibilityTimeout", "5")]);
    world.send("q", "a");
    let old = world.receive("q").await.remove(0);
    pass(5).await;
    world.receive("q").await;
    world.services.sqs.change_visibility("q", &old.receipt_handle, 0).unwrap();
    assert_eq!(world.receive("q").await[0].receive_count, 3);
}

#[tokio::test(start_paused = true)]
async fn a_changed_visibility_replaces_what_was_left() {
    let world = ideal();
    world.queue("q", &[("VisibilityTimeout", "100")]);
    world.send("q", "a");
    let received = world.receive("q").await.remove(0);
    pass(50).await;
    world.services.sqs.change_visibility("q", &received.receipt_handle, 10).unwrap();
    pass(9).await;
    assert!(world.receive("q").await.is_empty());
    pass(1).await;
    assert_eq!(world.receive("q").await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn twelve_hours_after_the_receive_are_the_limit() {
    let world = ideal();
    world.queue("q", &[]);
    world.send("q", "a");
    let received = world.receive("q").await.remove(0);
    pass(1).await;
    let beyond = world.services.sqs.change_visibility("q", &received.receipt_handle, 43_200);
    assert_eq!(beyond.unwrap_err().code, "InvalidParameterValue");
    world.services.sqs.change_visibility("q", &received.receipt_handle, 43_199).unwrap();
}

/// test_delete_after_visibility_timeout, test_delete_message_with_deleted_receipt_handle
#[tokio::test(start_paused = true)]
async fn deleting_works_after_the_timeout_and_twice() {
    let world = ideal();
    world.queue("q", &[("VisibilityTimeout", "1")]);
    world.send("q", "a");
    let received = world.receive("q").await.remove(0);
    pass(2).await;
    world.services.sqs.delete("q", &received.receipt_handle).unwrap();
    world.services.sqs.delete("q", &received.receipt_handle).unwrap();
    assert!(world.receive("q").await.is_empty());
    assert_eq!(world.events.count("q deleted"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_handle_is_good_for_its_own_queue_only() {
    let world = ideal();
    world.queue("a", &[]);
    world.queue("b", &[]);
    world.send("a", "x");
    let received = world.receive("a").await.remove(0);
    assert_eq!(world.services.sqs.delete("b", &received.receipt_handle).unwrap_err().code, "ReceiptHandleIsInvalid");
}

#[tokio::test(start_paused = true)]
async fn a_delay_of_the_message_overrides_the_queue() {
    let world = ideal();
    world.queue("q", &[("DelaySeconds", "10")]);
    world.send("q", "late");
    let early = Outgoing { delay: Some(Duration::from_secs(2)), ..Outgoing::new("early") };
    world.services.sqs.send("q", early, Cause::Outside).unwrap();
    assert_eq!(world.services.sqs.counts("q").unwrap().delayed, 2);
    pass(2).await;
    assert_eq!(world.bodies("q").await, ["early"]);
    pass(8).await;
    assert_eq!(world.bodies("q").await, ["late"]);
}

/// test_message_retention_with_inflight
#[tokio::test(start_paused = true)]
async fn retention_ends_also_in_flight() {
    let world = ideal();
    world.queue("q", &[("MessageRetentionPeriod", "60"), ("VisibilityTimeout", "50")]);
    world.send("q", "a");
    pass(20).await;
    let received = world.receive("q").await.remove(0);
    pass(60).await;
    assert!(world.receive("q").await.is_empty());
    assert_eq!(world.events.count("q expired"), 1);
    world.services.sqs.delete("q", &received.receipt_handle).unwrap();
}

/// test_purge_queue_deletes_inflight_messages, test_purge_queue_deletes_delayed_messages
#[tokio::test(start_paused = true)]
async fn a_purge_takes_everything() {
    let world = ideal();
    world.queue("q", &[("VisibilityTimeout", "1")]);
    world.send("q", "in flight");
    world.receive("q").await;
    world.send("q", "ready");
    let delayed = Outgoing { delay: Some(SECOND), ..Outgoing::new("delayed") };
    world.services.sqs.send("q", delayed, Cause::Outside).unwrap();
    world.services.sqs.purge("q").unwrap();
    pass(5).await;
    assert!(world.receive("q").await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_name_rests_for_a_minute_after_its_queue_is_deleted() {
    let world = ideal();
    world.queue("q", &[]);
    world.services.sqs.delete_queue("q").unwrap();
    let again = || world.services.sqs.create_queue("q", &super::map(&[]));
    assert_eq!(again().unwrap_err().shape, "QueueDeletedRecently");
    pass(60).await;
    again().unwrap();
}
