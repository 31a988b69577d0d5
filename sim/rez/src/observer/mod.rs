//! Everything that looks on while a world runs: the checkers, the message account, latency, and the hash of the
//! history. It is one subscriber of the cloud, and the workload and ntfy tell it what the cloud cannot see.

mod aws_calls;
mod front_door;
mod tally;

use std::ops::Range;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use rez_cloud::history::{Fact, Request, Subscriber};
use rez_reports::AlarmChange;

pub use aws_calls::AwsCalls;
pub use front_door::FrontDoor;
pub use tally::Tally;

use crate::backend::Remains;
use crate::checkers::{
    self, Alarms, Checker, Findings, Grants, IamObeyed, MessageImage, Names, Seen, Settling, number,
};
use crate::history_hash::HistoryHash;
use crate::latency::Latency;
use crate::scenario::{Expectations, Objectives, OtherAlarms};
use crate::visitors::{Answered, Group};

/// Shared between the cloud, the workload, ntfy, and whoever judges in the end.
pub type SharedObserver = Arc<Mutex<Observer>>;

pub struct Observer {
    names: Names,
    pub checkers: Vec<Box<dyn Checker>>,
    pub tally: Tally,
    pub latency: Latency,
    /// `None` when the workload does not come through it.
    pub front_door: Option<FrontDoor>,
    hash: HistoryHash,
    /// How often each fault struck, in the scenario's order.
    pub faults_applied: Vec<u64>,
    /// Requests to AWS on the wire, the workload's among them, by service and operation.
    pub aws_calls: AwsCalls,
    /// Every change of an alarm's state.
    pub alarms: Vec<AlarmChange>,
    /// What the system asked for and the cloud does not model: with any of it, a run proves nothing.
    pub not_modelled: Findings,
    /// Messages whose creation was answered with success.
    pub promised: u64,
    /// Whether the cloud tells what happens in the data services.
    pub sees_inside: bool,
    /// What ntfy accepted before anybody could know of which message; empty where the cloud tells.
    accepted: Vec<(SystemTime, String)>,
}

/// What an observer has to know before the run.
pub struct Settings {
    pub names: Names,
    pub start: SystemTime,
    pub duration: Duration,
    pub objectives: Objectives,
    /// With the names of alarms that AWS knows them by.
    pub expectations: Expectations,
    pub grants: Grants,
    /// Windows of the faults.
    pub faults: Vec<Range<SystemTime>>,
    pub settle_within: Duration,
    /// Whether the workload comes through the front door.
    pub by_api: bool,
    /// Whether the cloud tells what happens in the data services. Otherwise somebody has to show what is
    /// [found](Observer::found) in the end.
    pub sees_inside: bool,
}

impl Observer {
    pub fn new(settings: Settings) -> Self {
        let faults_applied = vec![0; settings.faults.len()];
        let settling = Settling::new(&settings.names, settings.settle_within, settings.faults);
        let mut all = checkers::all(&settings.names, settling);
        all.push(Box::new(IamObeyed::new(&settings.grants, settings.by_api)));
        if settings.by_api {
            all.extend(checkers::of_front_door(&settings.names));
        }
        let Expectations { alarms, other_alarms, .. } = &settings.expectations;
        if !alarms.is_empty() || *other_alarms == OtherAlarms::None {
            all.push(Box::new(Alarms::new(settings.start, alarms, *other_alarms)));
        }
        Self {
            checkers: all,
            front_door: settings.by_api.then(|| FrontDoor::new(settings.start, settings.objectives)),
            tally: Tally::default(),
            latency: Latency::new(settings.start, settings.duration, settings.objectives.processing_latency_p95),
            hash: HistoryHash::default(),
            faults_applied,
            aws_calls: AwsCalls::default(),
            alarms: Vec::new(),
            not_modelled: Findings::default(),
            promised: 0,
            sees_inside: settings.sees_inside,
            accepted: Vec::new(),
            names: settings.names,
        }
    }

    /// Somebody can sign in.
    pub fn enrolled(&mut self, at: SystemTime, sub: &str, group: Group) {
        self.show(at, &Seen::Enrolled { sub, group });
    }

