//! Sending and receiving.

use std::time::Duration;

use aws_sdk_sqs::types::{MessageAttributeValue, MessageSystemAttributeNameForSends, MessageSystemAttributeValue};
use tokio::time::Instant;

use super::super::subject::{Subject, pass, system};

pub async fn what_was_sent_is_received(subject: &Subject) {
    let queue = subject.queue("").await;
    let sent = subject.sqs.send_message().queue_url(&queue).message_body("Grüße").send().await.unwrap();
    // md5 of the UTF-8 body.
    assert_eq!(sent.md5_of_message_body(), Some("49c5f675b49037b6044b803ac9d1a6d7"));
    let received = subject.receive(&queue).await;
    assert_eq!(received.len(), 1);
    assert_eq!(received[0].body(), Some("Grüße"));
    assert_eq!(received[0].message_id(), sent.message_id());
    assert_eq!(received[0].md5_of_body(), sent.md5_of_message_body());
    assert!(received[0].receipt_handle().is_some_and(|handle| !handle.is_empty()));
}

pub async fn attributes_are_told_when_asked_for(subject: &Subject) {
    let queue = subject.queue("").await;
    subject.send(&queue, "a").await;
    let bare = subject.sqs.receive_message().queue_url(&queue).visibility_timeout(0).send().await.unwrap();
    assert!(bare.messages()[0].attributes().is_none_or(|attributes| attributes.is_empty()));
    let message = subject.receive(&queue).await.remove(0);
    assert_eq!(system(&message, "ApproximateReceiveCount"), Some("2"));
    assert!(system(&message, "SenderId").is_some());
    let milliseconds = |name| system(&message, name).and_then(|text| text.parse::<u64>().ok()).expect(name);
    assert!(milliseconds("SentTimestamp") <= milliseconds("ApproximateFirstReceiveTimestamp"));
    assert_eq!(system(&message, "DeadLetterQueueSourceArn"), None);
}

pub async fn attributes_of_the_sender_come_along(subject: &Subject) {
    let queue = subject.queue("").await;
    let color = MessageAttributeValue::builder().data_type("String").string_value("red").build().unwrap();
    let count = MessageAttributeValue::builder().data_type("Number").string_value("3").build().unwrap();
    let trace = "Root=1-5f84c7a1-012345678901234567890123;Parent=0123456789012345;Sampled=1";
    let header = MessageSystemAttributeValue::builder().data_type("String").string_value(trace).build().unwrap();
    let send = subject.sqs.send_message().queue_url(&queue).message_body("a");
    let send = send.message_attributes("color", color).message_attributes("count", count);
    let sent = send.message_system_attributes(MessageSystemAttributeNameForSends::AwsTraceHeader, header);
    let sent = sent.send().await.unwrap();
    let message = subject.receive(&queue).await.remove(0);
    let attributes = message.message_attributes().unwrap();
    assert_eq!(attributes["color"].string_value(), Some("red"));
    assert_eq!((attributes["count"].data_type(), attributes["count"].string_value()), ("Number", Some("3")));
    assert_eq!(message.md5_of_message_attributes(), sent.md5_of_message_attributes());
    assert_eq!(system(&message, "AWSTraceHeader"), Some(trace));
}

pub async fn an_empty_queue_answers_with_nothing(subject: &Subject) {
    let queue = subject.queue("").await;
    let received = subject.sqs.receive_message().queue_url(&queue).wait_time_seconds(0).send().await.unwrap();
    // No list rather than an empty one.
    assert_eq!(received.messages, None);
}

pub async fn a_long_poll_lasts_as_long_as_asked(subject: &Subject) {
    let queue = subject.queue("").await;
    let start = Instant::now();
    let received = subject.sqs.receive_message().queue_url(&queue).wait_time_seconds(2).send().await.unwrap();
    assert_eq!(received.messages, None);
    let took = start.elapsed();
    assert!((Duration::from_millis(1_900)..Duration::from_secs(10)).contains(&took), "{took:?}");
}

pub async fn a_long_poll_ends_with_the_first_message(subject: &Subject) {
    let queue = subject.queue("").await;
    let start = Instant::now();
    let poll = subject.sqs.receive_message().queue_url(&queue).max_number_of_messages(10).wait_time_seconds(20);
    let later = async {
        pass(Duration::from_secs(1)).await;
        subject.send(&queue, "at last").await
    };
    let (received, _) = futures_util::future::join(poll.send(), later).await;
    assert_eq!(received.unwrap().messages()[0].body(), Some("at last"));
    let took = start.elapsed();
    assert!((Duration::from_millis(900)..Duration::from_secs(15)).contains(&took), "{took:?}");
}

pub async fn a_delayed_message_comes_later(subject: &Subject) {
    let queue = subject.queue("").await;
    subject.sqs.send_message().queue_url(&queue).message_body("later").delay_seconds(4).send().await.unwrap();
    assert!(subject.receive(&queue).await.is_empty());
    pass(Duration::from_millis(4_300)).await;
    assert_eq!(subject.await_one(&queue).await.body(), Some("later"));
}
