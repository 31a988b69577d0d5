//! The sequence ids that were published lately: publishing again to one updates its notification in place.

use std::collections::{BTreeSet, VecDeque};

/// How many are remembered. A retry comes within minutes; this is days of our traffic.
const REMEMBERED_MAX: usize = 10_000;

#[derive(Default)]
pub struct Sequences {
    known: BTreeSet<String>,
    oldest_first: VecDeque<String>,
}

impl Sequences {
    /// Remembers a sequence id, and says whether it was known already.
    pub fn seen(&mut self, sequence: &str) -> bool {
        if self.known.contains(sequence) {
            return true;
        }
        self.known.insert(sequence.to_owned());
        self.oldest_first.push_back(sequence.to_owned());
        if self.oldest_first.len() > REMEMBERED_MAX
            && let Some(oldest) = self.oldest_first.pop_front()
        {
            self.known.remove(&oldest);
        }
        false
    }
}
