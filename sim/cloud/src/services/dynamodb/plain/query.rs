//! What a query asks of the keys, and of the rest.

use dynoxide::AttributeValue;

use super::evaluate::Attributes;
use super::statement::{Comparison, Condition, Operand, Statement, Values};

/// A partition, and which sort keys of it.
#[derive(Debug, PartialEq)]
pub(in super::super) struct KeyCondition<'a> {
    pub partition: &'a AttributeValue,
    /// Bounds of the sort key, all of which hold: none, one, or the two of `BETWEEN`.
    pub sort_key: Vec<(Comparison, &'a AttributeValue)>,
}

impl Statement {
    /// `None` when that is the engine's to read.
    pub fn key_condition<'a>(
        &'a self,
        partition: &str,
        sort_key: Option<&str>,
        values: &'a Values,
    ) -> Option<KeyCondition<'a>> {
        let mut parts = Vec::new();
        collect(self.key_condition.as_ref()?, values, &mut parts)?;
        let own = parts.iter().position(|(name, ..)| *name == partition)?;
        let (_, Comparison::Equal, partition) = parts.remove(own) else { return None };
        if parts.iter().any(|(name, ..)| Some(*name) != sort_key) {
            return None;
        }
        let sort_key: Vec<_> = parts.into_iter().map(|(_, comparison, value)| (comparison, value)).collect();
        if let [(_, low), (_, high)] = sort_key[..]
            && !super::value::compare(low, Comparison::LessOrEqual, high)?
        {
            return None;
        }
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
        let Some(own) = sort_key else { return Some(self.sort_key.is_empty() && partition == self.partition) };
        let mut within = partition == self.partition;
        for (comparison, value) in &self.sort_key {
            within &= super::value::compare(own, *comparison, value)?;
        }
        Some(within)
    }
}

/// The parts of a condition that all have to hold.
fn collect<'a>(condition: &'a Condition, values: &'a Values, parts: &mut Vec<Part<'a>>) -> Option<()> {
    if let Condition::And(first, second) = condition {
        collect(first, values, parts)?;
        return collect(second, values, parts);
    }
    parts.push(part(condition, values)?);
    Some(())
}

type Part<'a> = (&'a str, Comparison, &'a AttributeValue);

/// `name comparison :value`.
fn part<'a>(condition: &'a Condition, values: &'a Values) -> Option<Part<'a>> {
    let Condition::Compare(Operand::Attribute(name), comparison, Operand::Value(value)) = condition else {
        return None;
    };
    Some((name, *comparison, values.get(value)?))
}
