use serde_json::{Value, json};

use super::super::testing::{at, observe_item, observe_item_by, request, request_by, run};
use super::*;

fn gate(breaker: &str, failures: u64, probe: &str, until: u64) -> Value {
    let ms = at(until).duration_since(SystemTime::UNIX_EPOCH).expect("after 1970").as_millis().to_string();
    json!({
        "breaker": {"S": breaker}, "failures": {"N": failures.to_string()}, "probe_id": {"S": probe},
        "open_until": {"N": ms}, "probe_lease_until": {"N": ms},
    })
}

fn violations(steps: &[(u64, Value)]) -> u64 {
    run(Breaker::new(&Names::for_test()), |checker| {
        for pair in steps.windows(2) {
            observe_item(checker, pair[1].0, "config", Some(&pair[0].1), Some(&pair[1].1));
        }
    })
    .violations
}

#[test]
fn opening_probing_and_closing_is_legal() {
    let steps = [
        (0, gate("closed", 4, "", 0)),
        (1, gate("open", 0, "", 31)),
        (31, gate("half_open", 0, "p1", 46)),
        (47, gate("half_open", 0, "p2", 62)),
        (48, gate("closed", 0, "", 0)),
    ];
    assert_eq!(violations(&steps), 0);
}

#[test]
fn a_breaker_that_opens_early_or_lets_two_probe_is_caught() {
    assert_eq!(violations(&[(0, gate("closed", 3, "", 0)), (1, gate("open", 0, "", 31))]), 1);
    assert_eq!(violations(&[(1, gate("open", 0, "", 31)), (20, gate("half_open", 0, "p1", 35))]), 1);
    assert_eq!(violations(&[(31, gate("half_open", 0, "p1", 46)), (32, gate("half_open", 0, "p2", 47))]), 1);
    assert_eq!(violations(&[(1, gate("open", 0, "", 31)), (40, gate("closed", 0, "", 0))]), 1);
}

/// The gate permits a try of the environment.
fn permit(checker: &mut Breaker, seconds: u64, environment: u64, state: &Value) {
    let ms = |seconds| at(seconds).duration_since(SystemTime::UNIX_EPOCH).expect("after 1970").as_millis().to_string();
    let (mut before, mut after) = (state.clone(), state.clone());
    before["tat_ms"] = json!({"N": ms(seconds)});
    after["tat_ms"] = json!({"N": ms(seconds + 5)});
    observe_item_by(checker, seconds, environment, "config", Some(&before), Some(&after));
}

#[test]
fn half_open_nobody_may_try_but_the_prober_and_he_once() {
    let answered = RequestEnd::Answered { status: 500, code: "" };
    let tries = |environments: &[u64]| {
        run(Breaker::new(&Names::for_test()), |checker| {
            observe_item(checker, 1, "config", Some(&gate("closed", 4, "", 0)), Some(&gate("open", 0, "", 31)));
            let (open, probing) = (gate("open", 0, "", 31), gate("half_open", 0, "p1", 46));
            observe_item_by(checker, 31, 1, "config", Some(&open), Some(&probing));
            // Somebody else takes a place among the deferred; that makes him no prober.
            observe_item_by(checker, 32, 2, "config", Some(&probing), Some(&probing));
            for environment in environments {
                permit(checker, 33, *environment, &probing);
                request_by(checker, 33, *environment, "ntfy.test", answered);
            }
            observe_item_by(checker, 35, 1, "config", Some(&probing), Some(&gate("closed", 0, "", 0)));
            permit(checker, 36, 2, &gate("closed", 0, "", 0));
            request_by(checker, 36, 2, "ntfy.test", answered);
        })
        .violations
    };
    assert_eq!((tries(&[1]), tries(&[2]), tries(&[1, 2]), tries(&[1, 1])), (0, 1, 1, 1));
}

#[test]
fn a_try_is_judged_by_the_state_in_which_it_was_sent() {
    let found = run(Breaker::new(&Names::for_test()), |checker| {
        permit(checker, 0, 2, &gate("closed", 4, "", 0));
        observe_item(checker, 1, "config", Some(&gate("closed", 4, "", 0)), Some(&gate("open", 0, "", 31)));
        observe_item_by(
            checker,
            31,
            1,
            "config",
            Some(&gate("open", 0, "", 31)),
            Some(&gate("half_open", 0, "p1", 46)),
        );
        // Sent before it opened, ended only now.
        request_by(checker, 0, 2, "ntfy.test", RequestEnd::ResponseLost);
    });
    assert_eq!(found.violations, 0);
}

#[test]
fn a_try_through_an_open_breaker_is_caught_unless_it_was_permitted_before() {
    let answered = RequestEnd::Answered { status: 200, code: "" };
    let (closed, open) = (gate("closed", 4, "", 0), gate("open", 0, "", 31));
    for (permitted_at, expected) in [(0, 0), (2, 1)] {
        let found = run(Breaker::new(&Names::for_test()), |checker| {
            if permitted_at == 0 {
                permit(checker, 0, 1, &closed);
            }
            observe_item(checker, 1, "config", Some(&closed), Some(&open));
            if permitted_at > 0 {
                permit(checker, permitted_at, 1, &open);
            }
            request(checker, 3, "ntfy.test", answered);
        });
        assert_eq!(found.violations, expected, "{found:?}");
    }
}

#[test]
fn a_try_without_a_question_to_the_gate_is_caught_unless_the_gate_was_out_of_reach() {
    let answered = RequestEnd::Answered { status: 200, code: "" };
    let tries = |gate_lost: bool| {
        run(Breaker::new(&Names::for_test()), |checker| {
            permit(checker, 1, 1, &gate("closed", 0, "", 0));
            request(checker, 1, "ntfy.test", answered);
            if gate_lost {
                request(checker, 19, "dynamodb", RequestEnd::RequestLost);
            }
            request(checker, 20, "ntfy.test", answered);
        })
        .violations
    };
    assert_eq!((tries(false), tries(true)), (1, 0));
}

#[test]
fn a_try_that_is_learnt_of_after_the_next_was_permitted_has_its_own_permit() {
    let found = run(Breaker::new(&Names::for_test()), |checker| {
        let closed = gate("closed", 0, "", 0);
        permit(checker, 1, 1, &closed);
        permit(checker, 12, 1, &closed);
        request(checker, 1, "ntfy.test", RequestEnd::ResponseLost);
        request(checker, 12, "ntfy.test", RequestEnd::Answered { status: 200, code: "" });
    });
    assert_eq!(found, Findings::default());
}
