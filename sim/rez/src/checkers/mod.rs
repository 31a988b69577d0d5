//! The invariants of the system, one file each, as observers of everything that happens in a world.
//!
//! A checker remembers only what it needs, and forgets a settled message after [`DUPLICATE_WINDOW`], so that memory does
//! not grow with simulated time.

mod account;
mod alarms;
mod breaker;
mod contract;
mod dead_letters;
mod delivery;
mod duplicates;
mod groups;
mod hostile;
mod iam;
mod image;
mod permissions;
mod secrets;
mod settling;
#[cfg(test)]
mod testing;
mod transitions;

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use rez_cloud::history::Fact;
use serde_json::Value;

use crate::visitors::{Answered, Group};

pub use account::Account;
pub use alarms::Alarms;
pub use breaker::Breaker;
pub use contract::{ContractKept, ReadableAtOnce};
pub use dead_letters::DeadLetters;
pub use delivery::Delivery;
pub use duplicates::Duplicates;
pub use groups::Groups;
pub use hostile::{HostileRefused, NeverShaken};
pub use iam::{Grants, IamObeyed};
pub use image::{Gate, MessageImage, number};
pub use permissions::Permissions;
pub use secrets::Secrets;
pub use settling::Settling;
pub use transitions::Transitions;

/// How long after a message was settled a second delivery of it is still looked for: longer than any lease, visibility
/// timeout or retry of the system.
pub const DUPLICATE_WINDOW: Duration = Duration::from_secs(3_600);

/// Violations described in words; the rest are only counted.
const EXAMPLES_MAX: usize = 5;

/// Names of what the checkers look at, as the template has them.
#[derive(Clone, Debug)]
pub struct Names {
    pub messages_table: String,
    pub counters_table: String,
    pub config_table: String,
    pub queue: String,
    pub dead_letter_queue: String,
    /// Names of functions.
    pub processor: String,
    pub notifier: String,
    pub front_door: BTreeSet<String>,
    /// Host name of the ntfy server.
    pub ntfy: String,
    /// What no log line may tell.
    pub secrets: BTreeSet<String>,
}

/// Something that a checker may learn.
#[derive(Clone, Debug)]
pub enum Seen<'a> {
    /// A fact of the cloud.
    Fact(&'a Fact<'a>),
    /// A person who signs in: `sub`, which is the `created_by` of what they write.
    Enrolled { sub: &'a str, group: Group },
    /// The creation of a message was answered with success: from here on it must not be lost.
    Promised { message_id: &'a str },
    /// A request to the API has ended.
    Answered(&'a Answered<'a>),
    /// It was answered with success, and then it could not be read as it was written.
    Unreadable { message_id: &'a str },
    /// ntfy accepted a publish of this body.
    Accepted { body: &'a str },
    /// An item as it lay in a table in the end, where nobody told how it had come to be so.
    Found { table: &'a str, item: &'a Value },
}

/// An item of a table, before and after it was written.
#[derive(Clone, Copy, Debug)]
pub struct Written<'a> {
    pub before: Option<&'a Value>,
    pub after: &'a Value,
}

impl<'a> Seen<'a> {
    /// What was written to this table: at this moment, or before it was found.
    pub fn written(&self, to: &str) -> Option<Written<'a>> {
        match self {
            Self::Fact(Fact::Item { table, before, after: Some(after), .. }) if *table == to => {
                Some(Written { before: *before, after })
            }
            Self::Found { table, item } if *table == to => Some(Written { before: None, after: item }),
            _ => None,
        }
    }
}

/// When the phases of a run ended.
#[derive(Clone, Copy, Debug)]
pub struct End {
    /// When the workload stopped and the last fault had healed.
    pub healed: SystemTime,
    pub ended: SystemTime,
}

/// What a checker found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    pub violations: u64,
    /// The first few, in words.
    pub examples: Vec<String>,
}

impl Findings {
    pub fn add(&mut self, violation: impl FnOnce() -> String) {
        self.violations += 1;
        if self.examples.len() < EXAMPLES_MAX {
            self.examples.push(violation());
        }
    }

    pub fn held(&self) -> bool {
        self.violations == 0
    }
}

/// One invariant.
pub trait Checker: Send {
    /// A short sentence: what must be true.
    fn name(&self) -> &'static str;

    fn observe(&mut self, at: SystemTime, seen: &Seen<'_>);

    /// Whether it can judge a run whose data services tell nothing of changed items, of what befalls messages in queues,
    /// and of publications. What is [found](Seen::Found) in the end is shown to it then.
    fn judges_from_outside(&self) -> bool {
        false
    }

    /// Called once, after the last fact.
    fn finish(&mut self, end: &End) -> Findings;
}

/// The checkers of the front door, for a workload that comes through it.
pub fn of_front_door(names: &Names) -> Vec<Box<dyn Checker>> {
    vec![
        Box::new(Groups::new(names)),
        Box::new(ContractKept::default()),
        Box::new(ReadableAtOnce::default()),
        Box::new(HostileRefused::default()),
        Box::new(NeverShaken::new(names)),
    ]
}

/// Every checker of the message's way; `settling` knows the run's faults.
pub fn all(names: &Names, settling: Settling) -> Vec<Box<dyn Checker>> {
    vec![
        Box::new(Delivery::new(names)),
        Box::new(Transitions::new(names)),
        Box::new(Account::new(names)),
        Box::new(Duplicates::new(names)),
        Box::new(Breaker::new(names)),
        Box::new(DeadLetters::new(names)),
        Box::new(settling),
        Box::new(Permissions::default()),
        Box::new(Secrets::new(names)),
    ]
}
