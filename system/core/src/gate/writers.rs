//! Who changed the gate lately. A change whose answer was lost is found here by the one who asks again, though others have
//! written since; without that it would be made, and counted, twice.

use std::collections::VecDeque;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::store::Item;

/// Changes that are remembered: few enough that the item stays below 1 KB, which is one write unit. Between a lost answer
/// and the next try of the SDK lie about 2 s, in which the fleet makes fewer, but for a burst.
pub(super) const WRITERS_MAX: usize = 8;

/// The item's attribute: a list of tokens, the newest last.
pub(super) const ATTRIBUTE: &str = "writers";
/// Where the token of the last change stood alone. It is read, and taken away by the next change.
pub(super) const ATTRIBUTE_OF_ONE: &str = "writer";

/// Tokens of the latest changes, the newest last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Writers(VecDeque<String>);

impl Writers {
    /// Those that an item names. What is no token is nobody's.
    pub(super) fn from_item(item: &Item) -> Self {
        let listed = item.get(ATTRIBUTE).and_then(|value| value.as_l().ok()).into_iter().flatten();
        // Somebody may write it still while a new version is being deployed, so it is the newest.
        let tokens = listed.chain(item.get(ATTRIBUTE_OF_ONE)).filter_map(|value| value.as_s().ok());
        tokens.fold(Self::default(), |writers, token| writers.and(token))
    }

    /// These and one more. The oldest makes room.
    pub(super) fn and(&self, token: &str) -> Self {
        let spare = (self.0.len() + 1).saturating_sub(WRITERS_MAX);
        Self(self.0.iter().skip(spare).cloned().chain([token.to_owned()]).collect())
    }

    pub(super) fn include(&self, token: &str) -> bool {
        self.0.iter().any(|writer| writer == token)
    }

    pub(super) fn to_attribute(&self) -> AttributeValue {
        AttributeValue::L(self.0.iter().cloned().map(AttributeValue::S).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(tokens: &[&str]) -> Writers {
        tokens.iter().fold(Writers::default(), |writers, token| writers.and(token))
    }

    fn text(token: &str) -> AttributeValue {
        AttributeValue::S(token.to_owned())
    }

    #[test]
    fn an_item_keeps_the_latest_eight() {
        let tokens: Vec<_> = (0..20).map(|number| number.to_string()).collect();
        let writers = tokens.iter().fold(Writers::default(), |writers, token| writers.and(token));
        assert!(!writers.include("11") && tokens[12..].iter().all(|token| writers.include(token)));
        let item = Item::from([(ATTRIBUTE.to_owned(), writers.to_attribute())]);
        assert_eq!(Writers::from_item(&item), writers);
    }

    #[test]
    fn the_single_writer_of_before_is_read() {
        let mut item = Item::from([(ATTRIBUTE_OF_ONE.to_owned(), text("old"))]);
        assert_eq!(Writers::from_item(&item), of(&["old"]));
        item.insert(ATTRIBUTE.to_owned(), of(&["a", "b"]).to_attribute());
        assert_eq!(Writers::from_item(&item), of(&["a", "b", "old"]));
    }

    #[test]
    fn what_is_no_token_is_nobodys() {
        let number = AttributeValue::N("1".to_owned());
        let mut item = Item::from([(ATTRIBUTE.to_owned(), AttributeValue::L(vec![number.clone(), text("a")]))]);
        assert_eq!(Writers::from_item(&item), of(&["a"]));
        item.insert(ATTRIBUTE.to_owned(), number);
        assert_eq!(Writers::from_item(&item), Writers::default());
    }
}
