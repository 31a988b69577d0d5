//! Something that is no event of ours comes between events that are.

use std::collections::BTreeSet;

use aws_sdk_sqs::types::Message;
use serde_json::Value;

use super::batch::{event, send_batch, unsubscribe_queue};
use super::messages::id;
use super::system::{SOON, System};
use crate::support::eventually;

const POISON: &str = r#"{"version":"1.0","event_type":"message.created"}"#;

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
