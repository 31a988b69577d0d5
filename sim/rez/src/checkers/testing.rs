//! Facts by hand, for the tests in which a broken system makes a checker fail.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rez_cloud::history::{Cause, Fact, QueueEvent, Request, RequestEnd};
use serde_json::{Value, json};

use super::{Checker, End, Findings, Names, Seen};
use crate::visitors::{Answer, Answered, Group, Sender};

impl Names {
    pub fn for_test() -> Self {
        Self {
            messages_table: "messages".into(),
            counters_table: "counters".into(),
            config_table: "config".into(),
            queue: "queue".into(),
            dead_letter_queue: "dlq".into(),
            processor: "MessageProcessor".into(),
            notifier: "NotificationService".into(),
            front_door: ["WebApi".to_owned(), "JwtAuthorizer".to_owned()].into(),
            ntfy: "ntfy.test".into(),
            secrets: ["tk_secret".to_owned()].into(),
        }
    }
}

pub fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_800_000_000 + seconds)
}

/// Runs a checker over what `observe` shows it, up to an end at 100,000 s.
pub fn run<C: Checker>(mut checker: C, observe: impl FnOnce(&mut C)) -> Findings {
    observe(&mut checker);
    checker.finish(&End { healed: at(90_000), ended: at(100_000) })
}

pub fn message(id: &str, status: &str, body: &str) -> Value {
    let mut item = json!({"message_id": {"S": id}, "status": {"S": status}, "body": {"S": body}});
    if status == "processing" {
        item["lease_owner"] = json!({"S": "owner"});
    }
    item
}

pub fn observe_item(
    checker: &mut dyn Checker,
    seconds: u64,
    table: &str,
    before: Option<&Value>,
    after: Option<&Value>,
) {
    observe_change_of(checker, seconds, Cause::Cloud, table, before, after);
}

/// The same, done by an environment.
pub fn observe_item_by(
    checker: &mut dyn Checker,
    seconds: u64,
    environment: u64,
    table: &str,
    before: Option<&Value>,
    after: Option<&Value>,
) {
    observe_change_of(checker, seconds, function(environment), table, before, after);
}

fn observe_change_of(
    checker: &mut dyn Checker,
    seconds: u64,
    cause: Cause<'_>,
    table: &str,
    before: Option<&Value>,
    after: Option<&Value>,
) {
    let key = json!({});
    let fact = Fact::Item { table, key: &key, before, after, cause };
    checker.observe(at(seconds), &Seen::Fact(&fact));
}

fn function(environment: u64) -> Cause<'static> {
    Cause::Function { name: "NotificationService", environment, request_id: "r" }
}

pub fn observe_change(checker: &mut dyn Checker, seconds: u64, before: Option<&Value>, after: Option<&Value>) {
    observe_item(checker, seconds, "messages", before, after);
}

/// Moves a message along the given states, a second each.
pub fn live(checker: &mut dyn Checker, start: u64, id: &str, body: &str, states: &[&str]) {
    let mut before: Option<Value> = None;
    for (step, status) in (start..).zip(states) {
        let after = message(id, status, body);
        observe_change(checker, step, before.as_ref(), Some(&after));
        before = Some(after);
    }
}

pub fn accept(checker: &mut dyn Checker, seconds: u64, body: &str) {
    checker.observe(at(seconds), &Seen::Accepted { body });
}

/// An answer without headers and body.
pub fn answered(checker: &mut dyn Checker, route: &'static str, group: Option<Group>, status: u16) {
    answered_about(checker, None, route, group, status);
}

/// The same, to a request whose path names a message.
pub fn answered_about(
    checker: &mut dyn Checker,
    message_id: Option<&str>,
    route: &'static str,
    group: Option<Group>,
    status: u16,
) {
    let mut answer = Answer::default();
    *answer.status_mut() = http::StatusCode::from_u16(status).expect("a status");
    let (sender, took) = (Sender::Person, Duration::from_millis(20));
    let answered = Answered { route, message_id, group, sender, took, answer: Some(&answer) };
    checker.observe(at(1), &Seen::Answered(&answered));
}

pub fn request(checker: &mut dyn Checker, seconds: u64, service: &str, end: RequestEnd<'_>) {
    request_by(checker, seconds, 1, service, end);
}

pub fn request_by(checker: &mut dyn Checker, seconds: u64, environment: u64, service: &str, end: RequestEnd<'_>) {
    let fact = Fact::Request(Request {
        cause: function(environment),
        service,
        operation: "POST /topic",
        resource: "config",
        sent: at(seconds),
        took: Duration::from_millis(100),
        response_bytes: 0,
        end,
    });
    checker.observe(at(seconds), &Seen::Fact(&fact));
}

pub fn queue(checker: &mut dyn Checker, seconds: u64, queue: &str, message_id: &str, event: QueueEvent<'_>) {
    checker.observe(at(seconds), &Seen::Fact(&Fact::Queue { queue, message_id, event }));
}
