//! Operations on tables themselves.

use std::collections::BTreeMap;
use std::time::UNIX_EPOCH;

use dynoxide::actions::create_table::CreateTableRequest;
use dynoxide::actions::delete_table::DeleteTableRequest;
use dynoxide::actions::describe_table::DescribeTableRequest;
use dynoxide::actions::update_time_to_live::UpdateTimeToLiveRequest;
use dynoxide::types::{AttributeDefinition, KeySchemaElement};
use serde_json::{Value, json};

use super::capacity::Stored;
use super::change;
use super::definition::definition;
use super::engine::Engine;
use super::error::{Refusal, outcome, read, read_value};
use super::table::Table;
use crate::services::names;

/// Bytes that are billed for each item beside its own, in the table and in each index ("Amazon DynamoDB pricing"). No
/// description shows them.
const OVERHEAD_PER_ITEM: u64 = 100;

impl Engine {
    /// Creates a table as a template describes it.
    pub fn create_from(&mut self, table: &rez_topology::Table) -> Result<(), Refusal> {
        self.create(read_value(definition(table))?)?;
        self.table(&table.name)?.ttl_attribute = table.ttl_attribute.clone();
        let Some(attribute) = &table.ttl_attribute else { return Ok(()) };
        let specification = json!({ "AttributeName": attribute, "Enabled": true });
        let request = json!({ "TableName": table.name, "TimeToLiveSpecification": specification });
        self.items.engine().update_time_to_live(read_value(request)?)?;
        Ok(())
    }

    pub fn create_table(&mut self, body: &[u8]) -> Result<Value, Refusal> {
        let request: CreateTableRequest = read(body)?;
        let name = request.table_name.clone();
        self.create(request)?;
        Ok(json!({ "TableDescription": self.description(&name)? }))
    }

    /// The replica gets the indexes, and the items' own database a table without them.
    fn create(&mut self, mut request: CreateTableRequest) -> Result<(), Refusal> {
        if request.vector_indexes.is_some() {
            return Err(Refusal::not_modelled("CreateTable with VectorIndexes"));
        }
        if request.stream_specification.as_ref().is_some_and(|stream| stream.stream_enabled) {
            return Err(Refusal::not_modelled("CreateTable with StreamSpecification"));
        }
        let table = Table::new(&request, &self.knobs, self.clock.now());
        let indexes = request.global_secondary_indexes.take();
        let local = request.local_secondary_indexes.iter().flatten().map(|index| &index.key_schema);
        let own = used(&table.attributes, local.chain([&request.key_schema]));
        let replicated = indexes.map(|indexes| CreateTableRequest {
            table_name: request.table_name.clone(),
            key_schema: request.key_schema.clone(),
            attribute_definitions: used(
                &table.attributes,
                indexes.iter().map(|index| &index.key_schema).chain([&request.key_schema]),
            ),
            global_secondary_indexes: Some(indexes),
            billing_mode: request.billing_mode.clone(),
            provisioned_throughput: request.provisioned_throughput.clone(),
            ..Default::default()
        });
        request.attribute_definitions = own;
        self.items.engine().create_table(request)?;
        if let Some(replicated) = replicated
            && let Err(error) = self.replica.definitions().create_table(replicated)
        {
            self.items.engine().delete_table(DeleteTableRequest { table_name: table.name.to_string() })?;
            return Err(error.into());
        }
        if !table.indexes.is_empty() {
            self.replica.create(&table);
        }
        self.tables.insert(table.name.to_string(), table);
        Ok(())
    }

    pub fn delete_table(&mut self, body: &[u8]) -> Result<Value, Refusal> {
        let request: DeleteTableRequest = read(body)?;
        let name = request.table_name.clone();
        let mut description = self.description(&name)?;
        description["TableStatus"] = "DELETING".into();
        self.items.engine().delete_table(request)?;
        self.items.forget(&name);
        let table = self.tables.remove(&name);
        if table.is_some_and(|table| !table.indexes.is_empty()) {
            self.replica.forget(&name);
            self.replica.definitions().delete_table(DeleteTableRequest { table_name: name })?;
        }
        Ok(json!({ "TableDescription": description }))
    }

    pub fn describe_table(&mut self, body: &[u8]) -> Result<Value, Refusal> {
        let request: DescribeTableRequest = read(body)?;
        Ok(json!({ "Table": self.description(&request.table_name)? }))
    }

