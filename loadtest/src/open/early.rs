//! Deliveries while the load still comes: enough of them to tell a system that accepts messages and does not deliver.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use super::send::ToApi;

/// How often messages that wait are looked at, and how many at once: a watch must not be a load of its own.
const LOOK_INTERVAL: Duration = Duration::from_millis(500);
const LOOKS_AT_ONCE: usize = 64;
/// Messages that are watched at the same time; what comes beyond them is not.
const WATCHED_MAX: usize = 256;

/// What is known of deliveries before the end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SoFar {
    /// Accepted by ntfy within the time that is promised.
    pub in_time: u64,
    /// Accepted later, or still waiting after that time.
    pub late: u64,
    /// Settled without being delivered.
    pub failed: u64,
}

impl SoFar {
    pub fn decided(self) -> u64 {
        self.in_time + self.late + self.failed
    }
}

/// Messages under watch, each with the moment at which it was there.
#[derive(Debug, Default)]
pub struct Watch {
    waiting: Mutex<VecDeque<(String, Instant)>>,
    so_far: Mutex<SoFar>,
}

impl Watch {
    pub(super) fn add(&self, id: &str) {
        let mut waiting = self.waiting.lock().expect("no holder panics");
        if waiting.len() < WATCHED_MAX {
            waiting.push_back((id.to_owned(), Instant::now()));
        }
    }

    pub(super) fn so_far(&self) -> SoFar {
        *self.so_far.lock().expect("no holder panics")
    }

    /// Looks until nobody wants to know any more.
    pub(super) async fn run(self: Arc<Self>, api: Arc<ToApi>, within: Duration) {
        loop {
            tokio::time::sleep(LOOK_INTERVAL).await;
            let some: Vec<_> = {
                let mut waiting = self.waiting.lock().expect("no holder panics");
                let count = waiting.len().min(LOOKS_AT_ONCE);
                waiting.drain(..count).collect()
            };
            let mut looks = JoinSet::new();
            for (id, created) in some {
                let api = api.clone();
                looks.spawn(async move { (api.message(&id).await, id, created) });
            }
            while let Some(looked) = looks.join_next().await {
                let (message, id, created) = looked.expect("looking does not panic");
                let settled = message.filter(crate::api::Message::is_settled);
                self.judge(settled.map(|message| message.end_to_end()), id, created, within);
            }
        }
    }

    /// `settled` is how long it took, of those that were delivered.
    fn judge(&self, settled: Option<Option<Duration>>, id: String, created: Instant, within: Duration) {
        let mut so_far = self.so_far.lock().expect("no holder panics");
        match settled {
            Some(Some(latency)) if latency < within => so_far.in_time += 1,
            Some(None) => so_far.failed += 1,
            None if created.elapsed() < within => {
                self.waiting.lock().expect("no holder panics").push_back((id, created));
            }
            Some(Some(_)) | None => so_far.late += 1,
        }
    }
}
