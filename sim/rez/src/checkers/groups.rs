//! Nobody reads or writes what their group may not, and nobody does anything without a token: by what they were answered,
//! and by whose name stands in what was written.

use std::collections::BTreeMap;
use std::time::SystemTime;

use super::{Checker, End, Findings, MessageImage, Names, Seen, Written};
use crate::visitors::{Answered, Group};

const CREATE: &str = "POST /api/messages";
/// `created_by` of the daily message.
const SCHEDULER: &str = "scheduler";

pub struct Groups {
    messages_table: String,
    /// By `sub`.
    enrolled: BTreeMap<String, Group>,
    findings: Findings,
}

impl Groups {
    pub fn new(names: &Names) -> Self {
        let messages_table = names.messages_table.clone();
        Self { messages_table, enrolled: BTreeMap::new(), findings: Findings::default() }
    }

    fn answered(&mut self, answered: &Answered<'_>) {
        let may = answered.group.is_some_and(|group| group.may(answered.route));
        let done = answered.status().is_some_and(came_past_the_gate);
        if done && is_protected(answered.route) && !may {
            let who = answered.group.map_or("somebody without a token", Group::name);
            self.findings.add(|| format!("`{}` was done for {who}", answered.route));
        }
    }

    fn written(&mut self, message: MessageImage<'_>) {
        let by = message.created_by();
        let may = by == SCHEDULER || self.enrolled.get(by).is_some_and(|group| group.may(CREATE));
        if !may {
            let who = self.enrolled.get(by).map_or("nobody", |group| group.name());
            self.findings.add(|| format!("message `{}` was written by {who}", message.id()));
        }
    }
}

/// A success, or a refusal that tells what only a reader should learn.
fn came_past_the_gate(status: u16) -> bool {
    matches!(status, 200..400 | 404 | 409)
}

/// Whether a route wants a token.
fn is_protected(route: &str) -> bool {
    !route.is_empty() && !route.contains(" /api/auth/") && !route.contains(" /api/health")
}

impl Checker for Groups {
    fn name(&self) -> &'static str {
        "nobody does what the group may not"
    }

    fn observe(&mut self, _at: SystemTime, seen: &Seen<'_>) {
        if let Some(Written { before: None, after }) = seen.written(&self.messages_table) {
            self.written(MessageImage(after));
        }
        match seen {
            Seen::Answered(answered) => self.answered(answered),
            Seen::Enrolled { sub, group } => drop(self.enrolled.insert((*sub).to_owned(), *group)),
            _ => {}
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
    use serde_json::json;

    use super::super::testing::{answered, at, observe_change, run};
    use super::*;

    #[test]
    fn what_the_groups_may_is_no_violation() {
        let found = run(Groups::new(&Names::for_test()), |checker| {
            answered(checker, "POST /api/messages", Some(Group::User), 201);
            answered(checker, "POST /api/messages/{id}/redrive", Some(Group::Admin), 200);
            answered(checker, "DELETE /api/messages/{id}", Some(Group::Viewer), 403);
            answered(checker, "GET /api/messages", None, 401);
            answered(checker, "GET /api/health", None, 200);
        });
        assert_eq!(found, Findings::default());
    }

    #[test]
    fn a_system_that_lets_viewers_write_or_strangers_read_is_caught() {
        let found = run(Groups::new(&Names::for_test()), |checker| {
            answered(checker, "POST /api/messages", Some(Group::Viewer), 201);
            answered(checker, "POST /api/messages/{id}/redrive", Some(Group::User), 200);
            answered(checker, "GET /api/messages", None, 200);
        });
        assert_eq!(found.violations, 3);
        assert_eq!(found.examples[2], "`GET /api/messages` was done for somebody without a token");
    }

    #[test]
    fn a_refusal_that_tells_more_than_that_is_caught() {
        let found = run(Groups::new(&Names::for_test()), |checker| {
            answered(checker, "DELETE /api/messages/{id}", Some(Group::Viewer), 409);
            answered(checker, "GET /api/messages/{id}", None, 404);
        });
        assert_eq!(found.violations, 2);
    }

    #[test]
    fn a_system_that_says_no_and_writes_all_the_same_is_caught() {
        let written = |by: &str| {
            run(Groups::new(&Names::for_test()), |checker| {
                for (sub, group) in [("sub-user", Group::User), ("sub-viewer", Group::Viewer)] {
                    checker.observe(at(0), &Seen::Enrolled { sub, group });
                }
                let message = json!({"message_id": {"S": "m1"}, "status": {"S": "created"}, "created_by": {"S": by}});
                observe_change(checker, 1, None, Some(&message));
            })
            .examples
        };
        assert!(written("sub-user").is_empty() && written("scheduler").is_empty());
        assert_eq!(written("sub-viewer"), ["message `m1` was written by viewer"]);
        assert_eq!(written("mallory"), ["message `m1` was written by nobody"]);
    }
}
