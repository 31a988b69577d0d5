//! A table as the service around the engine sees it: keys, indexes, expiry and capacity.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::SystemTime;

use dynoxide::actions::create_table::CreateTableRequest;
use dynoxide::types::{AttributeDefinition, KeyType, ScalarAttributeType, item_size, table_write_capacity_units};
use dynoxide::{AttributeValue, DynoxideError, Item};

use super::capacity::{Capacity, WriteUnits};
use super::change::ItemKey;
use super::index::Index;
use super::items::ItemId;
use crate::profile::DynamoDbKnobs;
use crate::services::throttle::Throttle;

/// Bytes of a sort key ("Constraints in Amazon DynamoDB"); a partition key may have twice as many.
pub(super) const SORT_KEY_MAX: usize = 1_024;

pub(super) struct Table {
    pub name: Arc<str>,
    /// Partition key, then sort key if there is one.
    keys: Vec<String>,
    /// Whether plain statements may work with it: all keys are strings, and no local index has a say.
    pub is_plain: bool,
    pub attributes: Vec<AttributeDefinition>,
    /// The global secondary ones.
    pub indexes: Vec<Index>,
    /// What its indexes hold, all together; `None` for whole items.
    projected: Option<BTreeSet<String>>,
    pub ttl_attribute: Option<String>,
    pub capacity: Capacity,
    pub created: SystemTime,
}

impl Table {
    pub fn new(request: &CreateTableRequest, knobs: &DynamoDbKnobs, now: SystemTime) -> Self {
        let mut schema = request.key_schema.clone();
        schema.sort_by_key(|element| element.key_type != KeyType::HASH);
        let keys: Vec<String> = schema.into_iter().map(|element| element.attribute_name).collect();
        let kind_of = |name: &str| {
            let definition = request.attribute_definitions.iter().find(|definition| definition.attribute_name == name);
            definition.map(|definition| definition.attribute_type.clone()).unwrap_or_default()
        };
        let definitions = request.global_secondary_indexes.iter().flatten();
        let indexes: Vec<Index> = definitions.map(|definition| Index::read(definition, &keys, kind_of)).collect();
        let projected = indexes.iter().map(|index| index.projected.clone());
        let projected = projected.reduce(|all, one| Some(all?.union(&one?).cloned().collect())).flatten();
        let is_text = |name: &String| matches!(kind_of(name), ScalarAttributeType::S);
        Self {
            name: request.table_name.as_str().into(),
            is_plain: keys.iter().all(is_text) && request.local_secondary_indexes.is_none(),
            keys,
            attributes: request.attribute_definitions.clone(),
            indexes,
            projected,
            ttl_attribute: None,
            capacity: capacity(request, knobs, now),
            created: now,
        }
    }

    /// Names of partition key and sort key, if there is one.
    pub fn keys(&self) -> &[String] {
        &self.keys
    }

    /// The primary key of an item; `None` when it has none, which the engine then refuses.
    pub fn key_of(&self, item: &Item) -> Option<Item> {
        self.keys.iter().map(|name| Some((name.clone(), item.get(name)?.clone()))).collect()
    }

    pub fn id_of(&self, key: &Item) -> ItemId {
        (self.name.clone(), ItemKey::of(key))
    }

    /// Whether plain statements may work with this key: whole, and nothing that the engine could refuse.
    pub fn has_plain_key(&self, key: &Item) -> bool {
        let is_plain = |name: &String| match key.get(name) {
            Some(AttributeValue::S(text)) => !text.is_empty() && text.len() <= SORT_KEY_MAX,
            _ => false,
        };
        self.is_plain && key.len() == self.keys.len() && self.keys.iter().all(is_plain)
    }

    pub fn has_index(&self, name: Option<&str>) -> bool {
        self.indexes.iter().any(|index| Some(index.name.as_str()) == name)
    }

    /// # Errors
    /// When an index cannot hold the item as it is.
    pub fn check_indexes(&self, item: &Item) -> Result<(), DynoxideError> {
        self.indexes.iter().try_for_each(|index| index.check(item))
    }

    /// What its indexes hold of an item; `None` when none of them holds it.
    pub fn indexed(&self, item: &Item) -> Option<Item> {
        if !self.indexes.iter().any(|index| index.holds(item)) {
            return None;
        }
        let Some(names) = &self.projected else { return Some(item.clone()) };
        let held = names.iter().filter_map(|name| item.get_key_value(name));
        Some(held.map(|(name, value)| (name.clone(), value.clone())).collect())
    }

    /// What it costs to write `after` where `before` was.
    pub fn write_units(&self, before: Option<&Item>, after: Option<&Item>) -> WriteUnits {
        let mut units = WriteUnits::of_table(table_write_capacity_units(before.map(item_size), after.map(item_size)));
        for index in &self.indexes {
            let cost = index.units(before, after);
            if cost > 0.0 {
                units.indexes.insert(index.name.clone(), cost);
            }
        }
        units
    }
}

/// Provisioned throughput is the table's own, on-demand throughput the profile's.
fn capacity(request: &CreateTableRequest, knobs: &DynamoDbKnobs, now: SystemTime) -> Capacity {
    let provisioned = request.provisioned_throughput.as_ref();
    let reads = provisioned.and_then(|units| units.read_capacity_units).map(|units| units as f64);
    let writes = provisioned.and_then(|units| units.write_capacity_units).map(|units| units as f64);
    Capacity::new(
        Throttle::new(reads.unwrap_or(knobs.read_units_per_second), now),
        Throttle::new(writes.unwrap_or(knobs.write_units_per_second), now),
    )
}
