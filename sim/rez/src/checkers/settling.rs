//! Everything settles: when the last fault has healed and the workload has stopped, no message stays open for longer than
//! the scenario's bound. The run ends at that bound, or as soon as nothing is open.

use std::collections::BTreeMap;
use std::time::SystemTime;

use super::{Checker, End, Findings, MessageImage, Names, Seen, Written};

pub struct Settling {
    table: String,
    open: BTreeMap<String, &'static str>,
}

impl Settling {
    pub fn new(names: &Names) -> Self {
        Self { table: names.messages_table.clone(), open: BTreeMap::new() }
    }
}

impl Checker for Settling {
    fn name(&self) -> &'static str {
        "everything settles after the last fault"
    }

    fn observe(&mut self, _at: SystemTime, seen: &Seen<'_>) {
        let Some(Written { after, .. }) = seen.written(&self.table) else { return };
        let image = MessageImage(after);
        match image.status() {
            "created" => self.open.insert(image.id().to_owned(), "created"),
            "processing" => self.open.insert(image.id().to_owned(), "processing"),
            _ => self.open.remove(image.id()),
        };
    }

    fn judges_from_outside(&self) -> bool {
        true
    }

    fn finish(&mut self, end: &End) -> Findings {
        let waited = end.ended.duration_since(end.healed).unwrap_or_default().as_secs();
        let mut findings = Findings::default();
        for (id, status) in &self.open {
            findings.add(|| format!("message `{id}` is still {status} {waited} s after the last fault healed"));
        }
        findings
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{live, run};
    use super::*;

    #[test]
    fn a_system_without_a_sweep_is_caught() {
        let found = run(Settling::new(&Names::for_test()), |checker| {
            live(checker, 1, "m1", "hello", &["created", "processing", "completed"]);
            live(checker, 1, "m2", "hello", &["created", "processing", "created"]);
        });
        assert_eq!(found.examples, ["message `m2` is still created 10000 s after the last fault healed"]);
    }

    #[test]
    fn failed_and_cancelled_messages_are_settled() {
        let found = run(Settling::new(&Names::for_test()), |checker| {
            live(checker, 1, "m1", "hello", &["created", "processing", "failed"]);
            live(checker, 1, "m2", "hello", &["created", "cancelled"]);
        });
        assert_eq!(found, Findings::default());
    }
}
