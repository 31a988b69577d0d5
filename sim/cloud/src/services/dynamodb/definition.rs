//! A template's table, as CreateTable takes it.

use std::collections::BTreeMap;
use std::iter::once;

use rez_topology::{Index, Key, Projection, Table};
use serde_json::{Value, json};

pub(super) fn definition(table: &Table) -> Value {
    let mut definition = json!({
        "TableName": table.name,
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": schema(&table.partition_key, table.sort_key.as_ref()),
        "AttributeDefinitions": attributes(table),
    });
    if !table.indexes.is_empty() {
        definition["GlobalSecondaryIndexes"] = table.indexes.iter().map(index).collect();
    }
    definition
}

fn index(index: &Index) -> Value {
    json!({
        "IndexName": index.name,
        "KeySchema": schema(&index.partition_key, index.sort_key.as_ref()),
        "Projection": projection(&index.projection),
    })
}

fn schema(partition: &Key, sort: Option<&Key>) -> Value {
    let sort = sort.map(|key| json!({ "AttributeName": key.name, "KeyType": "RANGE" }));
    once(json!({ "AttributeName": partition.name, "KeyType": "HASH" })).chain(sort).collect()
}

fn projection(projection: &Projection) -> Value {
    match projection {
        Projection::All => json!({ "ProjectionType": "ALL" }),
        Projection::KeysOnly => json!({ "ProjectionType": "KEYS_ONLY" }),
        Projection::Include(names) => json!({ "ProjectionType": "INCLUDE", "NonKeyAttributes": names }),
    }
}

/// The attributes that are part of some key, each once.
fn attributes(table: &Table) -> Value {
    let of_indexes = table.indexes.iter().flat_map(|index| once(&index.partition_key).chain(&index.sort_key));
    let keys = once(&table.partition_key).chain(&table.sort_key).chain(of_indexes);
    let kinds: BTreeMap<&str, &str> = keys.map(|key| (key.name.as_str(), key.kind.as_str())).collect();
    kinds.iter().map(|(name, kind)| json!({ "AttributeName": name, "AttributeType": kind })).collect()
}
