//! The values that plain statements work with: strings, booleans, whole numbers as DynamoDB writes them, and lists and
//! maps of these. Sets and binary values are in need of care that the engine takes.

use std::cmp::Ordering;

use dynoxide::types::item_size;
use dynoxide::{AttributeValue, Item};

use super::statement::Comparison;

/// Digits of a whole number that nobody can round or write otherwise.
const DIGITS_MAX: usize = 15;

/// Levels of lists and maps, of DynamoDB's 32.
const LEVELS_MAX: usize = 4;

/// Bytes of a plain item or of what a statement writes, far from DynamoDB's 400 KB: what comes near is the engine's to
/// judge.
pub(super) const PLAIN_BYTES_MAX: usize = 64 * 1024;

pub(in super::super) fn is_plain(value: &AttributeValue) -> bool {
    is_plain_within(value, LEVELS_MAX)
}

fn is_plain_within(value: &AttributeValue, levels: usize) -> bool {
    match value {
        AttributeValue::S(_) | AttributeValue::BOOL(_) => true,
        AttributeValue::N(number) => whole(number).is_some(),
        AttributeValue::L(list) => levels > 0 && list.iter().all(|value| is_plain_within(value, levels - 1)),
        AttributeValue::M(map) => {
            levels > 0 && map.iter().all(|(name, value)| !name.is_empty() && is_plain_within(value, levels - 1))
        }
        _ => false,
    }
}

/// Whether an item can be put as it is.
pub(in super::super) fn is_plain_item(item: &Item) -> bool {
    item.iter().all(|(name, value)| !name.is_empty() && is_plain(value)) && item_size(item) <= PLAIN_BYTES_MAX
}

/// A number in the one form in which DynamoDB gives back whole numbers.
pub(super) fn whole(number: &str) -> Option<i64> {
    let digits = number.strip_prefix('-').unwrap_or(number);
    let is_canonical = match digits.as_bytes() {
        [b'0'] => digits.len() == number.len(),
        [b'1'..=b'9', rest @ ..] => rest.len() < DIGITS_MAX && rest.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    if is_canonical { number.parse().ok() } else { None }
}

/// `None` when the engine is to compare them. Values of two types are unequal, and in no order.
pub(super) fn compare(left: &AttributeValue, comparison: Comparison, right: &AttributeValue) -> Option<bool> {
    use AttributeValue::{BOOL, N, S};
    Some(match (left, right) {
        (S(left), S(right)) => comparison.holds(left.cmp(right)),
        (N(left), N(right)) => comparison.holds(whole(left)?.cmp(&whole(right)?)),
        (BOOL(left), BOOL(right)) => match comparison {
            Comparison::Equal => left == right,
            Comparison::NotEqual => left != right,
            _ => false,
        },
        (S(_) | N(_) | BOOL(_), S(_) | N(_) | BOOL(_)) => comparison == Comparison::NotEqual,
        _ => return None,
    })
}

impl Comparison {
    fn holds(self, ordering: Ordering) -> bool {
        match self {
            Self::Equal => ordering.is_eq(),
            Self::NotEqual => ordering.is_ne(),
            Self::Less => ordering.is_lt(),
            Self::LessOrEqual => ordering.is_le(),
            Self::Greater => ordering.is_gt(),
            Self::GreaterOrEqual => ordering.is_ge(),
        }
    }
}

#[cfg(test)]
mod tests {
    use dynoxide::types::normalize_dynamo_number;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_the_canonical_form_is_whole() {
        for not_whole in ["", "-", "-0", "00", "01", "+1", " 1", "1.0", "1e3", "1234567890123456"] {
            assert_eq!(whole(not_whole), None, "{not_whole}");
        }
        assert_eq!(whole("-123456789012345"), Some(-123_456_789_012_345));
    }

    proptest! {
        #[test]
        fn a_whole_number_is_kept_as_it_is_written(number in -999_999_999_999_999_i64..=999_999_999_999_999) {
            let text = number.to_string();
            prop_assert_eq!(whole(&text), Some(number));
            prop_assert_eq!(normalize_dynamo_number(&text), text);
        }
    }
}
