//! Attempts over a wire on which the gate takes every write, and ntfy answers the same each time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use rez_core::clock::Moment;
use rez_core::error::codes;
use rez_core::message::Lease;
use rez_core::notification::{NTFY, Notification, Outcome};
use rez_core::testing::{Recorded, Reply, Wire, begin, message};
use serde_json::json;

use super::{ANSWER_TIME, TRY_TIME, deliver};
use crate::Deps;

const SERVER: &str = "https://ntfy.example.com";
/// Of the function.
const TIMEOUT: Duration = Duration::from_secs(45);
/// Longer than every try of an attempt, and the waits between them.
const AMPLE: Duration = Duration::from_secs(100);

/// An attempt that has ended.
struct Ended {
    outcome: Outcome,
    at: Moment,
    /// When each try started.
    tries: Vec<Moment>,
}

impl Ended {
    /// Code, and whether the attempt counts.
    fn deferral(&self) -> (&str, bool) {
        let Outcome::Deferred { counts, error, .. } = &self.outcome else { panic!("{:?}", self.outcome) };
        (&error.code, *counts)
    }

    fn until(&self) -> Moment {
        let Outcome::Deferred { until, .. } = self.outcome else { panic!("{:?}", self.outcome) };
        until
    }

    fn waits(&self) -> Vec<Duration> {
        self.tries.windows(2).map(|pair| pair[1].since(pair[0])).collect()
    }
}

/// One attempt of an invocation that has `deadline`, under a lease of `lease`, at an ntfy that always answers `reply`.
async fn attempt(reply: Reply, deadline: Duration, lease: Duration) -> Ended {
    attempt_at_gate(|_| Reply::json(200, &json!({})), move |_| reply.clone(), deadline, lease).await
}

/// The same, where the gate's writes and the tries are answered by their numbers, from 0.
async fn attempt_at_gate(
    gate: impl Fn(u32) -> Reply + Send + Sync + 'static,
    ntfy: impl Fn(u32) -> Reply + Send + Sync + 'static,
    deadline: Duration,
    lease: Duration,
) -> Ended {
    let (writes, tries) = (AtomicU32::new(0), AtomicU32::new(0));
    let wire = Wire::answering(move |request| match request.operation() {
        "GetItem" => Reply::json(200, &json!({})),
        "UpdateItem" => gate(writes.fetch_add(1, Ordering::Relaxed)),
        "GET" => parameter(request),
        _ => ntfy(tries.fetch_add(1, Ordering::Relaxed)),
    });
    let deps = crate::start(wire.ambient(&[])).await.unwrap();
    let lease = Lease { owner: "attempt".to_owned(), until: begin() + lease };
    let notification = Notification::of(&message(), &lease, NTFY, lease.until);
    let outcome = deliver(&deps, &notification, begin() + deadline).await;
    let requests = wire.requests();
    let tries = requests.iter().filter(|request| request.uri.starts_with(SERVER)).map(|request| request.at).collect();
    Ended { outcome, at: deps.environment.clock.now(), tries }
}

fn parameter(request: &Recorded) -> Reply {
    let value = if request.uri.contains("url") { SERVER } else { "topic" };
    Reply::json(200, &json!({"Parameter": {"Value": value}}))
}

fn unavailable() -> Reply {
    Reply::json(503, &json!({}))
}

#[tokio::test(start_paused = true)]
async fn no_try_starts_without_time_for_it_to_end() {
    let enough = TRY_TIME + ANSWER_TIME;
    assert_eq!(attempt(unavailable(), enough, AMPLE).await.tries, [begin()]);
    let ended = attempt(unavailable(), enough - Duration::from_millis(1), AMPLE).await;
    assert_eq!((ended.deferral(), ended.tries.len()), ((codes::NO_TIME_LEFT, false), 0));
}

#[tokio::test(start_paused = true)]
async fn no_try_starts_that_the_gate_kept_waiting_for_too_long() {
    let slow = |write| if write < 2 { Reply::Hang } else { Reply::json(200, &json!({})) };
    for seconds in 13..30 {
        let bound = Duration::from_secs(seconds);
        let ended = attempt_at_gate(slow, |_| Reply::Hang, AMPLE, bound).await;
        assert!(ended.at <= begin() + bound, "{bound:?}");
    }
    let ended = attempt_at_gate(slow, |_| Reply::Hang, AMPLE, TRY_TIME + ANSWER_TIME).await;
    assert_eq!((ended.deferral(), ended.tries.len()), ((codes::NO_TIME_LEFT, false), 0));
}

