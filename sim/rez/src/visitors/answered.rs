//! A request and how it ended, as the visitor saw it.

use std::time::Duration;

use super::{Answer, Group};

#[derive(Clone, Copy, Debug)]
pub struct Answered<'a> {
    /// As the contract names it: `GET /api/messages/{id}`.
    pub route: &'static str,
    /// Group of the person whose token came along; `None` without a token.
    pub group: Option<Group>,
    /// From sending to the whole answer.
    pub took: Duration,
    /// `None` when none came.
    pub answer: Option<&'a Answer>,
}

impl Answered<'_> {
    pub fn status(&self) -> Option<u16> {
        self.answer.map(|answer| answer.status().as_u16())
    }
}