    /// The creation of a message was answered with success.
    pub fn promised(&mut self, at: SystemTime, message_id: &str) {
        self.promised += 1;
        self.show(at, &Seen::Promised { message_id });
    }

    /// A request to the API has ended.
    pub fn answered(&mut self, at: SystemTime, answered: &Answered<'_>) {
        if let Some(front_door) = &mut self.front_door {
            front_door.answered(at, answered);
        }
        self.show(at, &Seen::Answered(answered));
    }

    /// A message whose creation was answered with success could not be read as it was written.
    pub fn unreadable(&mut self, at: SystemTime, message_id: &str) {
        self.show(at, &Seen::Unreadable { message_id });
    }

    /// ntfy accepted a publish.
    pub fn accepted(&mut self, at: SystemTime, body: &str) {
        self.tally.accepted(at, body);
        if self.sees_inside {
            self.arrived(at, body);
        } else {
            self.accepted.push((at, body.to_owned()));
        }
    }

    /// What lies in data services that told nothing while the world ran: it takes the place of what they would have told.
    pub fn found(&mut self, at: SystemTime, remains: &Remains) {
        let Names { messages_table, counters_table, .. } = self.names.clone();
        for item in &remains.messages {
            let image = MessageImage(item);
            self.message(image.created().unwrap_or(at), None, image);
            self.show(at, &Seen::Found { table: &messages_table, item });
        }
        for item in &remains.counters {
            self.tally.redriven += number(item, "redriven").unwrap_or_default();
            self.show(at, &Seen::Found { table: &counters_table, item });
        }
        self.tally.dead_lettered = remains.dead_letters;
        for (at, body) in std::mem::take(&mut self.accepted) {
            self.arrived(at, &body);
        }
    }

    /// SHA-256 of every fact so far; `None` when some were never told.
    pub fn history_sha256(&self) -> Option<String> {
        self.sees_inside.then(|| self.hash.finish())
    }

    fn arrived(&mut self, at: SystemTime, body: &str) {
        self.latency.accepted(at, body);
        self.show(at, &Seen::Accepted { body });
    }

    fn show(&mut self, at: SystemTime, seen: &Seen<'_>) {
        for checker in &mut self.checkers {
            checker.observe(at, seen);
        }
    }

    fn message(&mut self, at: SystemTime, before: Option<MessageImage<'_>>, after: MessageImage<'_>) {
        let (from, to) = (before.map(MessageImage::status), after.status());
        if from == Some(to) {
            return;
        }
        self.tally.moved(from, to);
        match (from, to) {
            (None, _) => self.latency.created(at, after.body()),
            (Some("failed"), _) => self.latency.redriven(after.body()),
            (_, "cancelled") => self.latency.cancelled(after.body()),
            (_, "failed") => self.latency.failed(after.body()),
            _ => {}
        }
    }

    fn is_aws_call(&self, request: &Request<'_>) -> bool {
        request.service != self.names.ntfy
    }
}

impl Subscriber for Observer {
    fn observe(&mut self, at: SystemTime, fact: &Fact<'_>) {
        self.hash.observe(at, fact);
        match fact {
            Fact::Item { table, before, after: Some(after), .. } if *table == self.names.messages_table => {
                self.message(at, before.map(MessageImage), MessageImage(after));
            }
            Fact::Queue { queue, event, .. } => {
                self.tally.queue_event(*queue == self.names.dead_letter_queue, event);
            }
            Fact::Request(request) if self.is_aws_call(request) => {
                self.aws_calls.count(request);
            }
            Fact::ApiRequest(request) => {
                self.front_door.iter_mut().for_each(|front_door| front_door.left(at, request));
            }
            Fact::Fault { rule, .. } => self.faults_applied[*rule] += 1,
            Fact::Alarm { name, to, .. } => self.alarms.push(AlarmChange {
                name: (*name).to_owned(),
                at: humantime::format_rfc3339_seconds(at).to_string(),
                to: to.to_string(),
            }),
            Fact::NotModelled { what, by } => self.not_modelled.add(|| format!("{what}, by {by:?}")),
            _ => {}
        }
        self.show(at, &Seen::Fact(fact));
    }
}
