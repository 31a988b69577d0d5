//! The visibility timeout, and the handles that a receive gives out.

use std::time::Duration;

use super::super::subject::{Subject, pass, system};
use super::super::{Refusal, refusal};

/// A little more than the timeout of these queues, which is longer than a slow LocalStack takes for two requests.
const OVER: Duration = Duration::from_millis(4_300);
const FOUR_SECONDS: &str = ", VisibilityTimeout: 4";

async fn change(subject: &Subject, queue: &str, handle: &str, seconds: i32) {
    let change = subject.sqs.change_message_visibility().queue_url(queue).receipt_handle(handle);
    change.visibility_timeout(seconds).send().await.unwrap();
}

async fn delete(subject: &Subject, queue: &str, handle: &str) {
    subject.sqs.delete_message().queue_url(queue).receipt_handle(handle).send().await.unwrap();
}

async fn receive_handle(subject: &Subject, queue: &str) -> String {
    subject.receive(queue).await.remove(0).receipt_handle.unwrap()
}

pub async fn a_message_is_hidden_until_its_time_is_over(subject: &Subject) {
    let queue = subject.queue(FOUR_SECONDS).await;
    subject.send(&queue, "a").await;
    let first = subject.receive(&queue).await.remove(0);
    assert!(subject.receive(&queue).await.is_empty());
    pass(OVER).await;
    let second = subject.await_one(&queue).await;
    assert_eq!(second.message_id(), first.message_id());
    assert_ne!(second.receipt_handle(), first.receipt_handle());
    assert_eq!(system(&second, "ApproximateReceiveCount"), Some("2"));
    let first_received = |message| system(message, "ApproximateFirstReceiveTimestamp").unwrap().to_owned();
    assert_eq!(first_received(&second), first_received(&first));
}

pub async fn zero_leaves_it_visible(subject: &Subject) {
    let queue = subject.queue("").await;
    subject.send(&queue, "a").await;
    for count in ["1", "2", "3"] {
        let receive = subject.sqs.receive_message().queue_url(&queue).visibility_timeout(0);
        let received = receive.message_system_attribute_names("All".into()).send().await.unwrap();
        assert_eq!(system(&received.messages()[0], "ApproximateReceiveCount"), Some(count));
    }
}

pub async fn it_can_be_changed(subject: &Subject) {
    let queue = subject.queue(FOUR_SECONDS).await;
    subject.send(&queue, "a").await;
    // Longer, counted from now.
    let handle = receive_handle(subject, &queue).await;
    change(subject, &queue, &handle, 60).await;
    pass(OVER).await;
    assert!(subject.receive(&queue).await.is_empty());
    // At once.
    change(subject, &queue, &handle, 0).await;
    assert_eq!(subject.receive(&queue).await.len(), 1);
}

pub async fn an_old_handle_still_works(subject: &Subject) {
    let queue = subject.queue("").await;
    subject.send(&queue, "a").await;
    let old = receive_handle(subject, &queue).await;
    change(subject, &queue, &old, 0).await;
    receive_handle(subject, &queue).await;
    // Somebody else holds it now.
    change(subject, &queue, &old, 0).await;
    assert_eq!(subject.receive(&queue).await.len(), 1);
}

pub async fn a_handle_outlives_the_visibility_timeout(subject: &Subject) {
    let queue = subject.queue(FOUR_SECONDS).await;
    subject.send(&queue, "a").await;
    let handle = receive_handle(subject, &queue).await;
    pass(OVER).await;
    delete(subject, &queue, &handle).await;
    assert!(subject.receive(&queue).await.is_empty());
}

pub async fn deleting_twice_is_fine(subject: &Subject) {
    let queue = subject.queue("").await;
    subject.send(&queue, "a").await;
    let handle = receive_handle(subject, &queue).await;
    delete(subject, &queue, &handle).await;
    delete(subject, &queue, &handle).await;
}

pub async fn what_is_deleted_cannot_be_hidden(subject: &Subject) {
    let queue = subject.queue("").await;
    subject.send(&queue, "a").await;
    let handle = receive_handle(subject, &queue).await;
    delete(subject, &queue, &handle).await;
    let change = subject.sqs.change_message_visibility().queue_url(&queue).receipt_handle(&handle);
    let refused = refusal(change.visibility_timeout(10).send().await);
    let message = format!(
        "Value {handle} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for \
         visibility timeout change."
    );
    assert_eq!(refused, Refusal::new(400, "InvalidParameterValue", &message));
}
