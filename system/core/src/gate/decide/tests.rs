//! The breaker and the pace, alone and against a model of random tries.

use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::gate::report::{Verdict, report};

const SETTINGS: Settings = Settings {
    failures_max: 5,
    open_for: Duration::from_secs(30),
    probe_lease: Duration::from_secs(15),
    interval: Duration::from_secs(5),
    burst: 50,
};

fn second(seconds: i64) -> Moment {
    Moment::from_epoch_ms(1_000_000_000 + seconds * 1000)
}

/// A gate, and a pen to write its story with.
struct Story(State);

impl Story {
    fn new() -> Self {
        Self(State::default())
    }

    fn asks(&mut self, at: i64, try_id: &str) -> Decision {
        let (decision, next) = decide(&SETTINGS, &self.0, second(at), try_id);
        self.0 = next;
        decision
    }

    fn ends(&mut self, at: i64, try_id: &str, probe: bool, verdict: Verdict) {
        self.0 = report(&SETTINGS, &self.0, second(at), try_id, probe, verdict, None).1;
    }

    /// Five failures, at 0 s.
    fn opened() -> Self {
        let mut story = Self::new();
        for try_id in ["a", "b", "c", "d", "e"] {
            assert_eq!(story.asks(0, try_id), Decision::Permit { probe: false });
            story.ends(0, try_id, false, Verdict::Fails);
        }
        story
    }
}

fn reason(decision: Decision) -> Option<Reason> {
    match decision {
        Decision::Permit { .. } => None,
        Decision::Deny(denial) => Some(denial.reason),
    }
}

#[test]
fn five_consecutive_failures_open_it_for_30_seconds() {
    let mut story = Story::opened();
    assert_eq!(story.0.breaker, Breaker::Open { until: second(30) });
    assert_eq!(reason(story.asks(29, "f")), Some(Reason::Breaker));
    assert_eq!(story.asks(30, "f"), Decision::Permit { probe: true });
}

#[test]
fn a_success_between_failures_keeps_it_closed() {
    let mut story = Story::new();
    for _ in 0..3 {
        (0..4).for_each(|_| story.ends(0, "a", false, Verdict::Fails));
        story.ends(0, "a", false, Verdict::Answers);
    }
    assert_eq!(story.0.breaker, Breaker::Closed { failures: 0 });
}

#[test]
fn a_limit_is_no_failure() {
    let mut story = Story::new();
    (0..9).for_each(|_| story.ends(0, "a", false, Verdict::Limits(second(5))));
    assert_eq!(story.0.breaker, Breaker::Closed { failures: 0 });
    assert_eq!(reason(story.asks(4, "b")), Some(Reason::Limited));
}

#[test]
fn only_one_probe_tries_and_only_its_result_counts() {
    let mut story = Story::opened();
    assert_eq!(story.asks(30, "probe"), Decision::Permit { probe: true });
    assert_eq!(reason(story.asks(31, "other")), Some(Reason::Breaker));
    story.ends(32, "e", false, Verdict::Answers);
    story.ends(32, "other", true, Verdict::Answers);
    assert!(matches!(story.0.breaker, Breaker::HalfOpen { .. }));
    story.ends(33, "probe", true, Verdict::Fails);
    assert_eq!(story.0.breaker, Breaker::Open { until: second(63) });
    assert_eq!(story.asks(63, "next"), Decision::Permit { probe: true });
    story.ends(64, "next", true, Verdict::Answers);
    assert_eq!(story.0.breaker, Breaker::Closed { failures: 0 });
    assert_eq!(story.asks(64, "f"), Decision::Permit { probe: false });
}

#[test]
fn a_crashed_prober_is_replaced_when_its_lease_ends() {
    let mut story = Story::opened();
    story.asks(30, "crashed");
    assert_eq!(reason(story.asks(44, "next")), Some(Reason::Breaker));
    assert_eq!(story.asks(45, "next"), Decision::Permit { probe: true });
    story.ends(46, "crashed", true, Verdict::Answers);
    assert!(matches!(&story.0.breaker, Breaker::HalfOpen { probe_id, .. } if probe_id == "next"));
    assert_eq!(story.0.recent_probes, ["crashed", "next"]);
}

#[test]
fn a_probe_that_did_not_start_leaves_its_place_to_the_next_at_once() {
    let mut story = Story::opened();
    story.asks(30, "probe");
    story.ends(31, "other", true, Verdict::Untried);
    assert!(matches!(&story.0.breaker, Breaker::HalfOpen { probe_id, .. } if probe_id == "probe"));
    story.ends(31, "probe", true, Verdict::Untried);
    assert_eq!(story.asks(31, "next"), Decision::Permit { probe: true });
}

#[test]
fn a_try_that_did_not_start_shows_nothing_of_the_destination() {
    let mut story = Story::new();
    (0..4).for_each(|_| story.ends(0, "a", false, Verdict::Fails));
    story.ends(0, "b", false, Verdict::Untried);
    assert_eq!(story.0.breaker, Breaker::Closed { failures: 4 });
}

