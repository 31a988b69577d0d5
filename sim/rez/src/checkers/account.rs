//! The message account closes: what was created is completed, failed, cancelled or in flight, and the system's own
//! hourly counters say the same as its items.

use std::time::SystemTime;

use serde_json::Value;

use super::image::number;
use super::{Checker, End, Findings, MessageImage, Names, Seen, Written};

/// How many messages there are, and in each state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    pub created: i64,
    pub completed: i64,
    pub failed: i64,
    pub cancelled: i64,
}

impl Totals {
    pub fn in_flight(&self) -> i64 {
        self.created - self.completed - self.failed - self.cancelled
    }

    /// The slot of a state; `None` for a state that is on the way.
    fn settled(&mut self, status: &str) -> Option<&mut i64> {
        match status {
            "completed" => Some(&mut self.completed),
            "failed" => Some(&mut self.failed),
            "cancelled" => Some(&mut self.cancelled),
            _ => None,
        }
    }
}

pub struct Account {
    messages_table: String,
    counters_table: String,
    /// Messages by the state they are in.
    items: Totals,
    open: i64,
    /// The same as the counters have it: they count transitions, so what was redriven is taken from what had failed.
    counted: Totals,
}

impl Account {
    pub fn new(names: &Names) -> Self {
        Self {
            messages_table: names.messages_table.clone(),
            counters_table: names.counters_table.clone(),
            items: Totals::default(),
            open: 0,
            counted: Totals::default(),
        }
    }

    fn message(&mut self, before: Option<MessageImage<'_>>, after: MessageImage<'_>) {
        let (from, to) = (before.map(MessageImage::status), after.status());
        if from == Some(to) {
            return;
        }
        match from {
            None => self.items.created += 1,
            Some(from) => *self.items.settled(from).unwrap_or(&mut self.open) -= 1,
        }
        *self.items.settled(to).unwrap_or(&mut self.open) += 1;
    }

    fn counter(&mut self, before: Option<&Value>, after: &Value) {
        let moved = |name| {
            let count = |item: &Value| number(item, name).unwrap_or_default() as i64;
            count(after) - before.map_or(0, count)
        };
        self.counted.created += moved("created");
        self.counted.completed += moved("completed");
        self.counted.failed += moved("failed") - moved("redriven");
        self.counted.cancelled += moved("cancelled");
    }
}

impl Checker for Account {
    fn name(&self) -> &'static str {
        "the message account closes"
    }

    fn observe(&mut self, _at: SystemTime, seen: &Seen<'_>) {
        if let Some(Written { before, after }) = seen.written(&self.messages_table) {
            self.message(before.map(MessageImage), MessageImage(after));
        } else if let Some(Written { before, after }) = seen.written(&self.counters_table) {
            self.counter(before, after);
        }
    }

    fn judges_from_outside(&self) -> bool {
        true
    }

    fn finish(&mut self, _end: &End) -> Findings {
        let mut findings = Findings::default();
        if self.items.in_flight() != self.open {
            findings
                .add(|| format!("{} messages are open, and the account says {}", self.open, self.items.in_flight()));
        }
        if self.items != self.counted {
            findings.add(|| format!("the counters say {:?}, the items {:?}", self.counted, self.items));
        }
        findings
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::{live, message, observe_change, observe_item, run};
    use super::*;

    fn count(checker: &mut Account, name: &str, from: u64, to: u64) {
        let item = |count: u64| json!({name: {"N": count.to_string()}});
        observe_item(checker, 1, "counters", Some(&item(from)), Some(&item(to)));
    }

    #[test]
    fn a_counted_life_closes() {
        let found = run(Account::new(&Names::for_test()), |checker| {
            live(checker, 1, "m1", "hello", &["created", "processing", "completed"]);
            live(checker, 1, "m2", "hello", &["created", "processing"]);
            count(checker, "created", 0, 2);
            count(checker, "completed", 7, 8);
        });
        assert_eq!(found, Findings::default());
    }

    #[test]
    fn a_system_whose_counters_drift_is_caught() {
        let found = run(Account::new(&Names::for_test()), |checker| {
            live(checker, 1, "m1", "hello", &["created", "processing", "completed"]);
            count(checker, "created", 0, 1);
        });
        assert_eq!(found.violations, 1);
    }

    #[test]
    fn a_redriven_message_is_failed_no_more() {
        let redriven = |counted: bool| {
            run(Account::new(&Names::for_test()), |checker| {
                live(checker, 1, "m1", "hello", &["created", "processing", "failed", "created"]);
                count(checker, "created", 0, 1);
                count(checker, "failed", 0, 1);
                if counted {
                    count(checker, "redriven", 0, 1);
                }
            })
            .violations
        };
        assert_eq!((redriven(true), redriven(false)), (0, 1));
    }

    #[test]
    fn a_redriven_message_is_counted_once_as_created() {
        let mut checker = Account::new(&Names::for_test());
        live(&mut checker, 1, "m1", "hello", &["created", "processing", "failed", "created"]);
        observe_change(
            &mut checker,
            9,
            Some(&message("m1", "created", "hello")),
            Some(&message("m1", "cancelled", "hello")),
        );
        assert_eq!(checker.items, Totals { created: 1, cancelled: 1, ..Totals::default() });
    }
}
