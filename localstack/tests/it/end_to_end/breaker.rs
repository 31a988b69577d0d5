//! ntfy is down for long enough to open the breaker, and comes back.

use std::time::Duration;

use serde_json::json;

use super::system::{DEAD_LETTER_QUEUE, SOON, System};
use crate::support::eventually;

const MESSAGES: usize = 6;
/// The breaker is open for 30 s; the sweep comes once a minute, and perhaps the half-open breaker lets only the probe of
/// its first round through.
const RECOVERED_WITHIN: Duration = Duration::from_secs(240);

/// Takes one to three minutes, because the breaker and the sweep have times of their own.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Docker: cargo test -p rez-localstack -- --ignored"]
async fn an_outage_opens_the_breaker_and_loses_nothing() {
    let name = "end_to_end::breaker::an_outage_opens_the_breaker_and_loses_nothing";
    let Some(system) = System::start(name).await else { return };
    let mut author = system.signed_in("user").await;
    assert_eq!(author.breaker().await, "closed");
    system.ntfy.set_fault(&json!({ "kind": "refuse" })).await.unwrap();
    let ids = author.write_some(MESSAGES).await;
    eventually("the breaker is open", SOON, async || (author.breaker().await == "open").then_some(())).await;
    system.ntfy.clear_faults().await.unwrap();

    author.until_completed(&ids, RECOVERED_WITHIN).await;
    assert_eq!(author.breaker().await, "closed");
    let received = system.received().await;
    let mut delivered: Vec<_> = received.accepted.iter().filter_map(|it| it.sequence_id.clone()).collect();
    let mut written = ids;
    delivered.sort();
    written.sort();
    assert_eq!(delivered, written, "each once");
    assert_eq!(system.queued(DEAD_LETTER_QUEUE).await, 0, "an outage is not their fault");
}
