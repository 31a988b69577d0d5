//! A message-processor is killed while it has messages.

use std::collections::BTreeSet;
use std::time::Duration;

use rustix::process::{Signal, kill_process};
use serde_json::json;

use super::system::{DEAD_LETTER_QUEUE, System};

const MESSAGES: usize = 3;
const PROCESSOR: &str = "message-processor";
/// How long ntfy takes to answer meanwhile: less than its client waits.
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
    let slow = json!({ "kind": "delay", "when": "before", "delay_ms": DELAY_MS, "count": MESSAGES });
    system.ntfy.set_fault(&slow).await.unwrap();
    let ids = author.write_some(MESSAGES).await;
    system.until_asked(MESSAGES as u64).await;
    let processors = system.serving.processes_of(PROCESSOR);
    assert!(!processors.is_empty());
    for processor in processors {
        kill_process(processor, Signal::KILL).unwrap();
    }
    for id in &ids {
        assert_eq!(author.message(id).await["status"], "processing", "nobody knows what became of it");
    }

    author.until_completed(&ids, TAKEN_OVER_WITHIN).await;
    for id in &ids {
        assert_eq!(author.message(id).await["attempts"], 2);
    }
    // notification-service was not killed: it had delivered them, and nobody was left to hear of it. A person sees each once.
    let received = system.received().await;
    assert_eq!(received.accepted.len(), 2 * MESSAGES, "{received:?}");
    let shown: Vec<_> = received.accepted.iter().filter(|it| it.shown_as_new).collect();
    let shown_ids: BTreeSet<_> = shown.iter().filter_map(|it| it.sequence_id.clone()).collect();
    assert_eq!((shown.len(), shown_ids), (MESSAGES, ids.into_iter().collect()));
    assert_eq!(system.queued(DEAD_LETTER_QUEUE).await, 0);
}
