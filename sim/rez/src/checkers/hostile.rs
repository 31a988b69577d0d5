//! What is hostile is refused: with the status, the code and the field that say why, and without costing a function its
//! life.

use std::collections::BTreeSet;
use std::time::SystemTime;

use rez_cloud::history::{Fact, InvocationEvent, Outcome};
use serde::Deserialize;

use super::{Checker, End, Findings, Names, Seen};
use crate::visitors::{Answer, Answered, Refusal, Sender};

/// Every hostile request is refused.
#[derive(Default)]
pub struct HostileRefused(Findings);

impl HostileRefused {
    fn answered(&mut self, answered: &Answered<'_>) {
        let Sender::Hostile { what, refusal } = answered.sender else { return };
        let Some(answer) = answered.answer else { return };
        if !is_told(answer, &refusal) && !is_excused(answer) {
            let status = answer.status().as_u16();
            let body = String::from_utf8_lossy(&answer.body()[..answer.body().len().min(200)]).into_owned();
            self.0.add(|| format!("{what}: expected {refusal:?}, and it was answered {status} `{body}`"));
        }
    }
}

#[derive(Default, Deserialize)]
struct Told {
    error: Error,
}

#[derive(Default, Deserialize)]
struct Error {
    code: String,
    #[serde(default)]
    details: Vec<Detail>,
}

#[derive(Deserialize)]
struct Detail {
    field: String,
}

fn is_told(answer: &Answer, refusal: &Refusal) -> bool {
    if answer.status().as_u16() != refusal.status {
        return false;
    }
    if refusal.code.is_empty() {
        return is_the_gateways(answer);
    }
    let Told { error } = serde_json::from_slice(answer.body()).unwrap_or_default();
    let field = refusal.field.is_empty() || error.details.iter().any(|detail| detail.field == refusal.field);
    error.code == refusal.code && field
}

/// Somebody was busy or out of reach, or the attacker's own token was not taken.
fn is_excused(answer: &Answer) -> bool {
    matches!(answer.status().as_u16(), 429 | 503) || is_the_gateways(answer) && !answer.status().is_success()
}

/// The gateway's own errors have a body of their own.
fn is_the_gateways(answer: &Answer) -> bool {
    answer.body().starts_with(b"{\"message\":")
}

impl Checker for HostileRefused {
    fn name(&self) -> &'static str {
        "what is hostile is refused"
    }

    fn observe(&mut self, _at: SystemTime, seen: &Seen<'_>) {
        if let Seen::Answered(answered) = seen {
            self.answered(answered);
        }
    }

    fn judges_from_outside(&self) -> bool {
        true
    }

    fn finish(&mut self, _end: &End) -> Findings {
        std::mem::take(&mut self.0)
    }
}

/// No input makes a function of the front door fail: neither by an error nor by a panic.
pub struct NeverShaken {
    functions: BTreeSet<String>,
    findings: Findings,
}

impl NeverShaken {
    pub fn new(names: &Names) -> Self {
        Self { functions: names.front_door.clone(), findings: Findings::default() }
    }
}

impl Checker for NeverShaken {
    fn name(&self) -> &'static str {
        "no request makes a function fail"
    }

    fn observe(&mut self, _at: SystemTime, seen: &Seen<'_>) {
        let Seen::Fact(Fact::Invocation { function, event, .. }) = seen else { return };
        if let InvocationEvent::Ended { outcome: Outcome::Error { error_type }, .. } = event
            && self.functions.contains(*function)
        {
            self.findings.add(|| format!("an invocation of `{function}` ended with `{error_type}`"));
        }
    }

    fn judges_from_outside(&self) -> bool {
        true
    }

    fn finish(&mut self, _end: &End) -> Findings {
        std::mem::take(&mut self.findings)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::testing::{at, run};
    use super::*;

    fn found(status: u16, body: &'static str) -> Findings {
        let mut answer = Answer::new(body.into());
        *answer.status_mut() = http::StatusCode::from_u16(status).expect("a status");
        let refusal = Refusal { status: 400, code: "invalid_request", field: "limit" };
        let sender = Sender::Hostile { what: "a limit of none", refusal };
        let took = Duration::from_millis(20);
        let (route, answer) = ("GET /api/messages", Some(&answer));
        let answered = Answered { route, message_id: None, group: None, sender, took, answer };
        run(HostileRefused::default(), |checker| checker.observe(at(1), &Seen::Answered(&answered)))
    }

    #[test]
    fn the_right_refusal_and_a_busy_system_are_no_violations() {
        let right = r#"{"error":{"code":"invalid_request","details":[{"field":"limit","problem":"is wrong"}]}}"#;
        for (status, body) in [(400, right), (429, r#"{"message":"Too Many Requests"}"#), (503, "{}")] {
            assert_eq!(found(status, body), Findings::default(), "{status} {body}");
        }
    }

    #[test]
    fn a_system_that_obeys_or_refuses_for_another_reason_is_caught() {
        let other_field = r#"{"error":{"code":"invalid_request","details":[{"field":"from","problem":"is wrong"}]}}"#;
        for (status, body) in [(200, "{}"), (400, "{}"), (400, other_field), (500, r#"{"error":{"code":"internal"}}"#)]
        {
            assert_eq!(found(status, body).violations, 1, "{status} {body}");
        }
    }

    #[test]
    fn a_function_that_panics_is_caught() {
        let ended = |error_type| {
            let outcome = Outcome::Error { error_type };
            InvocationEvent::Ended { outcome, took: Duration::ZERO, memory_mb: 256 }
        };
        let found = run(NeverShaken::new(&Names::for_test()), |checker| {
            for function in ["WebApi", "Scheduler"] {
                let event = ended("Runtime.Panic");
                let fact = Fact::Invocation { function, environment: 1, request_id: "r", event };
                checker.observe(at(1), &Seen::Fact(&fact));
            }
        });
        assert_eq!(found.examples, ["an invocation of `WebApi` ended with `Runtime.Panic`"]);
    }
}
