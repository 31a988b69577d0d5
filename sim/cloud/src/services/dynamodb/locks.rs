//! Items that a transaction holds. Whoever wants to write one meanwhile is refused, not made to wait.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::SystemTime;

use super::change::ItemKey;

/// When this many locks are kept, those that have ended are thrown away.
const KEPT_MAX: usize = 64;

#[derive(Default)]
pub(super) struct Locks {
    until: BTreeMap<(Arc<str>, ItemKey), SystemTime>,
}

impl Locks {
    pub fn hold(&mut self, item: (Arc<str>, ItemKey), now: SystemTime, until: SystemTime) {
        if self.until.len() >= KEPT_MAX {
            self.until.retain(|_, until| *until > now);
        }
        self.until.insert(item, until);
    }

    pub fn is_held(&self, item: &(Arc<str>, ItemKey), now: SystemTime) -> bool {
        self.until.get(item).is_some_and(|until| *until > now)
    }

    /// Whether nothing can be held, so that nobody needs to look.
    pub fn is_empty(&self) -> bool {
        self.until.is_empty()
    }
}
