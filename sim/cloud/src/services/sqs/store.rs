//! Where the messages of one queue are: ready, delayed, or in flight. Time is an argument, so this is a plain state
//! machine; no operation looks at more messages than it touches.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rand::RngExt;

use super::message::Message;
use crate::profile::Order;
use crate::world::Stream;

/// Number of a message in its queue.
pub(super) type Number = u64;

/// A message that is ready stands in line by this; the number makes it unique.
type InLine = (SystemTime, u64, Number);

#[derive(Default)]
pub(super) struct Store {
    last_number: Number,
    messages: BTreeMap<Number, Stored>,
    ready: BTreeSet<InLine>,
    delayed: BTreeSet<(SystemTime, Number)>,
    in_flight: BTreeSet<(SystemTime, Number)>,
    by_age: BTreeSet<(SystemTime, Number)>,
    /// Copies on servers that missed a receive or a delete, by the time at which they come out.
    strays: BTreeMap<(SystemTime, Number), Stored>,
}

/// A message with what changes about it.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    pub message: Arc<Message>,
    /// When it came to this queue: when it was sent, or was moved to it.
    arrived: SystemTime,
    pub receive_count: u32,
    pub first_received: Option<SystemTime>,
    pub last_received: Option<SystemTime>,
    /// Became ready again although nobody returned it.
    pub stray: bool,
    place: Place,
}

#[derive(Clone, Copy, Debug)]
enum Place {
    Ready(InLine),
    Delayed(SystemTime),
    InFlight(SystemTime),
}

/// How messages come to stand in line.
pub(super) struct Lining<'a> {
    pub order: Order,
    pub stream: &'a mut Stream,
}

/// What a receive asks for.
pub(super) struct Take {
    pub now: SystemTime,
    pub max: usize,
    pub visibility: Duration,
    /// The redrive policy's `maxReceiveCount`.
    pub receives_max: Option<u32>,
    /// Probability of not seeing a message that is ready.
    pub miss: f64,
}

/// What a receive found: deliveries, and messages whose receives are used up.
#[derive(Default)]
pub(super) struct Taken {
    pub delivered: Vec<Number>,
    pub exhausted: Vec<Stored>,
}

impl Stored {
    pub fn new(message: Arc<Message>, receive_count: u32) -> Self {
        let place = Place::InFlight(UNIX_EPOCH);
        let arrived = UNIX_EPOCH;
        Self { message, arrived, receive_count, first_received: None, last_received: None, stray: false, place }
    }
}

impl Store {
    /// Adds a message that becomes visible at `visible`.
    pub fn add(&mut self, now: SystemTime, visible: SystemTime, mut stored: Stored, lining: &mut Lining<'_>) {
        self.last_number += 1;
        let number = self.last_number;
        stored.arrived = now;
        self.by_age.insert((stored.message.sent, number));
        stored.place = if visible <= now {
            Place::Ready(self.line_up(number, visible, lining))
        } else {
            self.delayed.insert((visible, number));
            Place::Delayed(visible)
        };
        self.messages.insert(number, stored);
    }

    /// Makes ready whatever is due at `now`: the end of a visibility timeout is inclusive.
    pub fn advance(&mut self, now: SystemTime, lining: &mut Lining<'_>) {
        while let Some(&(at, number)) = self.delayed.first().filter(|(at, _)| *at <= now) {
            self.delayed.remove(&(at, number));
            self.make_ready(number, at, lining);
        }
        while let Some(&(at, number)) = self.in_flight.first().filter(|(at, _)| *at <= now) {
            self.in_flight.remove(&(at, number));
            self.make_ready(number, at, lining);
        }
        while let Some(entry) = self.strays.first_entry().filter(|entry| entry.key().0 <= now) {
            let ((at, number), stored) = entry.remove_entry();
            self.bring_back(number, at, stored, lining);
        }
    }

    /// Removes what was sent at or before `sent`.
    pub fn expire(&mut self, sent: SystemTime) -> Vec<Stored> {
        let mut expired = Vec::new();
        while let Some(&(_, number)) = self.by_age.first().filter(|(at, _)| *at <= sent) {
            expired.extend(self.remove(number));
            self.forget_strays(number);
        }
        expired
    }

    /// Takes up to `max` ready messages and puts them in flight. One whose receives are used up is taken out instead,
    /// and the batch is filled from those behind it.
    pub fn take(&mut self, take: &Take, stream: &mut Stream) -> Taken {
        let mut taken = Taken::default();
        let mut missed = Vec::new();
        while taken.delivered.len() < take.max && missed.len() < take.max {
            let Some(in_line) = self.ready.pop_first() else { break };
            if take.miss > 0.0 && stream.random_bool(take.miss) {
                missed.push(in_line);
            } else {
                self.take_one(in_line.2, take, &mut taken);
            }
        }
        self.ready.extend(missed);
        taken
    }

