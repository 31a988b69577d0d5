//! When items expire, in order, so that removing them looks at no other item.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use dynoxide::{AttributeValue, Item};

use super::change::ItemKey;
use super::items::ItemId;

/// An expiry further back than this is taken for a mistake, and the item stays (five years).
const PAST_MAX_SECONDS: u64 = 5 * 365 * 24 * 60 * 60;

/// Most bytes of keys that lie in one piece.
const PIECE_MAX: usize = 1_024;

/// Items by the second at which they expire. An item whose expiry has moved stands in it twice; what is taken out is
/// compared with the item as it is.
///
/// Every item of a table may stand here for months, so the keys are not kept one by one: half of each would be the
/// allocator's.
#[derive(Default)]
pub(super) struct Expiry {
    by_second: BTreeMap<u64, Vec<Piece>>,
}

/// Keys of one table's items, as lines.
struct Piece {
    table: Arc<str>,
    keys: String,
}

impl Expiry {
    pub fn schedule(&mut self, second: u64, (table, key): &ItemId) {
        let pieces = self.by_second.entry(second).or_default();
        let bytes = key.text().len() + 1;
        if !pieces.last().is_some_and(|last| last.table == *table && last.has_room_for(bytes)) {
            let last = pieces.last().map_or(0, |last| last.keys.capacity());
            let keys = String::with_capacity(bytes.max(PIECE_MAX.min(2 * last)));
            pieces.push(Piece { table: table.clone(), keys });
        }
        let last = pieces.last_mut().expect("there is one now");
        last.keys.extend([key.text(), "\n"]);
    }

    /// Takes out what expired `delay` or longer before `now`.
    pub fn take_due(&mut self, now: SystemTime, delay: Duration) -> Vec<ItemId> {
        let Some(limit) = now.checked_sub(delay).map(seconds) else { return Vec::new() };
        let mut due = Vec::new();
        while let Some(entry) = self.by_second.first_entry().filter(|entry| *entry.key() < limit) {
            due.extend(entry.remove().iter().flat_map(Piece::items));
        }
        due
    }
}

impl Piece {
    fn has_room_for(&self, bytes: usize) -> bool {
        self.keys.capacity() - self.keys.len() >= bytes
    }

    fn items(&self) -> impl Iterator<Item = ItemId> {
        self.keys.lines().map(|key| (self.table.clone(), ItemKey::from_text(key)))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_come_out_once_due_as_they_went_in() {
        let id = |table: &str, key: &str| {
            let key = Item::from([("id".to_owned(), AttributeValue::S(key.to_owned()))]);
            (Arc::from(table), ItemKey::of(&key))
        };
        let long = "long ".repeat(PIECE_MAX);
        let mut items: Vec<ItemId> = (0..100).map(|number| id("orders", &format!("order\n{number}"))).collect();
        items.extend([id("returns", "a"), id("orders", &long), id("returns", "a"), id("returns", "b")]);
        let mut expiry = Expiry::default();
        expiry.schedule(8, &id("orders", "later"));
        items.iter().for_each(|id| expiry.schedule(7, id));

        let at = |seconds: u64| UNIX_EPOCH + Duration::from_secs(seconds);
        let hour = Duration::from_secs(3_600);
        assert_eq!(expiry.take_due(at(3_607), hour), []);
        assert_eq!(expiry.take_due(at(3_608), hour), items);
        assert_eq!(expiry.take_due(at(3_609), hour), [id("orders", "later")]);
        assert_eq!(expiry.take_due(at(9_999), hour), []);
    }
}