    /// The engine's description, with what it knows otherwise or draws at random put right.
    fn description(&mut self, name: &str) -> Result<Value, Refusal> {
        let request = || DescribeTableRequest { table_name: name.to_owned() };
        let mut description = change::json(&self.items.engine().describe_table(request())?.table);
        let now = self.clock.now();
        let table = self.tables.get(name).ok_or_else(Refusal::no_such_table)?;
        let created = table.created.duration_since(UNIX_EPOCH).unwrap_or_default();
        description["TableArn"] = names::table_arn(name).into();
        description["CreationDateTime"] = created.as_secs_f64().into();
        description["AttributeDefinitions"] = change::json(&table.attributes);
        description.as_object_mut().expect("a description has members").remove("TableId");
        if !table.indexes.is_empty() {
            self.replica.catch_up(name, now);
            let mut replicated = change::json(&self.replica.definitions().describe_table(request())?.table);
            let mut indexes = replicated["GlobalSecondaryIndexes"].take();
            for described in indexes.as_array_mut().into_iter().flatten() {
                let index = described["IndexName"].as_str().unwrap_or_default();
                let arn = names::table_arn(&format!("{name}/index/{index}"));
                if let Some(kept) = self.replica.index(name, index) {
                    let (count, bytes) = (kept.count, kept.bytes);
                    described["ItemCount"] = count.into();
                    described["IndexSizeBytes"] = bytes.into();
                }
                described["IndexArn"] = arn.into();
            }
            description["GlobalSecondaryIndexes"] = indexes;
        }
        Ok(description)
    }

    /// Bytes that are billed for each table.
    pub fn stored(&mut self) -> BTreeMap<String, Stored> {
        let names: Vec<String> = self.tables.keys().cloned().collect();
        names.into_iter().filter_map(|name| Some((name.clone(), stored(&self.description(&name).ok()?)))).collect()
    }

    pub fn list_tables(&mut self, body: &[u8]) -> Result<Value, Refusal> {
        outcome(self.items.engine().list_tables(read(body)?))
    }

    pub fn update_time_to_live(&mut self, body: &[u8]) -> Result<Value, Refusal> {
        let request: UpdateTimeToLiveRequest = read(body)?;
        let specification = request.time_to_live_specification.clone();
        let name = request.table_name.clone();
        // The engine refuses a table that is not there in its own words.
        if let Some(table) = self.tables.get(&name) {
            check_ttl_changes(table.ttl_attribute.as_deref(), &specification.attribute_name, specification.enabled)?;
        }
        let answer = outcome(self.items.engine().update_time_to_live(request))?;
        self.table(&name)?.ttl_attribute = specification.enabled.then_some(specification.attribute_name);
        for item in self.items.all(&name)? {
            self.schedule_expiry(&name, &item);
        }
        Ok(answer)
    }

    pub fn describe_time_to_live(&mut self, body: &[u8]) -> Result<Value, Refusal> {
        outcome(self.items.engine().describe_time_to_live(read(body)?))
    }
}

/// What is set already is refused, and so is an attribute beside the one that is set; the words are those that users of AWS
/// report.
fn check_ttl_changes(current: Option<&str>, wanted: &str, enabled: bool) -> Result<(), Refusal> {
    let message = match current {
        Some(current) if current != wanted => {
            format!("TimeToLive is active on a different AttributeName: current AttributeName is {current}")
        }
        Some(_) if enabled => "TimeToLive is already enabled".to_owned(),
        None if !enabled => "TimeToLive is already disabled".to_owned(),
        _ => return Ok(()),
    };
    Err(Refusal::new("ValidationException", &message))
}

fn stored(description: &Value) -> Stored {
    let billed = |sized: &Value, bytes: &str| {
        let number = |member: &str| sized[member].as_u64().unwrap_or_default();
        number(bytes) + number("ItemCount") * OVERHEAD_PER_ITEM
    };
    let indexes = description["GlobalSecondaryIndexes"].as_array().into_iter().flatten();
    Stored {
        table: billed(description, "TableSizeBytes"),
        indexes: indexes.map(|index| billed(index, "IndexSizeBytes")).sum(),
    }
}

/// The definitions of the attributes that these keys use: an unused definition is refused.
fn used<'a>(
    definitions: &[AttributeDefinition],
    schemas: impl Iterator<Item = &'a Vec<KeySchemaElement>>,
) -> Vec<AttributeDefinition> {
    let names: Vec<&str> = schemas.flatten().map(|element| element.attribute_name.as_str()).collect();
    definitions.iter().filter(|definition| names.contains(&definition.attribute_name.as_str())).cloned().collect()
}