#[test]
fn a_probe_whose_question_was_heard_twice_is_still_the_probe() {
    let mut story = Story::opened();
    assert_eq!(story.asks(30, "probe"), Decision::Permit { probe: true });
    assert_eq!(story.asks(30, "probe"), Decision::Permit { probe: true });
    assert_eq!(story.0.recent_probes, ["probe"]);
}

#[test]
fn a_burst_of_50_then_one_each_5_seconds() {
    let mut story = Story::new();
    let permitted = (0..60).filter(|_| reason(story.asks(0, "a")).is_none()).count();
    assert_eq!(permitted, 50);
    assert_eq!(reason(story.asks(4, "a")), Some(Reason::Pace));
    assert_eq!(reason(story.asks(5, "a")), None);
    assert_eq!(reason(story.asks(5, "a")), Some(Reason::Pace));
}

#[test]
fn the_deferred_return_one_by_one_and_not_before_the_breaker_lets_them() {
    let mut story = Story::opened();
    let places: Vec<_> = (0..4)
        .map(|_| match story.asks(1, "f") {
            Decision::Deny(denial) => denial.until,
            permit => panic!("{permit:?}"),
        })
        .collect();
    assert_eq!(places, [35, 40, 45, 50].map(second));
}

#[test]
fn a_daily_quota_holds_everybody_until_midnight() {
    let state = State::default();
    let midnight = second(3600);
    let (place, state) = report(&SETTINGS, &state, second(0), "a", false, Verdict::Limits(midnight), Some(second(5)));
    assert_eq!(place, Some(second(3605)));
    let (decision, state) = decide(&SETTINGS, &state, second(1800), "b");
    assert_eq!(decision, Decision::Deny(Denial { reason: Reason::Limited, until: second(3610) }));
    assert_eq!(decide(&SETTINGS, &state, midnight, "c").0, Decision::Permit { probe: false });
}

/// Regression: one `Retry-After` of a day with a 503 made every message that was deferred later wait a day.
#[test]
fn what_one_message_is_told_to_wait_delays_no_other() {
    let day = second(86_400);
    let (place, state) = report(&SETTINGS, &State::default(), second(0), "a", false, Verdict::Fails, Some(day));
    assert_eq!(place, Some(day));
    let (place, _) = report(&SETTINGS, &state, second(1), "b", false, Verdict::Fails, Some(second(1)));
    assert_eq!(place, Some(second(10)));
}

#[derive(Clone, Debug)]
enum Step {
    Ask,
    End { which: usize, verdict: Verdict },
    Wait { seconds: i64 },
}

fn verdict() -> impl Strategy<Value = Verdict> {
    prop_oneof![7 => Just(Verdict::Fails), 2 => Just(Verdict::Answers), 1 => Just(Verdict::Untried)]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => Just(Step::Ask),
        3 => (any::<usize>(), verdict()).prop_map(|(which, verdict)| Step::End { which, verdict }),
        1 => (0i64..40).prop_map(|seconds| Step::Wait { seconds }),
    ]
}

proptest! {
    /// Whatever the order in which tries begin and end: while it is not closed, one live probe at most may try, none
    /// starts while it is open, and no more start than the bucket holds.
    #[test]
    fn it_is_never_passed_out_of_turn(steps in prop::collection::vec(step(), 0..300)) {
        let (mut story, mut now, mut running, mut started) = (Story::new(), 0, Vec::new(), Vec::new());
        for (number, step) in steps.into_iter().enumerate() {
            let before = story.0.breaker.clone();
            match step {
                Step::Wait { seconds } => now += seconds,
                Step::Ask => {
                    let try_id = format!("try-{number}");
                    if let Decision::Permit { probe } = story.asks(now, &try_id) {
                        prop_assert_eq!(probe, !matches!(before, Breaker::Closed { .. }));
                        match before {
                            Breaker::Open { until } => prop_assert!(second(now) >= until),
                            Breaker::HalfOpen { lease_until, .. } => prop_assert!(second(now) >= lease_until),
                            Breaker::Closed { .. } => {}
                        }
                        running.push((try_id, probe));
                        started.push(now);
                    }
                }
                Step::End { which, verdict } if !running.is_empty() => {
                    let (try_id, probe) = running.swap_remove(which % running.len());
                    story.ends(now, &try_id, probe, verdict);
                    if matches!(before, Breaker::Open { .. }) {
                        prop_assert_eq!(&story.0.breaker, &before);
                    }
                }
                Step::End { .. } => {}
            }
        }
        for (index, begin) in started.iter().enumerate() {
            for (count, end) in started[index..].iter().enumerate() {
                prop_assert!((count as i64) < 50 + (end - begin) / 5);
            }
        }
    }
}
