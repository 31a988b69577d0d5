//! The message account, counted from the outside: where every message is, and what ntfy accepted twice.

use std::collections::{BTreeSet, VecDeque};
use std::time::SystemTime;

use rez_cloud::history::{Cause, QueueEvent};

use crate::checkers::DUPLICATE_WINDOW;

#[derive(Debug, Default)]
pub struct Tally {
    pub created: u64,
    pub completed: u64,
    pub failed: u64,
    pub cancelled: u64,
    pub in_flight: u64,
    pub dead_lettered: u64,
    pub duplicated: u64,
    pub redriven: u64,
    accepted: BTreeSet<String>,
    oldest_first: VecDeque<(SystemTime, String)>,
}

impl Tally {
    /// A message came into a state, from none when it is new.
    pub fn moved(&mut self, from: Option<&str>, to: &str) {
        match from {
            None => self.created += 1,
            Some(from) => *self.state(from) -= 1,
        }
        // The only way out of it.
        self.redriven += u64::from(from == Some("failed"));
        *self.state(to) += 1;
    }

    fn state(&mut self, status: &str) -> &mut u64 {
        match status {
            "completed" => &mut self.completed,
            "failed" => &mut self.failed,
            "cancelled" => &mut self.cancelled,
            _ => &mut self.in_flight,
        }
    }

    /// A record reaches the dead-letter queue in two ways: a function puts a copy there, or its receives are used up.
    pub fn queue_event(&mut self, is_dead_letter_queue: bool, event: &QueueEvent<'_>) {
        match event {
            QueueEvent::Sent { by: Cause::Function { .. }, .. } if is_dead_letter_queue => self.dead_lettered += 1,
            QueueEvent::Moved { .. } if !is_dead_letter_queue => self.dead_lettered += 1,
            _ => {}
        }
    }

    /// Counts what ntfy accepts again within the duplicate window, though newer servers may show it once; the same words
    /// a day later are another message.
    pub fn accepted(&mut self, at: SystemTime, body: &str) {
        while let Some((first, _)) = self.oldest_first.front()
            && at.duration_since(*first).unwrap_or_default() > DUPLICATE_WINDOW
        {
            if let Some((_, body)) = self.oldest_first.pop_front() {
                self.accepted.remove(&body);
            }
        }
        if self.accepted.insert(body.to_owned()) {
            self.oldest_first.push_back((at, body.to_owned()));
        } else {
            self.duplicated += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    #[test]
    fn a_message_is_in_one_place_at_a_time() {
        let mut tally = Tally::default();
        let life = [None, Some("created"), Some("processing"), Some("failed"), Some("created"), Some("cancelled")];
        for step in life.windows(2) {
            tally.moved(step[0], step[1].unwrap());
            let places = tally.completed + tally.failed + tally.cancelled + tally.in_flight;
            assert_eq!((tally.created, places), (1, 1), "{step:?}");
        }
        assert_eq!((tally.cancelled, tally.redriven), (1, 1));
    }

    #[test]
    fn what_is_accepted_again_soon_is_a_duplicate() {
        let mut tally = Tally::default();
        let mut accept = |seconds, body| {
            tally.accepted(UNIX_EPOCH + Duration::from_secs(seconds), body);
            tally.duplicated
        };
        assert_eq!(accept(0, "a"), 0);
        assert_eq!(accept(1, "b"), 0);
        assert_eq!(accept(3, "a"), 1);
        assert_eq!(accept(90_000, "a"), 1, "a day later");
        assert_eq!((tally.accepted.len(), tally.oldest_first.len()), (1, 1));
    }

    #[test]
    fn a_record_is_dead_lettered_once() {
        let mut tally = Tally::default();
        let function = Cause::Function { name: "f", environment: 1, request_id: "r" };
        let sent = |body, by| QueueEvent::Sent { body, batch_bytes_before: 0, by };
        tally.queue_event(false, &QueueEvent::Moved { to: "dlq", receive_count: 3 });
        tally.queue_event(true, &sent("moved", Cause::Cloud));
        tally.queue_event(true, &sent("copy", function));
        tally.queue_event(false, &sent("ordinary", function));
        assert_eq!(tally.dead_lettered, 2);
    }
}
