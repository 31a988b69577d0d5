//! Topics and subscriptions that come, change and go.

use super::super::subject::Subject;
use super::super::{Refusal, refusal};

const SUBSCRIBED: &str = "
  Queue: { Type: AWS::SQS::Queue, Properties: { QueueName: ME } }
  Topic: { Type: AWS::SNS::Topic, Properties: { TopicName: ME } }
  May:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Queue]
      PolicyDocument:
        Statement:
          - Effect: Allow
            Principal: { Service: sns.amazonaws.com }
            Action: sqs:SendMessage
            Resource: !GetAtt Queue.Arn
            Condition: { ArnEquals: { 'aws:SourceArn': !Ref Topic } }
";

/// The topic's ARN, the queue's URL, the subscription's ARN.
async fn subscribed(subject: &Subject) -> (String, String, String) {
    let deployed = subject.deploy(SUBSCRIBED).await;
    let (topic, queue) = (&deployed.topics["Topic"].arn, &deployed.queues["Queue"]);
    let subscribe = subject.sns.subscribe().topic_arn(topic).protocol("sqs").endpoint(&queue.arn);
    let subscription = subscribe.send().await.unwrap().subscription_arn.unwrap();
    (topic.clone(), queue.url.clone(), subscription)
}

pub async fn a_topic_is_the_same_when_created_again(subject: &Subject) {
    let topic = subscribed(subject).await.0;
    let again = subject.sns.create_topic().name(subject.name()).send().await.unwrap();
    assert_eq!(again.topic_arn(), Some(topic.as_str()));
}

pub async fn an_attribute_of_a_topic_is_set(subject: &Subject) {
    let topic = subscribed(subject).await.0;
    let set = subject.sns.set_topic_attributes().topic_arn(&topic).attribute_name("DisplayName");
    set.attribute_value("shown").send().await.unwrap();
    let attributes = subject.sns.get_topic_attributes().topic_arn(&topic).send().await.unwrap().attributes.unwrap();
    assert_eq!(attributes.get("DisplayName").map(String::as_str), Some("shown"));
}

pub async fn a_deleted_topic_is_gone(subject: &Subject) {
    let topic = subscribed(subject).await.0;
    subject.sns.delete_topic().topic_arn(&topic).send().await.unwrap();
    let gone = Refusal::new(404, "NotFound", "Topic does not exist");
    assert_eq!(refusal(subject.sns.publish().topic_arn(&topic).message("a").send().await), gone);
    assert_eq!(refusal(subject.sns.get_topic_attributes().topic_arn(&topic).send().await), gone);
    // Whoever deletes it again has what he wanted.
    subject.sns.delete_topic().topic_arn(&topic).send().await.unwrap();
}

pub async fn an_attribute_of_a_subscription_is_set_and_obeyed(subject: &Subject) {
    let (topic, queue, subscription) = subscribed(subject).await;
    let raw = async || {
        let get = subject.sns.get_subscription_attributes().subscription_arn(&subscription);
        let attributes = get.send().await.unwrap().attributes.unwrap();
        assert_eq!(attributes["TopicArn"], topic);
        attributes["RawMessageDelivery"].clone()
    };
    assert_eq!(raw().await, "false");
    let set = subject.sns.set_subscription_attributes().subscription_arn(&subscription);
    set.attribute_name("RawMessageDelivery").attribute_value("true").send().await.unwrap();
    assert_eq!(raw().await, "true");
    subject.sns.publish().topic_arn(&topic).message("as it is").send().await.unwrap();
    assert_eq!(subject.await_one(&queue).await.body(), Some("as it is"));
}

pub async fn who_unsubscribed_hears_no_more(subject: &Subject) {
    let (topic, queue, subscription) = subscribed(subject).await;
    subject.sns.unsubscribe().subscription_arn(&subscription).send().await.unwrap();
    let left = subject.sns.list_subscriptions_by_topic().topic_arn(&topic).send().await.unwrap();
    assert!(left.subscriptions().is_empty(), "{left:?}");
    let get = subject.sns.get_subscription_attributes().subscription_arn(&subscription);
    assert_eq!(refusal(get.send().await).kind(), (404, "NotFound"));
    subject.sns.publish().topic_arn(&topic).message("to nobody").send().await.unwrap();
    // What is sent after it has arrived: so would it have.
    subject.send(&queue, "after").await;
    assert_eq!(subject.await_one(&queue).await.body(), Some("after"));
}
