//! What arrives in a queue that is subscribed.

use aws_sdk_sns::types::{MessageAttributeValue, PublishBatchRequestEntry};
use aws_sdk_sqs::types::Message;
use rez_topology::Topology;
use serde_json::Value;

use super::super::subject::{Subject, system};

const TOPIC: &str = "
  Topic: { Type: AWS::SNS::Topic, Properties: { TopicName: ME } }
  Queue: { Type: AWS::SQS::Queue, Properties: { QueueName: ME } }
  Other: { Type: AWS::SQS::Queue, Properties: { QueueName: ME-other } }
  Hears:
    Type: AWS::SNS::Subscription
    Properties: { TopicArn: !Ref Topic, Protocol: sqs, Endpoint: !GetAtt Queue.Arn, RawMessageDelivery: RAW }
  May:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Queue, !Ref Other]
      PolicyDocument:
        Statement:
          - Effect: Allow
            Principal: { Service: sns.amazonaws.com }
            Action: sqs:SendMessage
            Resource: [!GetAtt Queue.Arn, !GetAtt Other.Arn]
            Condition: { ArnEquals: { 'aws:SourceArn': !Ref Topic } }
";
const OTHER_HEARS: &str = "  OtherHears:
    Type: AWS::SNS::Subscription
    Properties: { TopicArn: !Ref Topic, Protocol: sqs, Endpoint: !GetAtt Other.Arn }
";

async fn deploy(subject: &Subject, raw: bool) -> Topology {
    subject.deploy(&TOPIC.replace("RAW", &raw.to_string())).await
}

fn color() -> MessageAttributeValue {
    MessageAttributeValue::builder().data_type("String").string_value("red").build().unwrap()
}

fn envelope(message: &Message) -> Value {
    serde_json::from_str(message.body().unwrap()).expect("a body is JSON")
}

pub async fn a_message_arrives_in_an_envelope(subject: &Subject) {
    let deployed = deploy(subject, false).await;
    let topic = &deployed.topics["Topic"].arn;
    let publish = subject.sns.publish().topic_arn(topic).message("{\"a\":1}").subject("news");
    let published = publish.message_attributes("color", color()).send().await.unwrap();
    let message = subject.await_one(&deployed.queues["Queue"].url).await;
    let envelope = envelope(&message);
    assert_eq!(envelope["Type"], "Notification");
    assert_eq!(envelope["MessageId"].as_str(), published.message_id());
    assert_eq!(envelope["TopicArn"], topic.as_str());
    assert_eq!(envelope["Subject"], "news");
    assert_eq!(envelope["Message"], "{\"a\":1}");
    assert_eq!(envelope["MessageAttributes"]["color"], serde_json::json!({ "Type": "String", "Value": "red" }));
    assert_eq!(envelope["SignatureVersion"], "1");
    let timestamp = envelope["Timestamp"].as_str().unwrap();
    assert!(timestamp.len() == "2026-11-23T12:00:00.000Z".len() && timestamp.ends_with('Z'), "{timestamp}");
    for key in ["Signature", "SigningCertURL", "UnsubscribeURL"] {
        assert!(envelope[key].is_string(), "{key}");
    }
    // The queue's own message has an id of its own, and no attributes.
    assert_ne!(message.message_id(), published.message_id());
    assert!(message.message_attributes().is_none_or(|attributes| attributes.is_empty()));
}

pub async fn raw_it_arrives_as_it_was(subject: &Subject) {
    let deployed = deploy(subject, true).await;
    let publish = subject.sns.publish().topic_arn(&deployed.topics["Topic"].arn).message("as it was");
    publish.message_attributes("color", color()).send().await.unwrap();
    let message = subject.await_one(&deployed.queues["Queue"].url).await;
    assert_eq!(message.body(), Some("as it was"));
    assert_eq!(message.message_attributes().unwrap()["color"].string_value(), Some("red"));
}

pub async fn every_subscriber_gets_it(subject: &Subject) {
    let deployed = subject.deploy(&(TOPIC.replace("RAW", "true") + OTHER_HEARS)).await;
    subject.sns.publish().topic_arn(&deployed.topics["Topic"].arn).message("all").send().await.unwrap();
    assert_eq!(subject.await_one(&deployed.queues["Queue"].url).await.body(), Some("all"));
    assert_eq!(envelope(&subject.await_one(&deployed.queues["Other"].url).await)["Message"], "all");
}

pub async fn a_batch_arrives_entry_by_entry(subject: &Subject) {
    let deployed = deploy(subject, true).await;
    let entry = |id: &str| PublishBatchRequestEntry::builder().id(id).message(format!("message {id}")).build().unwrap();
    let publish = subject.sns.publish_batch().topic_arn(&deployed.topics["Topic"].arn);
    let published = publish.publish_batch_request_entries(entry("a")).publish_batch_request_entries(entry("b"));
    let published = published.send().await.unwrap();
    assert_eq!(published.successful().iter().filter_map(|entry| entry.id()).collect::<Vec<_>>(), ["a", "b"]);
    let queue = &deployed.queues["Queue"].url;
    let messages = subject.await_many(queue, 2).await;
    let mut bodies: Vec<_> = messages.iter().map(|message| message.body().unwrap()).collect();
    bodies.sort_unstable();
    assert_eq!(bodies, ["message a", "message b"]);
}

pub async fn each_protocol_may_have_a_message_of_its_own(subject: &Subject) {
    let deployed = deploy(subject, true).await;
    let publish = |message: &str| {
        let publish = subject.sns.publish().topic_arn(&deployed.topics["Topic"].arn).message_structure("json");
        publish.message(message).send()
    };
    publish(r#"{"default":"for all","sqs":"for queues"}"#).await.unwrap();
    assert_eq!(subject.await_one(&deployed.queues["Queue"].url).await.body(), Some("for queues"));
    publish(r#"{"default":"for all"}"#).await.unwrap();
    assert_eq!(subject.await_one(&deployed.queues["Queue"].url).await.body(), Some("for all"));
}

pub async fn the_trace_goes_along(subject: &Subject) {
    let deployed = deploy(subject, false).await;
    let trace = "Root=1-5f84c7a1-012345678901234567890123;Parent=0123456789012345;Sampled=1";
    let publish = subject.sns.publish().topic_arn(&deployed.topics["Topic"].arn).message("traced").customize();
    publish
        .mutate_request(move |request| drop(request.headers_mut().insert("x-amzn-trace-id", trace)))
        .send()
        .await
        .unwrap();
    let message = subject.await_one(&deployed.queues["Queue"].url).await;
    assert_eq!(system(&message, "AWSTraceHeader"), Some(trace));
}
