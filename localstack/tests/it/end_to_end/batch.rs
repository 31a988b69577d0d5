//! Events that come to message-processor in one batch, because the test hands them over so.

use aws_sdk_sns::types::Subscription;
use aws_sdk_sqs::types::SendMessageBatchRequestEntry as Entry;
use serde_json::{Value, json};

use super::system::{QUEUE, System};

/// What the system itself publishes of a message.
pub fn event(message: &Value) -> String {
    let of_message = |field: &str| message[field].clone();
    json!({
        "version": "1.0",
        "event_type": "message.created",
        "message_id": of_message("message_id"),
        "stage": of_message("stage"),
        "created_date": of_message("created_date"),
        "correlation_id": of_message("correlation_id"),
    })
    .to_string()
}

/// From now on nothing comes into the queue but what the test sends. What it returns undoes that.
pub async fn unsubscribe_queue(system: &System) -> Subscription {
    let sns = aws_sdk_sns::Client::new(&system.aws());
    let subscriptions = sns.list_subscriptions().send().await.unwrap().subscriptions.unwrap_or_default();
    let [subscription] = &subscriptions[..] else { panic!("{subscriptions:?}") };
    let unsubscribe = sns.unsubscribe().set_subscription_arn(subscription.subscription_arn.clone());
    unsubscribe.send().await.unwrap();
    subscription.clone()
}

pub async fn subscribe_queue(system: &System, subscription: Subscription) {
    let sns = aws_sdk_sns::Client::new(&system.aws());
    let subscribe = sns.subscribe().set_topic_arn(subscription.topic_arn).set_protocol(subscription.protocol);
    subscribe.set_endpoint(subscription.endpoint).send().await.unwrap();
}

/// What Lambda hands a function when it has received these from the queue together.
pub fn records(bodies: &[String]) -> Value {
    let record = |(number, body): (usize, &String)| {
        json!({
            "messageId": format!("059f36b4-87a3-44ab-83d2-66197505d5{number:02}"),
            "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a",
            "body": body,
            "attributes": { "ApproximateReceiveCount": "1" },
            "messageAttributes": {},
            "eventSource": "aws:sqs",
            "eventSourceARN": format!("arn:aws:sqs:us-east-1:123456789012:{QUEUE}"),
            "awsRegion": "us-east-1",
        })
    };
    json!({ "Records": bodies.iter().enumerate().map(record).collect::<Vec<_>>() })
}

/// SQS may still hand them out in several batches.
pub async fn send_batch(system: &System, bodies: &[String]) {
    let entry = |(number, body): (usize, &String)| {
        Entry::builder().id(number.to_string()).message_body(body).build().expect("id and body are there")
    };
    let entries = bodies.iter().enumerate().map(entry).collect();
    let send = system.sqs().send_message_batch().queue_url(system.queue_url(QUEUE).await).set_entries(Some(entries));
    assert_eq!(send.send().await.unwrap().successful.len(), bodies.len());
}
