//! Something that is no event of ours comes between events that are.

use std::collections::BTreeSet;

use aws_sdk_sqs::types::{Message, SendMessageBatchRequestEntry as Entry};
use serde_json::{Value, json};

use super::messages::id;
use super::system::{QUEUE, SOON, System};
use crate::support::eventually;

const POISON: &str = r#"{"version":"1.0","event_type":"message.created"}"#;

/// What the system itself publishes of a message.
fn event(message: &Value) -> String {
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

/// From now on nothing comes into the queue but what the test sends.
async fn unsubscribe_queue(system: &System) {
    let sns = aws_sdk_sns::Client::new(&system.aws());
    let subscriptions = sns.list_subscriptions().send().await.unwrap().subscriptions.unwrap_or_default();
    assert_eq!(subscriptions.len(), 1, "{subscriptions:?}");
    for subscription in subscriptions {
        sns.unsubscribe().set_subscription_arn(subscription.subscription_arn).send().await.unwrap();
    }
}

async fn send_batch(system: &System, bodies: &[String]) {
    let entry = |(number, body): (usize, &String)| {
        Entry::builder().id(number.to_string()).message_body(body).build().expect("id and body are there")
    };
    let entries = bodies.iter().enumerate().map(entry).collect();
    let send = system.sqs().send_message_batch().queue_url(system.queue_url(QUEUE).await).set_entries(Some(entries));
    assert_eq!(send.send().await.unwrap().successful.len(), bodies.len());
}

fn attribute<'a>(letter: &'a Message, name: &str) -> Option<&'a str> {
    letter.message_attributes.as_ref()?.get(name)?.string_value()
}

/// Whether one invocation logged the poison and the delivery of a good message.
fn were_neighbours(logged: &[Value]) -> bool {
    let invocations = |field: &str, value: &str| -> BTreeSet<String> {
        let lines = logged.iter().filter(|line| line["service"] == "message-processor" && line[field] == value);
        lines.map(|line| line["request_id"].to_string()).collect()
    };
    !invocations("code", "event_malformed").is_disjoint(&invocations("message", "message completed"))
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Docker: cargo test -p rez-localstack -- --ignored"]
async fn one_poison_record_does_not_fail_its_neighbours() {
    let name = "end_to_end::poison::one_poison_record_does_not_fail_its_neighbours";
    let Some(system) = System::start(name).await else { return };
    let mut author = system.signed_in("user").await;
    unsubscribe_queue(&system).await;
    let mut good = Vec::new();
    for number in 1..=4 {
        good.push(author.write(&format!("Number {number}")).await);
    }
    let mut bodies: Vec<String> = good.iter().map(event).collect();
    bodies.insert(2, POISON.to_owned());
    send_batch(&system, &bodies).await;

    let ids: Vec<String> = good.iter().map(id).collect();
    author.until_completed(&ids, SOON).await;
    let received = system.received().await;
    assert_eq!(received.accepted.len(), ids.len(), "{received:?}");

    let letters = eventually("a dead letter", SOON, async || {
        Some(system.dead_letters().await).filter(|letters| !letters.is_empty())
    })
    .await;
    let [letter] = &letters[..] else { panic!("{letters:?}") };
    assert_eq!(letter.body(), Some(POISON));
    assert_eq!(attribute(letter, "reason_category"), Some("validation"));
    assert_eq!(attribute(letter, "reason_code"), Some("event_malformed"));
    assert!(attribute(letter, "reason").is_some_and(|reason| reason.contains("message_id")), "{letter:?}");

    eventually("they were in one batch", SOON, async || were_neighbours(&system.serving.logged()).then_some(())).await;
}
