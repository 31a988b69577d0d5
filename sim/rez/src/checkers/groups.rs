//! Nobody reads or writes what their group may not, and nobody does anything without a token: by what they were answered,
//! by whose name stands in what was written, and by who asked for what was cancelled or redriven.

use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;

use super::{Checker, End, Findings, MessageImage, Names, Seen, Written};
use crate::visitors::{Answered, Group, is_protected};

const CREATE: &str = "POST /api/messages";
const CANCEL: &str = "DELETE /api/messages/{id}";
const REDRIVE: &str = "POST /api/messages/{id}/redrive";
/// `created_by` of the daily message.
const SCHEDULER: &str = "scheduler";

/// Routes that steer a message, with its id. What was asked for and what was done cancel each other out, in either
/// order: an answer follows what it tells, and may be lost or too early for it.
type Steered = BTreeSet<(&'static str, String)>;

pub struct Groups {
    messages_table: String,
    /// By `sub`.
    enrolled: BTreeMap<String, Group>,
    asked: Steered,
    done: Steered,
    findings: Findings,
}

impl Groups {
    pub fn new(names: &Names) -> Self {
        let messages_table = names.messages_table.clone();
        let (asked, done) = (Steered::new(), Steered::new());
        Self { messages_table, enrolled: BTreeMap::new(), asked, done, findings: Findings::default() }
    }

    fn answered(&mut self, answered: &Answered<'_>) {
        let may = answered.group.is_some_and(|group| group.may(answered.route));
        let done = answered.status().is_some_and(came_past_the_gate);
        if done && is_protected(answered.route) && !may {
            let who = answered.group.map_or("somebody without a token", Group::name);
            self.findings.add(|| format!("`{}` was done for {who}", answered.route));
        }
        if let (CANCEL | REDRIVE, true, Some(id)) = (answered.route, may, answered.message_id) {
            settle((answered.route, id.to_owned()), &mut self.done, &mut self.asked);
        }
    }

    fn steered(&mut self, route: &'static str, message: MessageImage<'_>) {
        settle((route, message.id().to_owned()), &mut self.asked, &mut self.done);
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

/// Takes away what explains it, or lets it wait for that.
fn settle(step: (&'static str, String), explained_by: &mut Steered, waiting: &mut Steered) {
    if !explained_by.remove(&step) {
        waiting.insert(step);
    }
}

/// The route that alone brings a message from one status to the other. One that is found in the end was in none before.
fn route_between(from: Option<&str>, to: &str) -> Option<&'static str> {
    match (from, to) {
        (from, "cancelled") if from != Some(to) => Some(CANCEL),
        (Some("failed"), "created") => Some(REDRIVE),
        _ => None,
    }
}

impl Checker for Groups {
    fn name(&self) -> &'static str {
        "nobody does what the group may not"
    }

    fn observe(&mut self, _at: SystemTime, seen: &Seen<'_>) {
        if let Some(Written { before, after }) = seen.written(&self.messages_table) {
            let after = MessageImage(after);
            if before.is_none() {
                self.written(after);
            }
            let from = before.map(|before| MessageImage(before).status());
            if let Some(route) = route_between(from, after.status()) {
                self.steered(route, after);
            }
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
        for (route, id) in std::mem::take(&mut self.done) {
            self.findings.add(|| format!("`{route}` was done to `{id}`, and nobody had asked who may"));
        }
        std::mem::take(&mut self.findings)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::{answered, answered_about, at, message, observe_change, run};
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
    /// What is found when a message moves between these, and these ask for it: before the answer, and after it.
    fn steered(from: &str, to: &str, asked: &[(&'static str, Group, u16)]) -> Vec<String> {
        let ask = |checker: &mut Groups| {
            for (route, group, status) in asked {
                answered_about(checker, Some("m1"), route, Some(*group), *status);
            }
        };
        let done = |checker: &mut Groups| {
            observe_change(checker, 1, Some(&message("m1", from, "")), Some(&message("m1", to, "")));
        };
        let done_first = run(Groups::new(&Names::for_test()), |checker| {
            done(checker);
            ask(checker);
        });
        let asked_first = run(Groups::new(&Names::for_test()), |checker| {
            ask(checker);
            done(checker);
        });
        assert_eq!(done_first, asked_first);
        done_first.examples
    }

    #[test]
    fn a_system_that_says_no_and_cancels_or_redrives_all_the_same_is_caught() {
        let (cancelled, redriven) = (("created", "cancelled"), ("failed", "created"));
        let cases = [
            (cancelled, vec![(CANCEL, Group::Viewer, 403)], 1),
            (cancelled, vec![(CANCEL, Group::Viewer, 403), (CANCEL, Group::User, 200)], 0),
            (cancelled, vec![(CANCEL, Group::Outsider, 403), (REDRIVE, Group::Admin, 409)], 1),
            (cancelled, vec![(CANCEL, Group::User, 500)], 0),
            (redriven, vec![(REDRIVE, Group::User, 403)], 1),
            (redriven, vec![(REDRIVE, Group::User, 403), (REDRIVE, Group::Admin, 200)], 0),
            (redriven, vec![], 1),
            (("processing", "created"), vec![], 0),
        ];
        for ((from, to), asked, violations) in cases {
            let found = steered(from, to, &asked);
            assert_eq!(found.len(), violations, "{from} to {to}, {asked:?}: {found:?}");
        }
    }

    #[test]
    fn an_outsider_may_do_nothing_that_wants_a_group() {
        let found = run(Groups::new(&Names::for_test()), |checker| {
            answered(checker, "GET /api/metrics", Some(Group::Outsider), 403);
            answered(checker, "GET /api/health", Some(Group::Outsider), 200);
            answered(checker, "GET /api/messages", Some(Group::Outsider), 200);
        });
        assert_eq!(found.examples, ["`GET /api/messages` was done for outsider"]);
    }
}
