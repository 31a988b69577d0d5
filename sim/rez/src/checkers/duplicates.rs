//! Duplicates are bounded and counted: a second notification can only come from an answer that was lost on its way from
//! ntfy, through notification-service, to message-processor, which settles the message; or from one of the two that died
//! while it waited.

use std::collections::{BTreeSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::{Duration, SystemTime};

use rez_cloud::history::{Fact, InvocationEvent, Outcome, Request, RequestEnd};

use super::{Checker, DUPLICATE_WINDOW, End, Findings, Names, Seen};

/// An answer that took longer than this may have come after its caller had given up: the HTTP timeout is 10 s.
const ANSWER_TOO_LATE: Duration = Duration::from_millis(9_900);

pub struct Duplicates {
    names: Names,
    accepted: BTreeSet<u64>,
    oldest_first: VecDeque<(SystemTime, u64)>,
    duplicated: u64,
    /// Occasions on which somebody could not know whether ntfy had accepted.
    ambiguous: u64,
}

impl Duplicates {
    pub fn new(names: &Names) -> Self {
        Self {
            names: names.clone(),
            accepted: BTreeSet::new(),
            oldest_first: VecDeque::new(),
            duplicated: 0,
            ambiguous: 0,
        }
    }

    fn accepted(&mut self, at: SystemTime, body: &str) {
        self.forget(at);
        let mut hasher = DefaultHasher::new();
        body.hash(&mut hasher);
        let key = hasher.finish();
        if self.accepted.insert(key) {
            self.oldest_first.push_back((at, key));
        } else {
            self.duplicated += 1;
        }
    }

    fn forget(&mut self, now: SystemTime) {
        while let Some((first, key)) = self.oldest_first.front().copied()
            && now.duration_since(first).unwrap_or_default() > DUPLICATE_WINDOW
        {
            self.oldest_first.pop_front();
            self.accepted.remove(&key);
        }
    }
}

/// Whether the sender of `request` may have got no answer although there was one.
fn is_lost(request: &Request<'_>) -> bool {
    match request.end {
        RequestEnd::ResponseLost | RequestEnd::Reset { acted: true } => true,
        RequestEnd::Answered { .. } => request.took >= ANSWER_TOO_LATE,
        RequestEnd::RequestLost | RequestEnd::Reset { acted: false } => false,
    }
}

/// Lambda may answer with its own failure although the function had run.
fn is_lambdas_failure(request: &Request<'_>) -> bool {
    matches!(request.end, RequestEnd::Answered { status: 500.., .. })
}

impl Checker for Duplicates {
    fn name(&self) -> &'static str {
        "duplicates only where an answer was lost"
    }

    fn observe(&mut self, at: SystemTime, seen: &Seen<'_>) {
        match seen {
            Seen::Accepted { body } => self.accepted(at, body),
            Seen::Fact(Fact::Request(request)) if request.service == self.names.ntfy => {
                self.ambiguous += u64::from(is_lost(request));
            }
            Seen::Fact(Fact::Request(request)) if request.resource == self.names.notifier => {
                self.ambiguous += u64::from(is_lost(request) || is_lambdas_failure(request));
            }
            Seen::Fact(Fact::Invocation {
                function,
                event: InvocationEvent::Ended { outcome: Outcome::TimedOut | Outcome::Crashed, .. },
                ..
            }) if *function == self.names.notifier || *function == self.names.processor => self.ambiguous += 1,
            _ => {}
        }
    }

    fn judges_from_outside(&self) -> bool {
        true
    }

    fn finish(&mut self, _end: &End) -> Findings {
        let mut findings = Findings::default();
        if self.duplicated > self.ambiguous {
            let (duplicated, ambiguous) = (self.duplicated, self.ambiguous);
            findings
                .add(|| format!("{duplicated} notifications were sent twice, and only {ambiguous} answers were lost"));
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
