//! Duplicates are bounded and counted: a second notification can only come from an answer that was lost on its way from
//! ntfy, through notification-service, to message-processor, which settles the message; or from one of the two that died
//! while it waited; or from a message that could not be settled. Each must have such a reason at the moment at which ntfy
//! accepted it before.

mod excuses;

use std::collections::{BTreeMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::{Duration, SystemTime};

use rez_cloud::history::{Cause, Fact, InvocationEvent, Outcome, Request, RequestEnd};

use self::excuses::Excuses;
use super::{Checker, DUPLICATE_WINDOW, End, Findings, Names, Seen};

/// An answer that took longer than this may have come after its caller had given up: the HTTP timeout is 10 s.
const ANSWER_TOO_LATE: Duration = Duration::from_millis(9_900);
/// A message is settled at the latest this long after it was accepted: the 50 s of message-processor's timeout.
const SETTLED_WITHIN: Duration = Duration::from_secs(50);
/// Records of a batch, each of them under way when its invocation dies.
const BATCH: u32 = 10;

pub struct Duplicates {
    names: Names,
    /// What ntfy accepted in the last hour, the oldest first, and how many acceptances were forgotten before.
    acceptances: VecDeque<Acceptance>,
    forgotten: usize,
    /// Of each body the number of its last acceptance.
    last: BTreeMap<u64, usize>,
    excuses: Excuses,
    findings: Findings,
}

#[derive(Debug)]
struct Acceptance {
    at: SystemTime,
    body: u64,
    /// When ntfy accepted the same again.
    again: Option<SystemTime>,
}

impl Duplicates {
    pub fn new(names: &Names) -> Self {
        Self {
            names: names.clone(),
            acceptances: VecDeque::new(),
            forgotten: 0,
            last: BTreeMap::new(),
            excuses: Excuses::default(),
            findings: Findings::default(),
        }
    }

    fn accepted(&mut self, at: SystemTime, body: &str) {
        self.judge_before(at.checked_sub(DUPLICATE_WINDOW).unwrap_or(SystemTime::UNIX_EPOCH));
        let mut hasher = DefaultHasher::new();
        body.hash(&mut hasher);
        let body = hasher.finish();
        let number = self.forgotten + self.acceptances.len();
        if let Some(before) = self.last.insert(body, number) {
            self.acceptances[before - self.forgotten].again = Some(at);
        }
        self.acceptances.push_back(Acceptance { at, body, again: None });
    }

    /// What came before `end` cannot be followed by a duplicate any more, and its reasons are all known.
    fn judge_before(&mut self, end: SystemTime) {
        while let Some(oldest) = self.acceptances.pop_front_if(|oldest| oldest.at < end) {
            self.judge(&oldest);
            if self.last.get(&oldest.body) == Some(&self.forgotten) {
                self.last.remove(&oldest.body);
            }
            self.forgotten += 1;
        }
        self.excuses.forget(end);
    }

    fn judge(&mut self, acceptance: &Acceptance) {
        if let Some(again) = acceptance.again
            && !self.excuses.take(acceptance.at)
        {
            let after = again.duration_since(acceptance.at).unwrap_or_default().as_secs();
            let at = humantime::format_rfc3339_seconds(acceptance.at);
            self.findings.add(|| {
                format!("what ntfy had accepted at {at} was sent again {after} s later, and no answer was lost")
            });
        }
    }

    fn asked(&mut self, request: &Request<'_>) {
        let is_processors = matches!(request.cause, Cause::Function { name, .. } if name == self.names.processor);
        let is_to_ntfy = request.service == self.names.ntfy;
        let is_to_notifier = request.resource == self.names.notifier;
        if (is_to_ntfy || is_to_notifier) && is_lost(request) || is_to_notifier && is_lambdas_failure(request) {
            self.excuses.add(request.sent, request.took, 1);
        } else if is_processors && request.service == "dynamodb" && has_not_written(request) {
            self.excuses.add(request.sent - SETTLED_WITHIN, SETTLED_WITHIN + request.took, 1);
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

/// For a reason that is DynamoDB's and not the item's.
fn has_not_written(request: &Request<'_>) -> bool {
    let items_reason = ["ConditionalCheckFailedException", "TransactionCanceledException"];
    match request.end {
        RequestEnd::Answered { status, code } => status >= 400 && !items_reason.contains(&code),
        _ => true,
    }
}

impl Checker for Duplicates {
    fn name(&self) -> &'static str {
        "duplicates only where an answer was lost"
    }

    fn observe(&mut self, at: SystemTime, seen: &Seen<'_>) {
        match seen {
            Seen::Accepted { body } => self.accepted(at, body),
            Seen::Fact(Fact::Request(request)) => self.asked(request),
            Seen::Fact(Fact::Invocation {
                function,
                event: InvocationEvent::Ended { outcome: Outcome::TimedOut | Outcome::Crashed, took, .. },
                ..
            }) => {
                let acceptances = match *function {
                    name if name == self.names.notifier => 1,
                    name if name == self.names.processor => BATCH,
                    _ => return,
                };
                self.excuses.add(at - *took, *took, acceptances);
            }
            _ => {}
        }
    }

    fn judges_from_outside(&self) -> bool {
        true
    }

    fn finish(&mut self, end: &End) -> Findings {
        self.judge_before(end.ended + DUPLICATE_WINDOW);
        std::mem::take(&mut self.findings)
    }
}

#[cfg(test)]
mod tests;
