//! From creation to acceptance by ntfy: the system's own dates of the messages that the load created.

use std::sync::Arc;
use std::time::Duration;

use hdrhistogram::Histogram;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::send::ToApi;

/// How often messages that wait are looked at, and how many at once.
const LOOK_INTERVAL: Duration = Duration::from_millis(500);
const LOOKS_AT_ONCE: usize = 16;
/// Milliseconds up to a day, to three significant figures.
const LATENCY_MS_MAX: u64 = 86_400_000;

/// What became of the messages that the load created.
#[derive(Debug)]
pub struct Deliveries {
    /// Messages that were created; of very many, not all are followed.
    pub created: u64,
    /// From creation to acceptance, of those that were accepted.
    pub latency_ms: Histogram<u64>,
    /// Settled otherwise: failed or cancelled.
    pub failed: u64,
    /// Still on their way, or not seen, when nobody waited any longer.
    pub waiting: u64,
}

impl Deliveries {
    /// Looks until each is settled, or `within` is over: an API that has gone silent is not waited for either.
    pub(super) async fn wait_for(api: &Arc<ToApi>, within: Duration) -> Self {
        let latency_ms = Histogram::new_with_bounds(1, LATENCY_MS_MAX, 3).expect("constant bounds are valid");
        let created = api.created();
        let mut deliveries = Self { created: created.count(), latency_ms, failed: 0, waiting: 0 };
        let created = created.into_ids();
        let total = created.len() as u64;
        // Whether time ran out shows in what still waits.
        drop(timeout(within, deliveries.look_until_settled(api, created)).await);
        deliveries.waiting = total - deliveries.latency_ms.len() - deliveries.failed;
        deliveries
    }

    /// Those that were followed.
    pub fn total(&self) -> u64 {
        self.latency_ms.len() + self.failed + self.waiting
    }

    async fn look_until_settled(&mut self, api: &Arc<ToApi>, mut waiting: Vec<String>) {
        loop {
            waiting = self.look(api, waiting).await;
            if waiting.is_empty() {
                return;
            }
            sleep(LOOK_INTERVAL).await;
        }
    }

    /// Looks at each once; answers with those that still wait.
    async fn look(&mut self, api: &Arc<ToApi>, ids: Vec<String>) -> Vec<String> {
        let mut waiting = Vec::new();
        for some in ids.chunks(LOOKS_AT_ONCE) {
            let mut looks = JoinSet::new();
            for id in some.iter().cloned() {
                let api = api.clone();
                looks.spawn(async move { (api.message(&id).await, id) });
            }
            for (message, id) in looks.join_all().await {
                match message {
                    Some(message) if message.is_settled() => self.settled(message.end_to_end()),
                    _ => waiting.push(id),
                }
            }
        }
        waiting
    }

    fn settled(&mut self, latency: Option<Duration>) {
        match latency {
            Some(latency) => self.latency_ms.saturating_record(latency.as_millis() as u64),
            None => self.failed += 1,
        }
    }
}
