//! The error answers that were recorded on AWS, as a table that the services' own answers are held against.

use serde::Deserialize;
use std::collections::BTreeMap;

use super::{Answer, json};

/// One recorded answer.
#[derive(Clone, Debug, Deserialize)]
pub struct Recorded {
    pub status: Option<u16>,
    pub code: String,
    /// Name of the error's shape; only the JSON protocol carries it.
    pub query_error_code: Option<String>,
    /// Some answers were recorded without one.
    pub message: Option<String>,
    pub example_test: String,
}

#[derive(Deserialize)]
struct File {
    errors: BTreeMap<String, Vec<Recorded>>,
}

/// What was recorded of one service.
pub fn of(service: &str) -> Vec<Recorded> {
    let mut file: File = serde_json::from_str(include_str!("../../../aws-data/aws_recorded_errors.json")).unwrap();
    file.errors.remove(service).unwrap()
}

/// An answer in the terms of the table.
#[derive(Clone, Debug, PartialEq)]
pub struct Given {
    pub status: u16,
    pub code: String,
    pub shape: String,
    pub message: String,
}

impl Given {
    pub fn json(answer: &Answer) -> Self {
        let body = json(answer);
        let shape = body["__type"].as_str().unwrap().rsplit('#').next().unwrap().to_owned();
        let message = body["message"].as_str().unwrap().to_owned();
        Self { status: answer.status, code: answer.code.clone(), shape, message }
    }

    pub fn xml(answer: &Answer) -> Self {
        let body = std::str::from_utf8(&answer.body).unwrap();
        let text = |name: &str| {
            let inside = body.split_once(&format!("<{name}>")).unwrap().1.split_once(&format!("</{name}>")).unwrap().0;
            quick_xml::escape::unescape(inside).unwrap().into_owned()
        };
        let code = text("Code");
        Self { status: answer.status, shape: code.clone(), code, message: text("Message") }
    }

    fn is(&self, recorded: &Recorded) -> bool {
        // SNS ends some messages with the position at which its parser stood; ours has another parser.
        let message = recorded.message.as_deref().unwrap_or_default().split("\n at [Source").next().unwrap();
        self.status == recorded.status.unwrap_or(400)
            && self.code == recorded.code
            && recorded.query_error_code.as_ref().is_none_or(|shape| *shape == self.shape)
            && self.message == message
    }
}

/// Demands that each recorded answer was given, except those whose message or test contains one of `not_modelled`;
/// and that each exception is still one.
pub fn demand(recorded: &[Recorded], given: &[Given], not_modelled: &[&str]) {
    let in_message = |answer: &Recorded, sign: &str| answer.message.as_deref().is_some_and(|text| text.contains(sign));
    let excepted = |answer: &&Recorded, sign: &str| in_message(answer, sign) || answer.example_test.contains(sign);
    for sign in not_modelled {
        assert!(recorded.iter().any(|answer| excepted(&answer, sign)), "`{sign}` excepts nothing");
    }
    let missing: Vec<&Recorded> = recorded
        .iter()
        .filter(|answer| !not_modelled.iter().any(|sign| excepted(answer, sign)))
        .filter(|answer| !given.iter().any(|given| given.is(answer)))
        .collect();
    assert!(missing.is_empty(), "AWS answers, and nothing here does:\n{missing:#?}\ngiven:\n{given:#?}");
}