/// Regression: its try could go on when somebody else was the probe already.
#[tokio::test(start_paused = true)]
async fn a_probe_whose_permit_came_late_does_not_start() {
    let open = json!({
        "version": {"N": "1"}, "breaker": {"S": "open"}, "failures": {"N": "0"}, "open_until": {"N": "1"},
        "recent_probe_ids": {"L": []}, "tat_ms": {"N": "0"}, "queue_ms": {"N": "0"}, "limited_until": {"N": "0"},
    });
    // Its question and the permit lose their answers, which is 6 s of the 15 s.
    let slow = move |write| match write {
        0 | 2 | 3 => Reply::Hang,
        1 => Reply::condition_failed(open.clone()),
        _ => Reply::json(200, &json!({})),
    };
    let ended = attempt_at_gate(slow, |_| Reply::Hang, AMPLE, AMPLE).await;
    assert_eq!((ended.deferral(), ended.tries.len()), ((codes::NO_TIME_LEFT, false), 0));
    assert!(ended.at >= begin() + Duration::from_secs(6), "{}", ended.at);
}

/// Regression: it waited for the gate until its function was killed, and the message was sent again.
#[tokio::test(start_paused = true)]
async fn what_was_accepted_is_told_in_time_though_the_gate_hangs() {
    let accepted = json!({"id": "hwQ2YpKdmg", "time": 1, "event": "message", "topic": "topic"});
    let late = Reply::After(Duration::from_secs(9), Box::new(Reply::json(200, &accepted)));
    let ntfy = move |number| if number == 0 { unavailable() } else { late.clone() };
    let gate = |write| if write < 3 { Reply::json(200, &json!({})) } else { Reply::Hang };
    let bound = TRY_TIME + ANSWER_TIME + Duration::from_secs(1);
    let ended = attempt_at_gate(gate, ntfy, bound, AMPLE).await;
    assert!(matches!(ended.outcome, Outcome::Delivered { .. }), "{:?}", ended.outcome);
    assert!(ended.at <= begin() + bound, "{}", ended.at);
}

#[tokio::test(start_paused = true)]
async fn a_destination_that_keeps_failing_is_tried_four_times() {
    let kinds =
        [(unavailable(), codes::SERVER_ERROR), (Reply::Reset, codes::CONNECTION), (Reply::Hang, codes::TIMEOUT)];
    for (reply, code) in kinds {
        let ended = attempt(reply, AMPLE, AMPLE).await;
        assert_eq!((ended.deferral(), ended.tries.len()), ((code, true), 4), "{code}");
    }
}

#[tokio::test(start_paused = true)]
async fn retries_wait_up_to_1_2_and_4_seconds() {
    let waits = attempt(unavailable(), AMPLE, AMPLE).await.waits();
    let longest = [1, 2, 4].map(Duration::from_secs);
    assert!(waits.iter().zip(longest).all(|(wait, longest)| !wait.is_zero() && *wait <= longest), "{waits:?}");
}

#[tokio::test(start_paused = true)]
async fn a_retry_after_longer_than_the_backoff_is_waited_for() {
    let ended = attempt(unavailable().with("retry-after", "7"), TIMEOUT, AMPLE).await;
    assert_eq!(ended.waits(), [Duration::from_secs(7); 3]);
    assert!(ended.until() >= ended.at + Duration::from_secs(7), "{}", ended.until());
}

#[tokio::test(start_paused = true)]
async fn a_retry_after_beyond_the_deadline_defers_the_message_until_then() {
    let ended = attempt(unavailable().with("retry-after", "60"), TIMEOUT, AMPLE).await;
    assert_eq!((ended.deferral(), ended.tries.len(), ended.at), ((codes::SERVER_ERROR, true), 1, begin()));
    assert!(ended.until() >= begin() + Duration::from_secs(60), "{}", ended.until());
}

