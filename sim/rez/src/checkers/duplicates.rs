//! Duplicates are bounded and counted: a second notification can only come from an answer of ntfy that was lost, or from a
//! sender that died while it waited for one.

use std::collections::{BTreeMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::{Duration, SystemTime};

use rez_cloud::history::{Fact, InvocationEvent, Outcome, Request, RequestEnd};

use super::{Checker, DUPLICATE_WINDOW, End, Findings, Names, Seen};

/// An answer that took longer than this may have come after its caller had given up: the HTTP timeout is 10 s.
const ANSWER_TOO_LATE: Duration = Duration::from_millis(9_900);

pub struct Duplicates {
    ntfy: String,
    notifier: String,
    accepted: BTreeMap<u64, u32>,
    oldest_first: VecDeque<(SystemTime, u64)>,
    duplicated: u64,
    /// Occasions on which nobody could know whether ntfy had accepted.
    ambiguous: u64,
}

impl Duplicates {
    pub fn new(names: &Names) -> Self {
        Self {
            ntfy: names.ntfy.clone(),
            notifier: names.notifier.clone(),
            accepted: BTreeMap::new(),
            oldest_first: VecDeque::new(),
            duplicated: 0,
            ambiguous: 0,
        }
    }

    fn accepted(&mut self, at: SystemTime, body: &str) {
        let mut hasher = DefaultHasher::new();
        body.hash(&mut hasher);
        let key = hasher.finish();
        let times = self.accepted.entry(key).or_default();
        *times += 1;
        if *times > 1 {
            self.duplicated += 1;
        } else {
            self.oldest_first.push_back((at, key));
        }
        while let Some((first, key)) = self.oldest_first.front().copied()
            && at.duration_since(first).unwrap_or_default() > DUPLICATE_WINDOW
        {
            self.oldest_first.pop_front();
            self.accepted.remove(&key);
        }
    }
}

fn is_ambiguous(request: &Request<'_>) -> bool {
    match request.end {
        RequestEnd::ResponseLost | RequestEnd::Reset { acted: true } => true,
        RequestEnd::Answered { .. } => request.took >= ANSWER_TOO_LATE,
        RequestEnd::RequestLost | RequestEnd::Reset { acted: false } => false,
    }
}

impl Checker for Duplicates {
    fn name(&self) -> &'static str {
        "duplicates only where an answer was lost"
    }

    fn observe(&mut self, at: SystemTime, seen: &Seen<'_>) {
        match seen {
            Seen::Accepted { body, .. } => self.accepted(at, body),
            Seen::Fact(Fact::Request(request)) if request.service == self.ntfy && is_ambiguous(request) => {
                self.ambiguous += 1;
            }
            Seen::Fact(Fact::Invocation {
                function,
                event: InvocationEvent::Ended { outcome: Outcome::TimedOut | Outcome::Crashed, .. },
                ..
            }) if *function == self.notifier => self.ambiguous += 1,
            _ => {}
        }
    }

    fn finish(&mut self, _end: &End) -> Findings {
        let mut findings = Findings::default();
        if self.duplicated > self.ambiguous {
            let (duplicated, ambiguous) = (self.duplicated, self.ambiguous);
            findings.add(|| {
                format!("{duplicated} notifications were sent twice, and only {ambiguous} answers of ntfy were lost")
            });
        }
        findings
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{accept, request, run};
    use super::*;

    #[test]
    fn a_duplicate_after_a_lost_answer_is_in_bounds() {
        let found = run(Duplicates::new(&Names::for_test()), |checker| {
            accept(checker, 1, "hello");
            request(checker, 1, "ntfy.test", RequestEnd::ResponseLost);
            accept(checker, 2, "hello");
        });
        assert_eq!(found, Findings::default());
    }

    #[test]
    fn a_system_that_sends_twice_for_no_reason_is_caught() {
        let found = run(Duplicates::new(&Names::for_test()), |checker| {
            accept(checker, 1, "hello");
            request(checker, 1, "ntfy.test", RequestEnd::Answered { status: 200, code: "" });
            accept(checker, 2, "hello");
        });
        assert_eq!(found.violations, 1);
    }

    #[test]
    fn the_same_words_long_after_are_no_duplicate() {
        let mut checker = Duplicates::new(&Names::for_test());
        for hour in 0..5 {
            accept(&mut checker, hour * 4_000, "hello");
        }
        assert_eq!((checker.duplicated, checker.accepted.len()), (0, 1));
    }
}
