//! What is known of topics and their subscriptions.

use aws_sdk_sns::types::Subscription;

use super::super::Difference;
use super::super::subject::Subject;

const TOPICS: &str = "
  Queue: { Type: AWS::SQS::Queue, Properties: { QueueName: ME } }
  One: { Type: AWS::SNS::Topic, Properties: { TopicName: ME-one } }
  Two: { Type: AWS::SNS::Topic, Properties: { TopicName: ME-two } }
";

/// Topic and endpoint of those that end in one queue: other behaviours have subscriptions of their own.
fn to<'a>(queue: &str, subscriptions: &'a [Subscription]) -> Vec<(&'a str, &'a str)> {
    let of =
        |one: &'a Subscription| Some((one.topic_arn()?, one.endpoint()?)).filter(|(_, endpoint)| *endpoint == queue);
    let mut listed: Vec<_> = subscriptions.iter().filter_map(of).collect();
    listed.sort_unstable();
    listed
}

pub async fn topics_and_subscriptions_are_listed_and_described(subject: &Subject) {
    let topology = subject.deploy(TOPICS).await;
    let (one, two) = (&topology.topics["One"].arn, &topology.topics["Two"].arn);
    let queue = &topology.queues["Queue"].arn;
    for topic in [one, two] {
        subject.sns.subscribe().topic_arn(topic).protocol("sqs").endpoint(queue).send().await.unwrap();
    }

    let topics = subject.sns.list_topics().send().await.unwrap();
    let listed = |arn: &str| topics.topics().iter().any(|topic| topic.topic_arn() == Some(arn));
    assert!(listed(one) && listed(two), "{topics:?}");
    let all = subject.sns.list_subscriptions().send().await.unwrap();
    assert_eq!(to(queue, all.subscriptions()), [(one.as_str(), queue.as_str()), (two, queue)]);
    let of_one = subject.sns.list_subscriptions_by_topic().topic_arn(one).send().await.unwrap();
    assert_eq!(to(queue, of_one.subscriptions()), [(one.as_str(), queue.as_str())]);

    let attributes = subject.sns.get_topic_attributes().topic_arn(one).send().await.unwrap().attributes.unwrap();
    let attribute = |name: &str| attributes.get(name).map(String::as_str);
    assert_eq!(attribute("TopicArn"), Some(one.as_str()));
    let confirmed = subject.expects("1", Difference::SubscriptionsUncounted, "0");
    assert_eq!(attribute("SubscriptionsConfirmed"), Some(confirmed));
}