    fn take_one(&mut self, number: Number, take: &Take, taken: &mut Taken) {
        let stored = self.messages.get_mut(&number).expect("what stands in line is stored");
        if take.receives_max.is_some_and(|max| stored.receive_count >= max) {
            taken.exhausted.extend(self.remove(number));
            self.forget_strays(number);
            return;
        }
        stored.receive_count += 1;
        stored.first_received.get_or_insert(take.now);
        stored.last_received = Some(take.now);
        stored.place = Place::InFlight(take.now + take.visibility);
        self.in_flight.insert((take.now + take.visibility, number));
        taken.delivered.push(number);
    }

    /// Hides a message until `until`, whatever held it before. `false` when there is no such message.
    pub fn hide(&mut self, number: Number, until: SystemTime) -> bool {
        let Some(place) = self.messages.get(&number).map(|stored| stored.place) else { return false };
        self.leave(number, place);
        self.in_flight.insert((until, number));
        self.messages.get_mut(&number).expect("looked up above").place = Place::InFlight(until);
        true
    }

    /// Takes a message out, if it is there.
    pub fn remove(&mut self, number: Number) -> Option<Stored> {
        let stored = self.messages.remove(&number)?;
        self.leave(number, stored.place);
        self.by_age.remove(&(stored.message.sent, number));
        Some(stored)
    }

    /// Lets a copy of a message come out at `at`, even if it is deleted before then.
    pub fn stray(&mut self, number: Number, at: SystemTime) {
        if let Some(stored) = self.messages.get(&number) {
            self.strays.insert((at, number), stored.clone());
        }
    }

    /// Takes everything out.
    pub fn clear(&mut self) -> Vec<Stored> {
        let last_number = self.last_number;
        let cleared = std::mem::replace(self, Self { last_number, ..Self::default() });
        cleared.messages.into_values().collect()
    }

    pub fn get(&self, number: Number) -> Option<&Stored> {
        self.messages.get(&number)
    }

    /// The ready message that is first in line.
    pub fn first_ready(&self) -> Option<(Number, Arc<Message>)> {
        let number = self.ready.first()?.2;
        Some((number, Arc::clone(&self.messages[&number].message)))
    }

    /// When the next message becomes ready by itself.
    pub fn next_change(&self) -> Option<SystemTime> {
        let delayed = self.delayed.first().map(|&(at, _)| at);
        let in_flight = self.in_flight.first().map(|&(at, _)| at);
        let stray = self.strays.first_key_value().map(|(&(at, _), _)| at);
        [delayed, in_flight, stray].into_iter().flatten().min()
    }

    pub fn ready_count(&self) -> usize {
        self.ready.len()
    }

    pub fn delayed_count(&self) -> usize {
        self.delayed.len()
    }

    pub fn in_flight_count(&self) -> usize {
        self.in_flight.len()
    }

    /// When the message came that is here for longest: they are numbered as they come.
    pub fn first_arrival(&self) -> Option<SystemTime> {
        self.messages.first_key_value().map(|(_, stored)| stored.arrived)
    }

    fn make_ready(&mut self, number: Number, since: SystemTime, lining: &mut Lining<'_>) {
        let in_line = self.line_up(number, since, lining);
        self.messages.get_mut(&number).expect("what waits is stored").place = Place::Ready(in_line);
    }

    fn line_up(&mut self, number: Number, since: SystemTime, lining: &mut Lining<'_>) -> InLine {
        let in_line = match lining.order {
            Order::ByTime => (since, 0, number),
            Order::Jittered(max) => (since + max.mul_f64(lining.stream.random()), 0, number),
            Order::Random => (UNIX_EPOCH, lining.stream.random(), number),
        };
        self.ready.insert(in_line);
        in_line
    }

    /// A stray copy comes out: a message in flight is ready early, a deleted one is back.
    fn bring_back(&mut self, number: Number, at: SystemTime, stored: Stored, lining: &mut Lining<'_>) {
        let place = match self.messages.get(&number) {
            Some(Stored { place: Place::InFlight(until), .. }) => Place::InFlight(*until),
            Some(_) => return,
            None => {
                self.by_age.insert((stored.message.sent, number));
                self.messages.insert(number, stored);
                Place::InFlight(at)
            }
        };
        self.leave(number, place);
        self.messages.get_mut(&number).expect("there or put back above").stray = true;
        self.make_ready(number, at, lining);
    }

    fn leave(&mut self, number: Number, place: Place) {
        match place {
            Place::Ready(in_line) => self.ready.remove(&in_line),
            Place::Delayed(until) => self.delayed.remove(&(until, number)),
            Place::InFlight(until) => self.in_flight.remove(&(until, number)),
        };
    }

    fn forget_strays(&mut self, number: Number) {
        self.strays.retain(|&(_, other), _| other != number);
    }

    /// Whether the last delivery of a message was one too many; asking forgets it.
    pub fn take_stray_mark(&mut self, number: Number) -> bool {
        self.messages.get_mut(&number).is_some_and(|stored| std::mem::take(&mut stored.stray))
    }
}
