//! Everything settles: from when a message was created, and the faults that began before it settled had healed, no message
//! stays open for longer than the scenario's bound. The run ends at that bound, or as soon as nothing is open.

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::{Duration, SystemTime};

use super::{Checker, End, Findings, MessageImage, Names, Seen, Written};

pub struct Settling {
    table: String,
    within: Duration,
    /// Windows of the faults.
    faults: Vec<Range<SystemTime>>,
    open: BTreeMap<String, Open>,
    findings: Findings,
}

struct Open {
    since: SystemTime,
    status: &'static str,
}

impl Settling {
    pub fn new(names: &Names, within: Duration, faults: Vec<Range<SystemTime>>) -> Self {
        let (open, findings) = (BTreeMap::new(), Findings::default());
        Self { table: names.messages_table.clone(), within, faults, open, findings }
    }

    fn settled(&mut self, at: SystemTime, message: MessageImage<'_>) {
        let Some(Open { since, .. }) = self.open.remove(message.id()) else { return };
        let begun = self.faults.iter().filter(|window| window.start < at);
        let calm = begun.map(|window| window.end).fold(since, SystemTime::max);
        let waited = at.duration_since(calm).unwrap_or_default();
        if waited > self.within {
            let (id, status, waited) = (message.id(), message.status(), waited.as_secs());
            self.findings.add(|| format!("message `{id}` was {status} {waited} s after nothing held it up any more"));
        }
    }
}

impl Checker for Settling {
    fn name(&self) -> &'static str {
        "everything settles after the last fault"
    }

    fn observe(&mut self, at: SystemTime, seen: &Seen<'_>) {
        let Some(Written { after, .. }) = seen.written(&self.table) else { return };
        let message = MessageImage(after);
        let status = match message.status() {
            "created" => "created",
            "processing" => "processing",
            _ => return self.settled(at, message),
        };
        self.open.entry(message.id().to_owned()).or_insert(Open { since: at, status }).status = status;
    }

    fn judges_from_outside(&self) -> bool {
        true
    }

    fn finish(&mut self, end: &End) -> Findings {
        let waited = end.ended.duration_since(end.healed).unwrap_or_default().as_secs();
        for (id, Open { status, .. }) in &self.open {
            self.findings.add(|| format!("message `{id}` is still {status} {waited} s after the last fault healed"));
        }
        std::mem::take(&mut self.findings)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{at, live, run};
    use super::*;

    /// With a bound of ten minutes, and a fault in the second hour.
    fn settling() -> Settling {
        Settling::new(&Names::for_test(), Duration::from_secs(600), vec![at(3_600)..at(7_200)])
    }

    #[test]
    fn a_system_without_a_sweep_is_caught() {
        let found = run(settling(), |checker| {
            live(checker, 1, "m1", "hello", &["created", "processing", "completed"]);
            live(checker, 1, "m2", "hello", &["created", "processing", "created"]);
        });
        assert_eq!(found.examples, ["message `m2` is still created 10000 s after the last fault healed"]);
    }

    #[test]
    fn failed_and_cancelled_messages_are_settled() {
        let found = run(settling(), |checker| {
            live(checker, 1, "m1", "hello", &["created", "processing", "failed"]);
            live(checker, 1, "m2", "hello", &["created", "cancelled"]);
        });
        assert_eq!(found, Findings::default());
    }

    /// Regression: what was late, and in time for the end of the run, passed.
    #[test]
    fn each_message_has_its_bound_from_when_nothing_held_it_up_any_more() {
        let found = run(settling(), |checker| {
            for (id, created, completed) in
                [("slow", 0, 601), ("in time", 0, 600), ("held up", 3_000, 7_800), ("late", 7_100, 7_801)]
            {
                live(checker, created, id, id, &["created"]);
                live(checker, completed, id, id, &["completed"]);
            }
        });
        let late = |id, seconds| format!("message `{id}` was completed {seconds} s after nothing held it up any more");
        assert_eq!(found.examples, [late("slow", 601), late("late", 601)]);
    }
}
