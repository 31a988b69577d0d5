//! Nothing lost: what was promised is stored, and what the store calls completed did arrive at ntfy.
//!
//! The truth is the workload's ledger (what was promised) against ntfy's (what was accepted), joined by the body, which
//! carries a token of its own in each message.

use std::collections::{BTreeMap, VecDeque};
use std::time::SystemTime;

use super::{Checker, DUPLICATE_WINDOW, End, Findings, MessageImage, Names, Seen, Written};

pub struct Delivery {
    table: String,
    open: BTreeMap<String, Tracked>,
    by_body: BTreeMap<u64, String>,
    /// Settled messages, oldest first, waiting to be forgotten.
    settled: VecDeque<(SystemTime, String)>,
    findings: Findings,
}

#[derive(Default)]
struct Tracked {
    promised: bool,
    stored: bool,
    accepted: bool,
    completed: bool,
    /// When it was settled, unless it was redriven since.
    settled: Option<SystemTime>,
    body: Option<u64>,
}

impl Delivery {
    pub fn new(names: &Names) -> Self {
        Self {
            table: names.messages_table.clone(),
            open: BTreeMap::new(),
            by_body: BTreeMap::new(),
            settled: VecDeque::new(),
            findings: Findings::default(),
        }
    }

    fn changed(&mut self, at: SystemTime, after: MessageImage<'_>) {
        let id = after.id();
        let tracked = self.open.entry(id.to_owned()).or_default();
        tracked.stored = true;
        if tracked.body.is_none() {
            let key = body_key(after.body());
            tracked.body = Some(key);
            self.by_body.insert(key, id.to_owned());
        }
        tracked.completed |= after.status() == "completed";
        tracked.settled = (!after.is_open()).then_some(at);
        if tracked.settled.is_some() {
            self.settled.push_back((at, id.to_owned()));
        }
    }

    fn forget_before(&mut self, now: SystemTime) {
        while let Some((at, _)) = self.settled.front()
            && now.duration_since(*at).unwrap_or_default() > DUPLICATE_WINDOW
        {
            if let Some((at, id)) = self.settled.pop_front() {
                self.forget(at, &id);
            }
        }
    }

    /// Forgets what was settled then, and is still.
    fn forget(&mut self, at: SystemTime, id: &str) {
        if self.open.get(id).is_none_or(|tracked| tracked.settled != Some(at)) {
            return;
        }
        let Some(tracked) = self.open.remove(id) else { return };
        if let Some(body) = tracked.body {
            self.by_body.remove(&body);
        }
        if tracked.completed && !tracked.accepted {
            self.findings.add(|| format!("message `{id}` is completed and never reached ntfy"));
        }
    }
}

/// What joins a message and its notification: the body as ntfy shows it, without white space around it.
fn body_key(body: &str) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    body.trim().hash(&mut hasher);
    hasher.finish()
}

impl Checker for Delivery {
    fn name(&self) -> &'static str {
        "nothing lost"
    }

    fn observe(&mut self, at: SystemTime, seen: &Seen<'_>) {
        if let Some(Written { after, .. }) = seen.written(&self.table) {
            self.changed(at, MessageImage(after));
        }
        match seen {
            Seen::Promised { message_id } => {
                self.open.entry((*message_id).to_owned()).or_default().promised = true;
            }
            Seen::Accepted { body } => {
                if let Some(tracked) = self.by_body.get(&body_key(body)).and_then(|id| self.open.get_mut(id)) {
                    tracked.accepted = true;
                }
                self.forget_before(at);
            }
            _ => {}
        }
    }

    fn judges_from_outside(&self) -> bool {
        true
    }

    fn finish(&mut self, _end: &End) -> Findings {
        for (at, id) in std::mem::take(&mut self.settled) {
            self.forget(at, &id);
        }
        for (id, tracked) in &self.open {
            if tracked.promised && !tracked.stored {
                self.findings.add(|| format!("message `{id}` was promised and is not stored"));
            }
        }
        std::mem::take(&mut self.findings)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{accept, at, live, run};
    use super::*;

    const LIFE: [&str; 3] = ["created", "processing", "completed"];

    #[test]
    fn a_delivered_message_is_not_lost() {
        let found = run(Delivery::new(&Names::for_test()), |checker| {
            checker.observe(at(0), &Seen::Promised { message_id: "m1" });
            live(checker, 1, "m1", "token 1", &LIFE[..2]);
            accept(checker, 3, "token 1");
            live(checker, 4, "m1", "token 1", &LIFE[2..]);
        });
        assert_eq!(found, Findings::default());
    }

    #[test]
    fn a_system_that_completes_without_delivering_is_caught() {
        let found = run(Delivery::new(&Names::for_test()), |checker| {
            live(checker, 1, "m1", "token 1", &LIFE);
            live(checker, 9, "m2", "token 2", &LIFE);
            accept(checker, 5_000, "token 2");
        });
        assert_eq!(found.examples, ["message `m1` is completed and never reached ntfy"]);
    }

    #[test]
    fn a_system_that_promises_before_it_writes_is_caught() {
        let found = run(Delivery::new(&Names::for_test()), |checker| {
            checker.observe(at(0), &Seen::Promised { message_id: "m1" });
        });
        assert_eq!(found.examples, ["message `m1` was promised and is not stored"]);
    }

    #[test]
    fn a_message_that_is_redriven_late_is_not_forgotten_on_its_way() {
        let mut checker = Delivery::new(&Names::for_test());
        live(&mut checker, 1, "m1", "token 1", &["created", "processing", "failed"]);
        live(&mut checker, 3_500, "m1", "token 1", &["created", "processing"]);
        accept(&mut checker, 9_000, "another");
        accept(&mut checker, 9_001, "token 1");
        live(&mut checker, 9_002, "m1", "token 1", &["completed"]);
        assert_eq!(run(checker, |_| {}), Findings::default());
    }

    #[test]
    fn a_settled_message_is_forgotten_after_the_window() {
        let mut checker = Delivery::new(&Names::for_test());
        live(&mut checker, 1, "m1", "token 1", &LIFE);
        accept(&mut checker, 2, "token 1");
        accept(&mut checker, 10_000, "another");
        assert!(checker.open.is_empty() && checker.by_body.is_empty());
    }
}
