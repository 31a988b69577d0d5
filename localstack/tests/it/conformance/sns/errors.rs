//! Refusals, in the words that were recorded on AWS.

use aws_sdk_sns::types::PublishBatchRequestEntry;

use super::super::subject::Subject;
use super::super::{Difference, Refusal, outcome, refusal};

const TOPIC: &str = "  Topic: { Type: AWS::SNS::Topic, Properties: { TopicName: ME } }\n";

fn entry(id: &str, message: &str) -> PublishBatchRequestEntry {
    PublishBatchRequestEntry::builder().id(id).message(message).build().unwrap()
}

pub async fn a_topic_that_is_not_there(subject: &Subject) {
    let arn = "arn:aws:sns:us-east-1:123456789012:nowhere";
    let expected = Refusal::new(404, "NotFound", "Topic does not exist");
    assert_eq!(refusal(subject.sns.publish().topic_arn(arn).message("a").send().await), expected);
    let batch = subject.sns.publish_batch().topic_arn(arn).publish_batch_request_entries(entry("a", "a"));
    assert_eq!(refusal(batch.send().await), expected);
}

pub async fn a_message_has_its_limits(subject: &Subject) {
    let topic = &subject.deploy(TOPIC).await.topics["Topic"].arn;
    let publish = |message: &str| subject.sns.publish().topic_arn(topic).message(message);
    let invalid = |text: &str| Refusal::new(400, "InvalidParameter", &format!("Invalid parameter: {text}"));
    assert_eq!(refusal(publish(&"a".repeat(262_145)).send().await), invalid("Message too long"));
    assert_eq!(refusal(publish("").send().await), invalid("Empty message"));
    let of_two_lines = subject.expects(Err(invalid("Subject")), Difference::SubjectOfSeveralLines, Ok(()));
    assert_eq!(outcome(publish("a").subject("two\nlines").send().await), of_two_lines);
    let text = "Message Structure - No default entry in JSON message body";
    assert_eq!(refusal(publish("{\"sqs\":\"a\"}").message_structure("json").send().await), invalid(text));
}

pub async fn a_batch_must_be_one(subject: &Subject) {
    let topic = &subject.deploy(TOPIC).await.topics["Topic"].arn;
    let publish = |entries: Vec<PublishBatchRequestEntry>| {
        let batch = subject.sns.publish_batch().topic_arn(topic).set_publish_batch_request_entries(Some(entries));
        async move { refusal(batch.send().await) }
    };
    let eleven = (0..11).map(|number| entry(&number.to_string(), "a")).collect();
    let text = "The batch request contains more entries than permissible.";
    assert_eq!(publish(eleven).await, Refusal::new(400, "TooManyEntriesInBatchRequest", text));
    let text = "Two or more batch entries in the request have the same Id.";
    assert_eq!(
        publish(vec![entry("a", "a"), entry("a", "b")]).await,
        Refusal::new(400, "BatchEntryIdsNotDistinct", text)
    );
    let text = "The length of all the messages put together is more than the limit.";
    let long = "a".repeat(262_144);
    assert_eq!(publish(vec![entry("a", &long), entry("b", "b")]).await, Refusal::new(400, "BatchRequestTooLong", text));
}
