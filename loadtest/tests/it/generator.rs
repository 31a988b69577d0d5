//! What the open model promises, whatever the server does.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rez_loadtest::open::{Answer, Pattern, Plan, Send, generate};

use crate::server::{Reply, Server};

const SECOND: Duration = Duration::from_secs(1);

/// GETs the server's root.
struct Get {
    client: reqwest::Client,
    url: String,
}

impl Get {
    fn at(server: &Server) -> Arc<Self> {
        Arc::new(Self { client: reqwest::Client::new(), url: server.url() })
    }
}

impl Send for Get {
    async fn send(&self, _: u64) -> Answer {
        let answer = self.client.get(&self.url).send().await.ok();
        Answer { name: "get", status: answer.map(|answer| answer.status().as_u16()) }
    }
}

fn plan(rate: f64, length: Duration, in_flight_max: usize) -> Plan {
    Plan { pattern: Pattern::constant(rate, length), in_flight_max, settle_within: Duration::ZERO }
}

/// Coordinated omission: a server that stalls for half a second holds up the ten requests that are due meanwhile, and a
/// client that only counts from when it sent them would have seen one slow request.
#[tokio::test(flavor = "multi_thread")]
async fn a_stall_is_counted_against_everything_that_was_due_in_it() {
    let gate = Arc::new(tokio::sync::Mutex::new(()));
    struct OneAtATime {
        gate: Arc<tokio::sync::Mutex<()>>,
        stalled: AtomicU64,
    }
    impl Send for OneAtATime {
        async fn send(&self, number: u64) -> Answer {
            let _turn = self.gate.lock().await;
            if number == 2 {
                self.stalled.fetch_add(1, Ordering::SeqCst);
                tokio::time::sleep(SECOND / 2).await;
            }
            Answer { name: "get", status: Some(200) }
        }
    }
    let sender = Arc::new(OneAtATime { gate, stalled: AtomicU64::new(0) });
    let (record, _) = generate(&plan(20.0, SECOND, 100), sender.clone(), |_| true).await;
    assert_eq!(sender.stalled.load(Ordering::SeqCst), 1);
    let total = record.total();
    assert_eq!(total.count(), 20);
    let slow = total.count() - total.under(Duration::from_millis(100));
    assert!((8..=10).contains(&slow), "{slow} of the ten that were due waited for long");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_due_beyond_the_bound_is_dropped_and_counted() {
    let server = Server::start(|_, _| Reply::after(3 * SECOND, 200)).await;
    let (record, _) = generate(&plan(50.0, SECOND, 8), Get::at(&server), |_| true).await;
    assert_eq!((record.total().count(), record.arrivals_dropped()), (8, 42));
    assert_eq!(server.served(), 8);
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_are_told_apart() {
    let statuses = [200, 429, 404, 503, 200];
    let server = Server::start(move |number, _| Reply::now(statuses[number as usize % 5])).await;
    let (record, _) = generate(&plan(100.0, SECOND / 2, 100), Get::at(&server), |_| true).await;
    let total = record.total();
    assert_eq!((total.count(), total.failed, total.throttled, total.refused), (50, 10, 10, 10));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_watches_can_stop_it() {
    let server = Server::start(|_, _| Reply::now(503)).await;
    let (record, aborted) =
        generate(&plan(50.0, 60 * SECOND, 100), Get::at(&server), |seen| seen.total().failed < 10).await;
    assert!(aborted && record.total().count() < 200, "{} were sent", record.total().count());
}
