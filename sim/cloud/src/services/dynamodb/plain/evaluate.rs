//! What a statement makes of an item.

use dynoxide::types::item_size;
use dynoxide::{AttributeValue, Item};

use super::statement::{Comparison, Condition, Operand, Statement, Values};
use super::value::{PLAIN_BYTES_MAX, compare, is_plain, whole};

/// Something with attributes, as an item has them.
pub(in super::super) trait Attributes {
    fn attribute(&self, name: &str) -> Option<&AttributeValue>;
}

impl Attributes for Item {
    fn attribute(&self, name: &str) -> Option<&AttributeValue> {
        self.get(name)
    }
}

/// What came of a statement.
#[derive(Debug, PartialEq)]
pub(in super::super) enum Applied {
    /// The item as the update leaves it; as it was, for a condition alone.
    Done(Item),
    ConditionFailed,
}

impl Statement {
    /// Applies the statement to an item, or to none with this key. `None` when that is the engine's to do.
    pub fn apply(&self, before: Option<&Item>, key: &Item, values: Option<&Values>) -> Option<Applied> {
        let none = Values::new();
        let values = values.unwrap_or(&none);
        if !values.values().all(is_plain) {
            return None;
        }
        let nothing = Item::new();
        let seen = before.unwrap_or(&nothing);
        if let Some(condition) = &self.condition
            && !condition.holds(seen, values)?
        {
            return Some(Applied::ConditionFailed);
        }
        let after = self.updated(seen, before.unwrap_or(key).clone(), values)?;
        let written: usize = self.values(values).map(AttributeValue::size).sum();
        let keeps_key = key.iter().all(|(name, value)| after.get(name) == Some(value));
        (keeps_key && item_size(&after) + written <= PLAIN_BYTES_MAX).then_some(Applied::Done(after))
    }

    /// Everything is read from the item as it was.
    fn updated(&self, seen: &Item, mut after: Item, values: &Values) -> Option<Item> {
        for set in &self.sets {
            let kept = set.unless.as_ref().and_then(|name| seen.get(name));
            let value = kept.or_else(|| values.get(&set.value))?.clone();
            after.insert(set.attribute.clone(), value);
        }
        for addition in &self.additions {
            let sum = add(seen.get(&addition.attribute), values.get(&addition.value)?)?;
            after.insert(addition.attribute.clone(), sum);
        }
        for name in &self.removals {
            after.remove(name);
        }
        Some(after)
    }

    /// The values that the update writes, one as often as it does.
    fn values<'a>(&'a self, values: &'a Values) -> impl Iterator<Item = &'a AttributeValue> {
        let sets = self.sets.iter().map(|set| &set.value);
        sets.chain(self.additions.iter().map(|addition| &addition.value)).filter_map(|name| values.get(name))
    }
}

fn add(to: Option<&AttributeValue>, value: &AttributeValue) -> Option<AttributeValue> {
    let AttributeValue::N(addend) = value else { return None };
    let sum = match to {
        None => whole(addend)?,
        Some(AttributeValue::N(number)) => whole(number)? + whole(addend)?,
        Some(_) => return None,
    };
    let sum = sum.to_string();
    whole(&sum)?;
    Some(AttributeValue::N(sum))
}

impl Condition {
    /// `None` when that is the engine's to say.
    pub fn holds(&self, item: &impl Attributes, values: &Values) -> Option<bool> {
        Some(match self {
            Self::Exists(name) => item.attribute(name).is_some(),
            Self::NotExists(name) => item.attribute(name).is_none(),
            Self::Not(inner) => !inner.holds(item, values)?,
            Self::And(left, right) => left.holds(item, values)? && right.holds(item, values)?,
            Self::Or(left, right) => left.holds(item, values)? || right.holds(item, values)?,
            Self::Compare(left, comparison, right) => {
                match (left.resolve(item, values)?, right.resolve(item, values)?) {
                    (Some(left), Some(right)) => compare(left, *comparison, right)?,
                    // Nothing is unequal to everything, and compares with nothing.
                    _ => *comparison == Comparison::NotEqual,
                }
            }
        })
    }
}

impl Operand {
    /// `Some(None)` is an attribute that the item lacks; a value that the request lacks is the engine's to refuse.
    fn resolve<'a>(&self, item: &'a impl Attributes, values: &'a Values) -> Option<Option<&'a AttributeValue>> {
        match self {
            Self::Attribute(name) => Some(item.attribute(name)),
            Self::Value(name) => values.get(name).map(Some),
        }
    }
}
