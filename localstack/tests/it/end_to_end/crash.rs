//! A message-processor is killed amid a batch: one message is through, the others are under way.

use std::collections::BTreeSet;
use std::time::Duration;

use rustix::process::{Signal, kill_process};
use serde_json::json;

use super::batch::{event, records, subscribe_queue, unsubscribe_queue};
use super::browser::Browser;
use super::messages::id;
use super::system::{DEAD_LETTER_QUEUE, SOON, System};
use crate::support::eventually;

const MESSAGES: usize = 3;
/// Those that ntfy holds up.
const HELD_UP: usize = MESSAGES - 1;
const PROCESSOR: &str = "rez-agent-dev-message-processor";
const PROGRAM: &str = "message-processor";
/// How long ntfy takes to answer to them: less than its client waits.
const DELAY_MS: u64 = 8_000;
/// A lease is 100 s, and the sweep comes once a minute.
const TAKEN_OVER_WITHIN: Duration = Duration::from_secs(240);

/// Takes two to three minutes, because a lease has a time of its own.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Docker: cargo test -p rez-localstack -- --ignored"]
async fn the_messages_of_a_killed_processor_are_taken_over() {
    let name = "end_to_end::crash::the_messages_of_a_killed_processor_are_taken_over";
    let Some(system) = System::start(name).await else { return };
    let mut author = system.signed_in("user").await;
    let subscription = unsubscribe_queue(&system).await;
    let mut written = Vec::new();
    for number in 1..=MESSAGES {
        written.push(author.write(&format!("Number {number}")).await);
    }
    let ids: Vec<String> = written.iter().map(id).collect();
    let slow = json!({ "kind": "delay", "when": "before", "delay_ms": DELAY_MS, "count": HELD_UP });
    system.ntfy.set_fault(&slow).await.unwrap();
    // By Invoke, so that one invocation has them all.
    let batch = records(&written.iter().map(event).collect::<Vec<_>>());
    let (invocation, ()) = tokio::join!(system.invoke(PROCESSOR, &batch), kill_amid_batch(&system, &mut author, &ids));
    assert_eq!(invocation.header("x-amz-function-error"), Some("Unhandled"), "{}", invocation.json());
    let cut_off = in_status(&mut author, &ids, "processing").await;
    assert_eq!(cut_off.len(), HELD_UP, "nobody knows what became of them");
    // The sweep reaches the queue as it always does.
    subscribe_queue(&system, subscription).await;

    author.until_completed(&ids, TAKEN_OVER_WITHIN).await;
    for id in &ids {
        let attempts = if cut_off.contains(id) { 2 } else { 1 };
        assert_eq!(author.message(id).await["attempts"], attempts);
    }
    // notification-service was not killed: it had delivered them, and nobody was left to hear of it. A person sees each once.
    let received = system.received().await;
    assert_eq!(received.accepted.len(), MESSAGES + HELD_UP, "{received:?}");
    let shown: Vec<_> = received.accepted.iter().filter(|it| it.shown_as_new).collect();
    let shown_ids: BTreeSet<_> = shown.iter().filter_map(|it| it.sequence_id.clone()).collect();
    assert_eq!((shown.len(), shown_ids), (MESSAGES, ids.into_iter().collect()));
    assert_eq!(system.queued(DEAD_LETTER_QUEUE).await, 0);
}

/// Once one message is through, and ntfy holds the others up.
async fn kill_amid_batch(system: &System, author: &mut Browser, ids: &[String]) {
    system.until_asked(MESSAGES as u64).await;
    let one_is_through = async || (in_status(author, ids, "completed").await.len() == 1).then_some(());
    eventually("one is through", SOON, one_is_through).await;
    let processors = system.serving.processes_of(PROGRAM);
    let [processor] = processors[..] else { panic!("one has the whole batch: {processors:?}") };
    kill_process(processor, Signal::KILL).unwrap();
}

/// Those that the API shows in this status.
async fn in_status(browser: &mut Browser, ids: &[String], status: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for id in ids {
        if browser.message(id).await["status"] == status {
            found.insert(id.clone());
        }
    }
    found
}
