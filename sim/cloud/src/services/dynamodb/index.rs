//! What a global secondary index holds of an item, whether it may, and what that costs.

use std::collections::BTreeSet;

use dynoxide::types::{GlobalSecondaryIndex, KeyType, ProjectionType, ScalarAttributeType, write_capacity_units};
use dynoxide::{AttributeValue, DynoxideError, Item};

/// An attribute that is part of a key, and its type.
#[derive(Clone, Debug)]
pub(super) struct KeyAttribute {
    pub name: String,
    pub kind: ScalarAttributeType,
}

#[derive(Clone, Debug)]
pub(super) struct Index {
    pub name: String,
    /// The partition key, then the sort key if there is one; more of each where it is not simple.
    pub keys: Vec<KeyAttribute>,
    /// Whether it has one partition key, and one sort key at most.
    pub is_simple: bool,
    /// Names of what it holds; `None` for whole items.
    pub projected: Option<BTreeSet<String>>,
}

impl Index {
    /// Reads an index's definition. `kind_of` knows the types of attributes, `table_keys` are held by every index.
    pub fn read(
        definition: &GlobalSecondaryIndex,
        table_keys: &[String],
        kind_of: impl Fn(&str) -> ScalarAttributeType,
    ) -> Self {
        let mut schema = definition.key_schema.clone();
        schema.sort_by_key(|element| element.key_type != KeyType::HASH);
        let has_sort_key = schema.get(1).is_none_or(|element| element.key_type == KeyType::RANGE);
        let is_simple = schema.len() <= 2 && has_sort_key;
        let names = schema.into_iter().map(|element| element.attribute_name);
        let keys: Vec<KeyAttribute> = names.map(|name| KeyAttribute { kind: kind_of(&name), name }).collect();
        let held = || {
            let others = definition.projection.non_key_attributes.iter().flatten();
            others.chain(table_keys).chain(keys.iter().map(|key| &key.name)).cloned().collect()
        };
        let whole = matches!(definition.projection.projection_type, None | Some(ProjectionType::ALL));
        let projected = (!whole).then(held);
        Self { name: definition.index_name.clone(), keys, is_simple, projected }
    }

    /// A table as an index of itself: it holds whole items by the table's keys, which are strings.
    pub fn of_table(keys: &[String]) -> Self {
        let key = |name: &String| KeyAttribute { name: name.clone(), kind: ScalarAttributeType::S };
        Self { name: String::new(), keys: keys.iter().map(key).collect(), is_simple: true, projected: None }
    }

    /// Whether the index holds the item: one without all its key attributes is left out.
    pub fn holds(&self, item: &Item) -> bool {
        self.keys.iter().all(|key| item.contains_key(&key.name))
    }

    /// # Errors
    /// When an attribute that is a key here has another type, or is empty.
    pub fn check(&self, item: &Item) -> Result<(), DynoxideError> {
        self.keys.iter().try_for_each(|key| match item.get(&key.name) {
            Some(value) => self.check_key(key, value),
            None => Ok(()),
        })
    }

    fn check_key(&self, key: &KeyAttribute, value: &AttributeValue) -> Result<(), DynoxideError> {
        let empty = match (value, &key.kind) {
            (AttributeValue::S(text), ScalarAttributeType::S) => text.is_empty().then_some("string"),
            (AttributeValue::B(bytes), ScalarAttributeType::B) => bytes.is_empty().then_some("binary"),
            (AttributeValue::N(_), ScalarAttributeType::N) => None,
            _ => {
                let message = format!(
                    "One or more parameter values were invalid: Type mismatch for Index Key {} Expected: {:?} Actual: \
                     {} IndexName: {}",
                    key.name,
                    key.kind,
                    value.type_name(),
                    self.name
                );
                return Err(DynoxideError::ValidationException(message));
            }
        };
        let Some(kind) = empty else { return Ok(()) };
        Err(DynoxideError::ValidationException(format!(
            "One or more parameter values are not valid. A value specified for a secondary index key is not supported. \
             The AttributeValue for a key attribute cannot contain an empty {kind} value. IndexName: {}, IndexKey: {}",
            self.name, key.name
        )))
    }

    /// Write units of bringing the index from one image to the other: nothing when it holds the same of both, two
    /// writes when the entry moves.
    pub fn units(&self, before: Option<&Item>, after: Option<&Item>) -> f64 {
        let before = before.filter(|item| self.holds(item));
        let after = after.filter(|item| self.holds(item));
        let cost = |item: &Item| write_capacity_units(self.size(item.iter().map(|(name, value)| (&**name, value))));
        match (before, after) {
            (None, None) => 0.0,
            (Some(only), None) | (None, Some(only)) => cost(only),
            (Some(before), Some(after)) if self.moves(before, after) => cost(before) + cost(after),
            (Some(before), Some(after)) if self.same(before, after) => 0.0,
            (Some(before), Some(after)) => cost(before).max(cost(after)),
        }
    }

    fn moves(&self, before: &Item, after: &Item) -> bool {
        self.keys.iter().any(|key| before.get(&key.name) != after.get(&key.name))
    }

    fn same(&self, before: &Item, after: &Item) -> bool {
        match &self.projected {
            Some(names) => names.iter().all(|name| before.get(name) == after.get(name)),
            None => before == after,
        }
    }

    /// Bytes of the entry: names and values.
    pub fn size<'a>(&self, attributes: impl Iterator<Item = (&'a str, &'a AttributeValue)>) -> usize {
        attributes.filter(|(name, _)| self.shows(name)).map(|(name, value)| name.len() + value.size()).sum()
    }

    /// Whether an entry has this attribute if the item does.
    pub fn shows(&self, attribute: &str) -> bool {
        self.projected.as_ref().is_none_or(|names| names.contains(attribute))
    }
}
