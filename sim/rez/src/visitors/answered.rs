//! A request and how it ended, as the visitor saw it.

use std::time::Duration;

use super::{Answer, Group};

#[derive(Clone, Copy, Debug)]
pub struct Answered<'a> {
    /// As the contract names it: `GET /api/messages/{id}`. Empty when no route takes the request.
    pub route: &'static str,
    /// The message that its path names, when a person sent it.
    pub message_id: Option<&'a str>,
    /// Group of the person whose good token came along; `None` without one.
    pub group: Option<Group>,
    pub sender: Sender,
    /// From sending to the whole answer.
    pub took: Duration,
    /// `None` when none came.
    pub answer: Option<&'a Answer>,
}

/// Who sent it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    /// Somebody who uses the application.
    Person,
    /// A client that does not listen.
    Burst,
    /// Somebody whose request has to be refused: what was wrong with it, and the answer that says so.
    Hostile { what: &'static str, refusal: Refusal },
}

/// The answer to a hostile request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub status: u16,
    /// The API's own code; empty where the gateway refuses.
    pub code: &'static str,
    /// The field that is named; empty where none is.
    pub field: &'static str,
}

impl Answered<'_> {
    pub fn status(&self) -> Option<u16> {
        self.answer.map(|answer| answer.status().as_u16())
    }
}
