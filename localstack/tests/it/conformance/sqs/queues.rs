//! What is known of a queue, and emptying it.

use aws_sdk_sqs::types::QueueAttributeName;

use super::super::subject::Subject;
use super::super::{Difference, Refusal, outcome, refusal};

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

pub async fn attributes_can_be_changed(subject: &Subject) {
    let queue = subject.queue(", VisibilityTimeout: 77, DelaySeconds: 5").await;
    let set = |value: &str| {
        let set = subject.sqs.set_queue_attributes().queue_url(&queue);
        set.attributes(QueueAttributeName::VisibilityTimeout, value).send()
    };
    set("78").await.unwrap();
    let attribute = attributes(subject, &queue).await;
    assert_eq!((attribute("VisibilityTimeout").as_str(), attribute("DelaySeconds").as_str()), ("78", "5"));
    let refused = outcome(set("43201").await).map_err(|refused| (refused.status, refused.code));
    let expected = Err((400, "InvalidAttributeValue".to_owned()));
    assert_eq!(refused, subject.expects(expected, Difference::AttributesUnbounded, Ok(())));
}

pub async fn queues_are_listed_by_how_they_begin(subject: &Subject) {
    subject.queue("").await;
    let more = format!("{}-more", subject.name());
    subject.sqs.create_queue().queue_name(&more).send().await.unwrap();
    let listed = async |prefix: &str| {
        let listed = subject.sqs.list_queues().queue_name_prefix(prefix).send().await.unwrap();
        let names = listed.queue_urls().iter().filter_map(|url| url.rsplit('/').next());
        names.map(str::to_owned).collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(listed(subject.name()).await, [subject.name().to_owned(), more.clone()].into());
    assert_eq!(listed(&more).await, [more].into());
    assert!(listed("nowhere").await.is_empty());
}

pub async fn a_deleted_queue_is_gone_and_its_name_rests(subject: &Subject) {
    let queue = subject.queue("").await;
    subject.sqs.delete_queue().queue_url(&queue).send().await.unwrap();
    let gone = Refusal::new(400, "AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist.");
    assert_eq!(refusal(subject.sqs.get_queue_url().queue_name(subject.name()).send().await), gone);
    assert_eq!(refusal(subject.sqs.send_message().queue_url(&queue).message_body("a").send().await), gone);
    assert_eq!(refusal(subject.sqs.delete_queue().queue_url(&queue).send().await), gone);
    let text = "You must wait 60 seconds after deleting a queue before you can create another with the same name.";
    let recently = Refusal::new(400, "AWS.SimpleQueueService.QueueDeletedRecently", text);
    assert_eq!(refusal(subject.sqs.create_queue().queue_name(subject.name()).send().await), recently);
}
