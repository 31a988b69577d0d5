//! `AWS::DynamoDB::Table`, on demand.

use std::collections::BTreeMap;

use super::Reading;
use crate::model::{Index, Key, Projection, Table, Topology};
use crate::section::Section;

/// Attribute types by name.
type Attributes = BTreeMap<String, String>;

pub(crate) fn read(reading: &Reading<'_>, topology: &mut Topology) {
    let properties = reading.properties();
    properties.deployment_only(&["DeletionProtectionEnabled", "SSESpecification", "TableClass", "Tags"]);
    // Provisioned throughput, which is the default, is not modelled.
    properties.require("BillingMode");
    properties.one_of("BillingMode", &["PAY_PER_REQUEST"]);
    properties.require("AttributeDefinitions");
    let attributes: Attributes = properties.sections("AttributeDefinitions").iter().map(attribute).collect();
    let (partition_key, sort_key) = keys(&properties, &attributes);
    let indexes = properties.sections("GlobalSecondaryIndexes");
    let indexes: Vec<Index> = indexes.iter().map(|section| index(section, &attributes)).collect();
    let table = Table {
        name: reading.name(),
        arn: reading.attribute("Arn"),
        partition_key,
        sort_key,
        indexes,
        ttl_attribute: ttl_attribute(&properties),
        point_in_time_recovery: point_in_time_recovery(&properties),
    };
    refuse_unused(&properties, &attributes, &table);
    topology.tables.insert(reading.id(), table);
}

fn attribute(section: &Section<'_>) -> (String, String) {
    section.require("AttributeType");
    let kind = section.one_of("AttributeType", &["B", "N", "S"]).unwrap_or_default();
    (section.required_text("AttributeName"), kind)
}

fn index(section: &Section<'_>, attributes: &Attributes) -> Index {
    let (partition_key, sort_key) = keys(section, attributes);
    let projection = section.required_section("Projection");
    Index {
        name: section.required_text("IndexName"),
        partition_key,
        sort_key,
        projection: projection.map_or(Projection::All, |section| self::projection(&section)),
    }
}

fn projection(section: &Section<'_>) -> Projection {
    section.require("ProjectionType");
    let included = section.texts("NonKeyAttributes");
    match section.one_of("ProjectionType", &["ALL", "INCLUDE", "KEYS_ONLY"]).as_deref() {
        Some("INCLUDE") => {
            section.require("NonKeyAttributes");
            Projection::Include(included)
        }
        Some("KEYS_ONLY") => Projection::KeysOnly,
        _ => Projection::All,
    }
}

/// The partition key and the sort key of a `KeySchema`.
fn keys(section: &Section<'_>, attributes: &Attributes) -> (Key, Option<Key>) {
    section.require("KeySchema");
    let mut partition_key = None;
    let mut sort_key = None;
    for element in section.sections("KeySchema") {
        element.require("KeyType");
        let key = key(&element, attributes);
        match element.one_of("KeyType", &["HASH", "RANGE"]).as_deref() {
            Some("HASH") => partition_key = Some(key),
            Some("RANGE") => sort_key = Some(key),
            _ => {}
        }
    }
    if let (None, Some(schema)) = (&partition_key, section.find("KeySchema")) {
        section.wrong("KeySchema", schema, "an element whose `KeyType` is `HASH`");
    }
    (partition_key.unwrap_or(Key { name: String::new(), kind: String::new() }), sort_key)
}

fn key(element: &Section<'_>, attributes: &Attributes) -> Key {
    let name = element.required_text("AttributeName");
    let kind = attributes.get(&name).cloned();
    if let (None, Some(node)) = (&kind, element.find("AttributeName")) {
        element.wrong("AttributeName", node, "an attribute of `AttributeDefinitions`");
    }
    Key { name, kind: kind.unwrap_or_default() }
}

fn ttl_attribute(properties: &Section<'_>) -> Option<String> {
    let specification = properties.section("TimeToLiveSpecification")?;
    specification.require("Enabled");
    let enabled = specification.flag("Enabled").unwrap_or(false);
    specification.text("AttributeName").filter(|_| enabled)
}

fn point_in_time_recovery(properties: &Section<'_>) -> bool {
    let specification = properties.section("PointInTimeRecoverySpecification");
    specification.and_then(|section| section.flag("PointInTimeRecoveryEnabled")).unwrap_or(false)
}

/// DynamoDB refuses a definition that no key uses.
fn refuse_unused(properties: &Section<'_>, attributes: &Attributes, table: &Table) {
    let of_indexes = table.indexes.iter().flat_map(|index| [Some(&index.partition_key), index.sort_key.as_ref()]);
    let keys = [Some(&table.partition_key), table.sort_key.as_ref()].into_iter().chain(of_indexes);
    let used: Vec<&str> = keys.flatten().map(|key| key.name.as_str()).collect();
    for definition in properties.list("AttributeDefinitions") {
        let Some(name) = definition.get("AttributeName") else { continue };
        if name.as_text().is_some_and(|text| attributes.contains_key(text) && !used.contains(&text)) {
            properties.wrong("AttributeDefinitions", name, "only attributes that are keys");
        }
    }
}
