//! Items that a transaction holds. Whoever wants to write one meanwhile is refused, not made to wait.

use std::collections::BTreeMap;
use std::time::SystemTime;

use super::items::ItemId;

/// When this many locks are kept, those that have ended are thrown away.
const KEPT_MAX: usize = 64;

#[derive(Default)]
pub(super) struct Locks {
    until: BTreeMap<ItemId, SystemTime>,
}

impl Locks {
    pub fn hold(&mut self, item: ItemId, now: SystemTime, until: SystemTime) {
        if self.until.len() >= KEPT_MAX {
            self.until.retain(|_, until| *until > now);
        }
        self.until.insert(item, until);
    }

    pub fn is_held(&self, item: &ItemId, now: SystemTime) -> bool {
        self.until.get(item).is_some_and(|until| *until > now)
    }

    /// Whether nothing can be held, so that nobody needs to look.
    pub fn is_empty(&self) -> bool {
        self.until.is_empty()
    }
}
