//! Tables, with their indexes and the attribute that items expire by.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::create_table::CreateTableError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, ProjectionType,
    ScalarAttributeType, TableStatus, TimeToLiveSpecification, TimeToLiveStatus,
};
use aws_smithy_async::rt::sleep::{AsyncSleep, SharedAsyncSleep};
use rez_topology::{Index, Key, Projection, Table, Topology};

use super::error::{ProvisionError, Resource};

/// How long a table may take to become active, and how often it is asked.
const ACTIVE_WITHIN: Duration = Duration::from_secs(30);
const ASK_EVERY: Duration = Duration::from_millis(100);

pub(super) async fn create(
    topology: &Topology,
    dynamodb: &Client,
    sleep: &SharedAsyncSleep,
) -> Result<(), ProvisionError> {
    for (id, table) in &topology.tables {
        let resource = Resource::new("table", id, &table.name);
        create_table(&resource, table, dynamodb).await?;
        wait_until_active(&resource, table, dynamodb, sleep).await?;
        if let Some(attribute) = &table.ttl_attribute {
            expire_by(&resource, table, attribute, dynamodb).await?;
        }
    }
    Ok(())
}

async fn create_table(resource: &Resource, table: &Table, dynamodb: &Client) -> Result<(), ProvisionError> {
    let indexes = table.indexes.iter().map(index).collect::<Vec<_>>();
    let request = dynamodb
        .create_table()
        .table_name(&table.name)
        .billing_mode(BillingMode::PayPerRequest)
        .set_attribute_definitions(Some(attributes(table)))
        .set_key_schema(Some(keys(&table.partition_key, table.sort_key.as_ref())))
        .set_global_secondary_indexes((!indexes.is_empty()).then_some(indexes));
    match request.send().await {
        Ok(_) => Ok(()),
        Err(error) if is_there(&error) => Ok(()),
        Err(error) => Err(resource.clone().refused(&error)),
    }
}

fn is_there<R>(error: &SdkError<CreateTableError, R>) -> bool {
    error.as_service_error().is_some_and(CreateTableError::is_resource_in_use_exception)
}

/// Waits for the table, and sees whether its keys are the template's: it may have been there before.
async fn wait_until_active(
    resource: &Resource,
    table: &Table,
    dynamodb: &Client,
    sleep: &SharedAsyncSleep,
) -> Result<(), ProvisionError> {
    for _ in 0..ACTIVE_WITHIN.div_duration_f32(ASK_EVERY).ceil() as u32 {
        let described = dynamodb.describe_table().table_name(&table.name).send().await;
        let described = described.map_err(|error| resource.clone().refused(&error))?.table;
        if let Some(described) = described.filter(|found| found.table_status == Some(TableStatus::Active)) {
            let expected = keys(&table.partition_key, table.sort_key.as_ref());
            if described.key_schema() == expected {
                return Ok(());
            }
            return Err(resource.clone().differs(format!("its keys are {}", names(described.key_schema()))));
        }
        sleep.sleep(ASK_EVERY).await;
    }
    Err(ProvisionError::NotActive { resource: resource.clone(), seconds: ACTIVE_WITHIN.as_secs() })
}

fn names(keys: &[KeySchemaElement]) -> String {
    keys.iter().map(|key| format!("`{}`", key.attribute_name())).collect::<Vec<_>>().join(", ")
}

/// Once: AWS refuses to enable what is enabled.
async fn expire_by(
    resource: &Resource,
    table: &Table,
    attribute: &str,
    dynamodb: &Client,
) -> Result<(), ProvisionError> {
    let described = dynamodb.describe_time_to_live().table_name(&table.name).send().await;
    let described = described.map_err(|error| resource.clone().refused(&error))?.time_to_live_description;
    let is_on = |status: &TimeToLiveStatus| matches!(status, TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling);
    if described.is_some_and(|found| found.time_to_live_status().is_some_and(is_on)) {
        return Ok(());
    }
    let specification = TimeToLiveSpecification::builder().attribute_name(attribute).enabled(true).build();
    let specification = specification.expect("both members are given");
    let request = dynamodb.update_time_to_live().table_name(&table.name).time_to_live_specification(specification);
    request.send().await.map(drop).map_err(|error| resource.clone().refused(&error))
}

fn keys(partition: &Key, sort: Option<&Key>) -> Vec<KeySchemaElement> {
    let element = |key: &Key, role| {
        KeySchemaElement::builder().attribute_name(&key.name).key_type(role).build().expect("both members are given")
    };
    let partition = element(partition, KeyType::Hash);
    std::iter::once(partition).chain(sort.map(|key| element(key, KeyType::Range))).collect()
}

/// The attributes that are part of some key, each once.
fn attributes(table: &Table) -> Vec<AttributeDefinition> {
    let of_indexes = table.indexes.iter().flat_map(|index| [Some(&index.partition_key), index.sort_key.as_ref()]);
    let keys = [Some(&table.partition_key), table.sort_key.as_ref()].into_iter().chain(of_indexes).flatten();
    let kinds: BTreeMap<&str, &str> = keys.map(|key| (key.name.as_str(), key.kind.as_str())).collect();
    let definition = |(name, kind): (&str, &str)| {
        let definition =
            AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::from(kind));
        definition.build().expect("both members are given")
    };
    kinds.into_iter().map(definition).collect()
}

fn index(index: &Index) -> GlobalSecondaryIndex {
    GlobalSecondaryIndex::builder()
        .index_name(&index.name)
        .set_key_schema(Some(keys(&index.partition_key, index.sort_key.as_ref())))
        .projection(projection(&index.projection))
        .build()
        .expect("name and keys are given")
}

fn projection(projection: &Projection) -> aws_sdk_dynamodb::types::Projection {
    let (kind, names) = match projection {
        Projection::All => (ProjectionType::All, None),
        Projection::KeysOnly => (ProjectionType::KeysOnly, None),
        Projection::Include(names) => (ProjectionType::Include, Some(names.clone())),
    };
    aws_sdk_dynamodb::types::Projection::builder().projection_type(kind).set_non_key_attributes(names).build()
}
