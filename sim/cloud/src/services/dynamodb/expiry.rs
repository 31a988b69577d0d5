//! When items expire, in order, so that removing them looks at no other item.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use dynoxide::{AttributeValue, Item};

use super::items::ItemId;

/// An expiry further back than this is taken for a mistake, and the item stays (five years).
const PAST_MAX_SECONDS: u64 = 5 * 365 * 24 * 60 * 60;

/// Items by the second at which they expire. An item whose expiry has moved stands in it twice; what is taken out is
/// compared with the item as it is.
#[derive(Default)]
pub(super) struct Expiry {
    by_second: BTreeMap<u64, Vec<ItemId>>,
}

impl Expiry {
    pub fn schedule(&mut self, second: u64, id: ItemId) {
        self.by_second.entry(second).or_default().push(id);
    }

    /// Takes out what expired `delay` or longer before `now`.
    pub fn take_due(&mut self, now: SystemTime, delay: Duration) -> Vec<ItemId> {
        let Some(limit) = now.checked_sub(delay).map(seconds) else { return Vec::new() };
        let mut due = Vec::new();
        while let Some(entry) = self.by_second.first_entry().filter(|entry| *entry.key() < limit) {
            due.append(&mut entry.remove());
        }
        due
    }
}

/// The second at which an item expires: a number in the table's TTL attribute.
pub(super) fn expires(item: &Item, attribute: &str) -> Option<u64> {
    match item.get(attribute)? {
        AttributeValue::N(number) => number.parse::<f64>().ok().filter(|at| *at >= 0.0).map(|at| at as u64),
        _ => None,
    }
}

/// Whether an expiry lies in the past, and not so far that DynamoDB ignores it.
pub(super) fn is_past(expires: u64, now: SystemTime) -> bool {
    let now = seconds(now);
    expires < now && now - expires <= PAST_MAX_SECONDS
}

fn seconds(at: SystemTime) -> u64 {
    at.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
