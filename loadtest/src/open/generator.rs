//! The generator: a clock that says when a request is due, and a bound on how many are under way.

use std::future::Future;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;

use super::pattern::Pattern;
use super::record::Record;

/// What is to be sent, and how long what follows from it may take.
#[derive(Clone, Debug)]
pub struct Plan {
    pub pattern: Pattern,
    /// Requests under way at once; one that is due beyond them is dropped, and counted.
    pub in_flight_max: usize,
    /// How long the last messages may take to be delivered.
    pub settle_within: Duration,
}

/// Sends one request.
pub trait Send: std::marker::Send + Sync + 'static {
    fn send(&self, number: u64) -> impl Future<Output = Answer> + std::marker::Send;
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The name under which results show it.
    pub name: &'static str,
    /// `None` when no answer came.
    pub status: Option<u16>,
}

impl Answer {
    /// Whether the system is to blame: no answer, or a server error.
    pub fn is_failure(self) -> bool {
        self.status.is_none_or(|status| status >= 500)
    }
}

/// How often `watch` looks at what was recorded so far.
const WATCH_INTERVAL: Duration = Duration::from_millis(250);

/// Sends everything that is due, and answers with what came of it and whether `watch` had seen enough before the end. Then
/// what is still under way is given up: how it would have ended is not known.
pub async fn generate<S: Send>(plan: &Plan, sender: Arc<S>, mut watch: impl FnMut(&Record) -> bool) -> (Record, bool) {
    let mut due = clock(plan.pattern.clone());
    let places = Arc::new(Semaphore::new(plan.in_flight_max));
    let mut record = Record::new();
    let mut under_way = JoinSet::new();
    let mut look = tokio::time::interval(WATCH_INTERVAL);
    let mut number = 0;
    let mut aborted = false;
    loop {
        tokio::select! {
            biased;
            next = due.recv() => {
                let Some(due) = next else { break };
                number += 1;
                let Ok(place) = places.clone().try_acquire_owned() else {
                    record.dropped();
                    continue;
                };
                let sender = sender.clone();
                under_way.spawn(async move {
                    let answer = sender.send(number).await;
                    drop(place);
                    (due, answer, Instant::now())
                });
            }
            Some(ended) = under_way.join_next(), if !under_way.is_empty() => record.ended(ended),
            _ = look.tick() => if !watch(&record) {
                aborted = true;
                break;
            },
        }
    }
    drop(due);
    if aborted {
        record.given_up(under_way.len());
        return (record, aborted);
    }
    while let Some(ended) = under_way.join_next().await {
        record.ended(ended);
    }
    (record, aborted)
}

/// Says when requests are due, from a thread of its own: a timer of the runtime is a millisecond coarse, and waits for
/// whatever else the runtime does. A receiver that is slow is told late, and not less.
fn clock(pattern: Pattern) -> mpsc::UnboundedReceiver<Instant> {
    let (say, due) = mpsc::unbounded_channel();
    let begin = Instant::now();
    thread::spawn(move || {
        for at in pattern.arrivals() {
            let at = begin + at;
            thread::sleep(at.saturating_duration_since(Instant::now()));
            if say.send(at).is_err() {
                break;
            }
        }
    });
    due
}
