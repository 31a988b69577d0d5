//! Each kind of fault, as a plain client meets it.

use std::io::ErrorKind;
use std::time::Duration;

use serde_json::json;

use crate::client::{ask, exchange};
use crate::program::Program;

fn outcome(program: &Program, body: &str, patience: Duration) -> (String, Option<ErrorKind>) {
    let (answer, error) = exchange(&program.ntfy, "POST /alerts", &[], body.as_bytes(), patience).unwrap();
    (answer, error.map(|error| error.kind()))
}

const LONG: Duration = Duration::from_secs(20);
const SHORT: Duration = Duration::from_millis(500);

#[test]
fn connections_are_refused_until_cleared() {
    let program = Program::start(&[]);
    for _ in 0..3 {
        program.set(json!({ "kind": "refuse" }));
        assert_eq!(program.publish("lost").err().map(|error| error.kind()), Some(ErrorKind::ConnectionRefused));
        assert_eq!(program.admin("DELETE /faults", "").json(), json!({ "faults": [] }));
        assert_eq!(program.publish("found").unwrap().status, 200);
    }
    assert_eq!(program.arrived(), json!(["found", "found", "found"]));
}

#[test]
fn a_reset_comes_amid_the_body_and_after_the_effect() {
    let program = Program::start(&[]);
    program.set(json!({ "kind": "reset", "count": 1 }));
    let (answer, error) = outcome(&program, "hello", LONG);
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    assert!(head.starts_with("HTTP/1.1 200 OK"), "{head}");
    assert!(body.starts_with("{\"id\":") && !body.ends_with('\n'), "half a body: {body}");
    assert_eq!(error, Some(ErrorKind::ConnectionReset));
    assert_eq!(program.arrived(), json!(["hello"]));
}

#[test]
fn a_reset_before_the_effect_leaves_nothing() {
    let program = Program::start(&[]);
    program.set(json!({ "kind": "reset", "when": "before", "count": 1 }));
    assert_eq!(outcome(&program, "hello", LONG), (String::new(), Some(ErrorKind::ConnectionReset)));
    assert_eq!(program.arrived(), json!([]));
}

#[test]
fn silence_lasts_longer_than_the_clients_patience() {
    for (when, arrived) in [("before", json!([])), ("after", json!(["hello"]))] {
        let program = Program::start(&[]);
        program.set(json!({ "kind": "silent", "when": when, "count": 1 }));
        assert_eq!(outcome(&program, "hello", SHORT), (String::new(), Some(ErrorKind::WouldBlock)));
        assert_eq!(program.arrived(), arrived);
    }
}

#[test]
fn a_delayed_answer_is_late_and_whole() {
    let program = Program::start(&[]);
    program.set(json!({ "kind": "delay", "delay_ms": 1500, "when": "after", "count": 2 }));
    assert_eq!(outcome(&program, "impatient", SHORT).1, Some(ErrorKind::WouldBlock));
    let answer = program.publish("patient").unwrap();
    assert_eq!(answer.json()["message"], "patient");
    assert_eq!(program.arrived(), json!(["impatient", "patient"]));
}

#[test]
fn a_lost_answer_did_arrive_and_its_retry_is_shown_once() {
    for (arguments, shown) in [(&[][..], 1), (&["--no-sequence-ids"][..], 2)] {
        let program = Program::start(arguments);
        program.set(json!({ "kind": "lose", "count": 1 }));
        let publish = || ask(&program.ntfy, "POST /alerts", &[("X-Sequence-ID", "m-1")], b"hello");
        assert_eq!(publish().err().map(|error| error.kind()), Some(ErrorKind::UnexpectedEof));
        assert_eq!(publish().unwrap().status, 200);
        let received = program.admin("GET /received", "").json();
        assert_eq!((&received["accepted"], &received["shown_as_new"]), (&json!(2), &json!(shown)));
    }
}

#[test]
fn an_error_has_the_status_that_was_asked_for() {
    let program = Program::start(&[]);
    program.set(json!({ "kind": "error", "count": 1 }));
    program.set(json!({ "kind": "error", "status": 503, "when": "after", "count": 1 }));
    assert_eq!(program.publish("one").unwrap().code(), (500, 50001));
    assert_eq!(program.publish("two").unwrap().status, 503);
    assert_eq!(program.publish("three").unwrap().status, 200);
    assert_eq!(program.arrived(), json!(["two", "three"]));
}

#[test]
fn only_publishes_meet_faults() {
    let program = Program::start(&[]);
    program.set(json!({ "kind": "error", "count": 1 }));
    assert_eq!(ask(&program.ntfy, "GET /v1/health", &[], b"").unwrap().json(), json!({ "healthy": true }));
    assert_eq!(ask(&program.ntfy, "GET /alerts/json?poll=1", &[], b"").unwrap().status, 200);
    assert_eq!(program.publish("one").unwrap().status, 500);
}
