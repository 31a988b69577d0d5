//! Items in DynamoDB JSON, and what a write changed about one.

use dynoxide::types::normalize_dynamo_number;
use dynoxide::{AttributeValue, Item};
use serde::Serialize;
use serde_json::Value;

use super::image::SharedImage;
use super::items::ItemId;

/// One item's change, as the history tells it.
#[derive(Debug)]
pub(super) struct Change {
    pub id: ItemId,
    pub before: Option<SharedImage>,
    pub after: Option<SharedImage>,
    pub by_expiry: bool,
}

/// A primary key as text: canonical DynamoDB JSON, so that equal keys are equal texts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ItemKey(Box<str>);

impl ItemKey {
    pub fn of(key: &Item) -> Self {
        let mut key = key.clone();
        for value in key.values_mut() {
            if let AttributeValue::N(number) = value {
                *number = normalize_dynamo_number(number);
            }
        }
        Self(json(&key).to_string().into())
    }

    /// Before every key.
    pub fn first() -> Self {
        Self(Box::default())
    }

    /// A key that was text already.
    pub fn from_text(text: &str) -> Self {
        Self(text.into())
    }

    /// On one line.
    pub fn text(&self) -> &str {
        &self.0
    }

    pub fn to_json(&self) -> Value {
        serde_json::from_str(&self.0).expect("a key reads back")
    }

    pub fn to_item(&self) -> Item {
        serde_json::from_str(&self.0).expect("a key reads back")
    }
}

/// Anything that the engine answers, with its members in order: its own maps have none.
pub(super) fn json(value: &impl Serialize) -> Value {
    serde_json::to_value(value).expect("what the engine answers is JSON")
}

/// The same as text, without an order among the members of an item: whoever reads it puts them into a map.
pub(super) fn text(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("what the engine answers is JSON")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_one_key_however_it_is_written() {
        let key = |number: &str| ItemKey::of(&Item::from([("n".to_owned(), AttributeValue::N(number.to_owned()))]));
        assert_eq!(key("1.0"), key("01"));
        assert_ne!(key("1"), key("10"));
        assert_eq!(ItemKey::of(&key("1e1").to_item()), key("10"));
    }
}
