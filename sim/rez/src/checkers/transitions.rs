//! Only legal transitions: a message moves between its states as the contract draws them, whoever races.

use std::time::SystemTime;

use rez_cloud::history::Fact;

use super::{Checker, End, Findings, MessageImage, Names, Seen};

pub struct Transitions {
    table: String,
    findings: Findings,
}

impl Transitions {
    pub fn new(names: &Names) -> Self {
        Self { table: names.messages_table.clone(), findings: Findings::default() }
    }

    fn check(&mut self, before: Option<MessageImage<'_>>, after: MessageImage<'_>) {
        let from = before.map_or("nothing", MessageImage::status);
        let to = after.status();
        let illegal = if from == to { rewrites(before, after) } else { !legal(from, to) };
        if illegal {
            self.findings.add(|| format!("message `{}` went from {from} to {to}", after.id()));
        } else if to == "processing" && after.lease_owner().is_none() {
            self.findings.add(|| format!("message `{}` is processing without a lease", after.id()));
        }
    }
}

/// The state machine of the contract, written down a second time: the checker must not share the system's mistakes.
fn legal(from: &str, to: &str) -> bool {
    matches!(
        (from, to),
        ("nothing", "created")
            | ("created", "processing" | "cancelled")
            | ("processing", "created" | "completed" | "failed")
            | ("failed", "created")
    )
}

/// Whether a write that keeps the state changes what it must not: a settled message, or the owner of a lease.
fn rewrites(before: Option<MessageImage<'_>>, after: MessageImage<'_>) -> bool {
    let settled = matches!(after.status(), "completed" | "cancelled");
    let owner_changed =
        after.status() == "processing" && before.and_then(MessageImage::lease_owner) != after.lease_owner();
    let changed = before.is_some_and(|before| before.0 != after.0);
    (settled && changed) || owner_changed
}

impl Checker for Transitions {
    fn name(&self) -> &'static str {
        "only legal transitions"
    }

    fn observe(&mut self, _at: SystemTime, seen: &Seen<'_>) {
        if let Seen::Fact(Fact::Item { table, before, after: Some(after), .. }) = seen
            && *table == self.table
        {
            self.check(before.map(MessageImage), MessageImage(after));
        }
    }

    fn finish(&mut self, _end: &End) -> Findings {
        std::mem::take(&mut self.findings)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{message, observe_change, run};
    use super::*;

    fn violations(changes: &[(Option<&str>, &str)]) -> u64 {
        run(Transitions::new(&Names::for_test()), |checker| {
            for (before, after) in changes {
                let before = before.map(|status| message("m1", status, "hello"));
                observe_change(checker, 1, before.as_ref(), Some(&message("m1", after, "hello")));
            }
        })
        .violations
    }

    #[test]
    fn the_whole_life_of_a_message_is_legal() {
        let life = [
            (None, "created"),
            (Some("created"), "processing"),
            (Some("processing"), "created"),
            (Some("created"), "processing"),
            (Some("processing"), "failed"),
            (Some("failed"), "created"),
            (Some("created"), "cancelled"),
        ];
        assert_eq!(violations(&life), 0);
    }

    #[test]
    fn a_system_that_settles_twice_or_skips_the_claim_is_caught() {
        for broken in [
            (Some("completed"), "created"),
            (Some("completed"), "failed"),
            (Some("created"), "completed"),
            (Some("cancelled"), "processing"),
            (None, "processing"),
        ] {
            assert_eq!(violations(&[broken]), 1, "{broken:?}");
        }
    }

    #[test]
    fn a_stolen_lease_is_caught() {
        let found = run(Transitions::new(&Names::for_test()), |checker| {
            let mut stolen = message("m1", "processing", "hello");
            stolen["lease_owner"]["S"] = "somebody else".into();
            observe_change(checker, 1, Some(&message("m1", "processing", "hello")), Some(&stolen));
        });
        assert_eq!(found.examples, ["message `m1` went from processing to processing"]);
    }
}
