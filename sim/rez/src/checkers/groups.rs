//! Nobody reads or writes what their group may not, and nobody does anything without a token.

use std::time::SystemTime;

use super::{Checker, End, Findings, Seen};
use crate::visitors::Answered;

#[derive(Default)]
pub struct Groups(Findings);

impl Groups {
    fn answered(&mut self, answered: &Answered<'_>) {
        let succeeded = answered.status().is_some_and(|status| status < 400);
        if succeeded && is_protected(answered.route) && !answered.group.is_some_and(|group| group.may(answered.route)) {
            let who = answered.group.map_or("somebody without a token", |group| group.name());
            self.0.add(|| format!("`{}` was done for {who}", answered.route));
        }
    }
}

/// Whether a route wants a token.
fn is_protected(route: &str) -> bool {
    !route.contains(" /api/auth/") && !route.contains(" /api/health")
}

impl Checker for Groups {
    fn name(&self) -> &'static str {
        "nobody does what the group may not"
    }

    fn observe(&mut self, _at: SystemTime, seen: &Seen<'_>) {
        if let Seen::Answered(answered) = seen {
            self.answered(answered);
        }
    }

    fn finish(&mut self, _end: &End) -> Findings {
        std::mem::take(&mut self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{answered, run};
    use super::*;
    use crate::visitors::Group;

    #[test]
    fn what_the_groups_may_is_no_violation() {
        let found = run(Groups::default(), |checker| {
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
        let found = run(Groups::default(), |checker| {
            answered(checker, "POST /api/messages", Some(Group::Viewer), 201);
            answered(checker, "POST /api/messages/{id}/redrive", Some(Group::User), 200);
            answered(checker, "GET /api/messages", None, 200);
        });
        assert_eq!(found.violations, 3);
        assert_eq!(found.examples[2], "`GET /api/messages` was done for somebody without a token");
    }
}
