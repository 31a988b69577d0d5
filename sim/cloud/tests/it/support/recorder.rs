//! A subscriber that keeps every fact as text, with the time since the world began.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use rez_cloud::history::{Fact, Subscriber};
use tokio::sync::Notify;

/// When a world begins, unless it is told otherwise.
const EPOCH: Duration = Duration::from_secs(1_795_392_000);

#[derive(Clone, Default)]
pub struct Recorder {
    facts: Arc<Mutex<Vec<(Duration, String)>>>,
    recorded: Arc<Notify>,
}

/// Longest wait of a test in real time for a fact that has to come.
const FACT_WAIT_MAX: Duration = Duration::from_secs(10);

impl Recorder {
    /// For a cloud's builder.
    pub fn subscriber(&self) -> Box<dyn Subscriber> {
        Box::new(self.clone())
    }

    pub fn all(&self) -> Vec<(Duration, String)> {
        self.facts.lock().unwrap().clone()
    }

    /// Facts that begin with `kind` and contain all of `parts`.
    pub fn find(&self, kind: &str, parts: &[&str]) -> Vec<(Duration, String)> {
        let mut facts = self.all();
        facts.retain(|(_, fact)| fact.starts_with(kind) && parts.iter().all(|part| fact.contains(part)));
        facts
    }

    pub fn count(&self, kind: &str, parts: &[&str]) -> usize {
        self.find(kind, parts).len()
    }

    /// Waits until there is such a fact: a child process writes its log when it likes.
    pub async fn until(&self, kind: &str, parts: &[&str]) {
        let wait = async {
            loop {
                let recorded = self.recorded.notified();
                if self.count(kind, parts) > 0 {
                    break;
                }
                recorded.await;
            }
        };
        let waited = tokio::time::timeout(FACT_WAIT_MAX, wait).await;
        waited.unwrap_or_else(|_| panic!("no {kind} with {parts:?} in {:#?}", self.find(kind, &[])));
    }

    /// Times of the facts that [`find`](Self::find) gives, in whole seconds.
    pub fn seconds(&self, kind: &str, parts: &[&str]) -> Vec<u64> {
        self.find(kind, parts).iter().map(|(at, _)| at.as_secs()).collect()
    }
}

impl Subscriber for Recorder {
    fn observe(&mut self, at: SystemTime, fact: &Fact<'_>) {
        let since = at.duration_since(SystemTime::UNIX_EPOCH + EPOCH).unwrap_or_default();
        self.facts.lock().unwrap().push((since, format!("{fact:?}")));
        self.recorded.notify_waiters();
    }
}
