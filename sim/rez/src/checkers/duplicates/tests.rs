use rez_cloud::history::{Cause, Fact, InvocationEvent, Outcome};

use super::super::testing::{accept, at, request, run};
use super::*;

const ANSWERED: RequestEnd<'_> = RequestEnd::Answered { status: 200, code: "" };

fn violations(observe: impl FnOnce(&mut Duplicates)) -> u64 {
    run(Duplicates::new(&Names::for_test()), observe).violations
}

/// A request of message-processor to DynamoDB, which took 100 ms.
fn settles(checker: &mut Duplicates, seconds: u64, end: RequestEnd<'_>) {
    let fact = Fact::Request(Request {
        cause: Cause::Function { name: "MessageProcessor", environment: 1, request_id: "r" },
        service: "dynamodb",
        operation: "TransactWriteItems",
        resource: "messages",
        sent: at(seconds),
        took: Duration::from_millis(100),
        response_bytes: 0,
        end,
    });
    checker.observe(at(seconds), &Seen::Fact(&fact));
}

/// An invocation that ends after it took 5 s.
fn ends(checker: &mut Duplicates, seconds: u64, function: &str, outcome: Outcome<'_>) {
    let event = InvocationEvent::Ended { outcome, took: Duration::from_secs(5), memory_mb: 128 };
    let fact = Fact::Invocation { function, environment: 1, request_id: "r", event };
    checker.observe(at(seconds), &Seen::Fact(&fact));
}

#[test]
fn a_duplicate_after_a_lost_answer_is_in_bounds() {
    let found = violations(|checker| {
        accept(checker, 1, "hello");
        request(checker, 1, "ntfy.test", RequestEnd::ResponseLost);
        accept(checker, 2, "hello");
    });
    assert_eq!(found, 0);
}

#[test]
fn a_system_that_sends_twice_for_no_reason_is_caught() {
    let found = violations(|checker| {
        accept(checker, 1, "hello");
        request(checker, 1, "ntfy.test", ANSWERED);
        accept(checker, 2, "hello");
    });
    assert_eq!(found, 1);
}

#[test]
fn one_lost_answer_excuses_one_duplicate() {
    let found = violations(|checker| {
        accept(checker, 1, "hello");
        request(checker, 1, "ntfy.test", RequestEnd::ResponseLost);
        accept(checker, 2, "hello");
        accept(checker, 3, "hello");
    });
    assert_eq!(found, 1);
}

#[test]
fn the_lost_answer_of_another_message_is_no_excuse() {
    let found = violations(|checker| {
        accept(checker, 1, "hello");
        request(checker, 100, "ntfy.test", RequestEnd::ResponseLost);
        accept(checker, 100, "other");
        accept(checker, 200, "hello");
    });
    assert_eq!(found, 1);
}

#[test]
fn a_function_that_died_meanwhile_is_an_excuse() {
    for (function, outcome, expected) in [
        ("NotificationService", Outcome::Crashed, 0),
        ("MessageProcessor", Outcome::TimedOut, 0),
        ("MessageProcessor", Outcome::Success, 1),
        ("Scheduler", Outcome::Crashed, 1),
    ] {
        let found = violations(|checker| {
            accept(checker, 2, "hello");
            ends(checker, 5, function, outcome);
            accept(checker, 200, "hello");
        });
        assert_eq!(found, expected, "{function} {outcome:?}");
    }
}

#[test]
fn a_message_that_could_not_be_settled_is_an_excuse_and_a_lost_race_is_none() {
    for (end, expected) in [
        (RequestEnd::RequestLost, 0),
        (RequestEnd::Answered { status: 500, code: "InternalServerError" }, 0),
        (RequestEnd::Answered { status: 400, code: "TransactionCanceledException" }, 1),
        (ANSWERED, 1),
    ] {
        let found = violations(|checker| {
            accept(checker, 2, "hello");
            settles(checker, 3, end);
            accept(checker, 200, "hello");
        });
        assert_eq!(found, expected, "{end:?}");
    }
}

#[test]
fn the_same_words_long_after_are_no_duplicate() {
    let mut checker = Duplicates::new(&Names::for_test());
    for hour in 0..5 {
        accept(&mut checker, hour * 4_000, "hello");
    }
    assert_eq!((checker.acceptances.len(), checker.last.len()), (1, 1));
    assert_eq!(checker.finish(&End { healed: at(0), ended: at(20_000) }), Findings::default());
}
