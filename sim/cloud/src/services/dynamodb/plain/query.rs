//! What a query asks of the keys, and of the rest.

use dynoxide::AttributeValue;

use super::evaluate::Attributes;
use super::statement::{Comparison, Condition, Operand, Statement, Values};

/// A partition, and which sort keys of it.
#[derive(Debug, PartialEq)]
pub(in super::super) struct KeyCondition<'a> {
    pub partition: &'a AttributeValue,
    pub sort_key: Option<(Comparison, &'a AttributeValue)>,
}

impl Statement {
    /// `None` when that is the engine's to read.
    pub fn key_condition<'a>(
        &'a self,
        partition: &str,
        sort_key: Option<&str>,
        values: &'a Values,
    ) -> Option<KeyCondition<'a>> {
        let (first, second) = match self.key_condition.as_ref()? {
            Condition::And(first, second) => (&**first, Some(&**second)),
            only => (only, None),
        };
        let mut parts = vec![part(first, values)?];
        if let Some(second) = second {
            parts.push(part(second, values)?);
        }
        let own = parts.iter().position(|(name, ..)| *name == partition)?;
        let (_, Comparison::Equal, partition) = parts.swap_remove(own) else { return None };
        let sort_key = match parts.pop() {
            Some((name, comparison, value)) if Some(name) == sort_key => Some((comparison, value)),
            Some(_) => return None,
            None => None,
        };
        Some(KeyCondition { partition, sort_key })
    }

    /// Whether the filter lets an item through; `None` when that is the engine's to say.
    pub fn lets_through(&self, item: &impl Attributes, values: &Values) -> Option<bool> {
        self.condition.as_ref().map_or(Some(true), |filter| filter.holds(item, values))
    }
}

impl KeyCondition<'_> {
    /// Whether a starting key lies within; `None` when that is the engine's to say.
    pub fn holds(&self, partition: &AttributeValue, sort_key: Option<&AttributeValue>) -> Option<bool> {
        let within = match (self.sort_key, sort_key) {
            (Some((comparison, value)), Some(own)) => super::value::compare(own, comparison, value)?,
            (Some(_), None) => false,
            (None, _) => true,
        };
        Some(within && partition == self.partition)
    }
}

/// `name comparison :value`.
fn part<'a>(condition: &'a Condition, values: &'a Values) -> Option<(&'a str, Comparison, &'a AttributeValue)> {
    let Condition::Compare(Operand::Attribute(name), comparison, Operand::Value(value)) = condition else {
        return None;
    };
    Some((name, *comparison, values.get(value)?))
}
