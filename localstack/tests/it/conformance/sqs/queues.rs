//! What is known of a queue, and emptying it.

use aws_sdk_sqs::types::QueueAttributeName;

use super::super::subject::Subject;
use super::super::{Refusal, refusal};

async fn attributes(subject: &Subject, queue: &str) -> impl Fn(&str) -> String + use<> {
    let get = subject.sqs.get_queue_attributes().queue_url(queue).attribute_names(QueueAttributeName::All);
    let attributes = get.send().await.unwrap().attributes.unwrap();
    move |name| attributes.get(&QueueAttributeName::from(name)).cloned().unwrap_or_default()
}

pub async fn a_queue_is_found_by_name_and_described(subject: &Subject) {
    let queue = subject.queue(", VisibilityTimeout: 77").await;
    let url = subject.sqs.get_queue_url().queue_name(subject.name()).send().await.unwrap().queue_url.unwrap();
    assert!(url.ends_with(&format!("/123456789012/{}", subject.name())), "{url}");
    for body in ["a", "b", "c"] {
        subject.send(&queue, body).await;
    }
    subject.sqs.receive_message().queue_url(&url).send().await.unwrap();
    subject.sqs.send_message().queue_url(&url).message_body("later").delay_seconds(60).send().await.unwrap();
    let attribute = attributes(subject, &queue).await;
    assert_eq!(attribute("VisibilityTimeout"), "77");
    assert_eq!(attribute("QueueArn"), format!("arn:aws:sqs:us-east-1:123456789012:{}", subject.name()));
    assert_eq!(attribute("ApproximateNumberOfMessages"), "2");
    assert_eq!(attribute("ApproximateNumberOfMessagesNotVisible"), "1");
    assert_eq!(attribute("ApproximateNumberOfMessagesDelayed"), "1");
}

pub async fn purging_takes_everything(subject: &Subject) {
    let queue = subject.queue("").await;
    subject.send(&queue, "held").await;
    subject.receive(&queue).await;
    subject.send(&queue, "waiting").await;
    subject.sqs.purge_queue().queue_url(&queue).send().await.unwrap();
    let attribute = attributes(subject, &queue).await;
    assert_eq!(
        (attribute("ApproximateNumberOfMessages"), attribute("ApproximateNumberOfMessagesNotVisible")),
        ("0".to_owned(), "0".to_owned())
    );
    let text = format!("Only one PurgeQueue operation on {} is allowed every 60 seconds.", subject.name());
    let expected = Refusal::new(403, "AWS.SimpleQueueService.PurgeQueueInProgress", &text);
    assert_eq!(refusal(subject.sqs.purge_queue().queue_url(&queue).send().await), expected);
}