#[tokio::test(start_paused = true)]
async fn the_tries_end_before_the_lease_and_the_deadline() {
    for seconds in 13..60 {
        let bound = Duration::from_secs(seconds);
        for (deadline, lease) in [(AMPLE, bound), (bound, AMPLE)] {
            let ended = attempt(Reply::Hang, deadline, lease).await;
            assert!(!ended.tries.is_empty() && ended.at <= begin() + bound, "{deadline:?} {lease:?}");
            assert_eq!(ended.deferral(), (codes::TIMEOUT, true));
        }
    }
    assert_eq!(attempt(Reply::Hang, AMPLE, Duration::from_secs(22)).await.tries, [begin()]);
}

/// An environment on `wire`, and a notification under a lease of `lease`.
async fn wired(wire: &Arc<Wire>, lease: Duration) -> (Deps, Notification) {
    let deps = crate::start(wire.ambient(&[])).await.unwrap();
    let lease = Lease { owner: "attempt".to_owned(), until: begin() + lease };
    (deps, Notification::of(&message(), &lease, NTFY, lease.until))
}

fn after(wait: Duration, reply: Reply) -> Reply {
    Reply::After(wait, Box::new(reply))
}

/// Regression: settings that came of age between were read within the try, which then outlasted its time and its probe.
#[tokio::test(start_paused = true)]
async fn a_try_reads_no_setting() {
    let accepted = json!({"id": "hwQ2YpKdmg", "time": 1, "event": "message", "topic": "topic"});
    let wire = Wire::answering(move |request| match request.operation() {
        "GET" => parameter(request),
        "UpdateItem" => after(Duration::from_millis(1_500), Reply::json(200, &json!({}))),
        "GetItem" => Reply::json(200, &json!({})),
        _ => Reply::json(200, &accepted),
    });
    let (deps, notification) = wired(&wire, AMPLE * 10).await;
    deps.destinations[0].channel.prepare().await.unwrap();
    tokio::time::advance(Duration::from_secs(299)).await;
    let outcome = deliver(&deps, &notification, notification.finish_by).await;
    assert!(matches!(outcome, Outcome::Delivered { .. }), "{outcome:?}");
    assert!(deps.environment.clock.now() >= begin() + Duration::from_secs(300), "the settings are of age");
    assert_eq!(wire.operations().iter().filter(|operation| *operation == "GET").count(), 3);
}

/// What is slow in a world where everything else answers at once, and ntfy refuses our token.
const SLOW: [&str; 4] = ["GetItem", "GET", "UpdateItem", "POST"];

/// Regression: flags, settings, a token read again, and a place among the deferred were waited for without end.
#[tokio::test(start_paused = true)]
async fn no_attempt_outlasts_its_lease_whatever_is_slow() {
    let slow = Duration::from_millis(1_900);
    let throttled = || Reply::json(400, &json!({"__type": "ThrottlingException"}));
    let item = json!({
        "version": {"N": "1"}, "breaker": {"S": "closed"}, "failures": {"N": "0"}, "recent_probe_ids": {"L": []},
        "tat_ms": {"N": "0"}, "queue_ms": {"N": "0"}, "limited_until": {"N": "0"},
    });
    for (seconds, which) in (1..40).flat_map(|seconds| SLOW.map(|which| (seconds, which))) {
        let (item, refreshes) = (item.clone(), AtomicU32::new(0));
        let wire = Wire::answering(move |request| match request.operation() {
            "GetItem" if which == "GetItem" => Reply::Hang,
            "GetItem" => Reply::json(200, &json!({})),
            // Always somebody was faster.
            "UpdateItem" if which == "UpdateItem" => after(slow, Reply::condition_failed(item.clone())),
            "UpdateItem" => Reply::json(200, &json!({})),
            "GET" if which == "GET" => after(slow, throttled()),
            // Those of the beginning are answered.
            "GET" if which == "POST" && refreshes.fetch_add(1, Ordering::Relaxed) >= 3 => after(slow, throttled()),
            "GET" => parameter(request),
            _ => Reply::text(401, ""),
        });
        let (deps, notification) = wired(&wire, Duration::from_secs(seconds)).await;
        let outcome = deliver(&deps, &notification, begin() + AMPLE).await;
        assert!(matches!(outcome, Outcome::Deferred { counts: false, .. }), "{which} {seconds} {outcome:?}");
        let ended = deps.environment.clock.now();
        assert!(ended <= notification.finish_by, "{which} {seconds} {ended}");
    }
}
