//! Creates what the template lists: tables, queues, topics, subscriptions, parameters.

use std::collections::BTreeMap;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use rez_topology::{Index, Key, Projection, Queue, Table, Topology};
use serde_json::{Value, json};

use super::{BuildError, permits};
use crate::history::Cause;
use crate::services::parameters::ParameterKind;
use crate::services::{ServiceError, Services};

pub(super) fn provision(
    topology: &Topology,
    secrets: &BTreeMap<String, String>,
    services: &Services,
) -> Result<(), BuildError> {
    for (id, table) in &topology.tables {
        create_table(id, table, services)?;
    }
    create_queues(topology, services)?;
    for (id, topic) in &topology.topics {
        services.sns.create_topic(&topic.name, &BTreeMap::new()).map_err(refused(id))?;
    }
    subscribe(topology, services)?;
    for (id, parameter) in &topology.store_parameters {
        let kind = ParameterKind::parse(&parameter.kind).unwrap_or(ParameterKind::String);
        services.parameters.put(&parameter.name, kind, &parameter.value, false).map_err(refused(id))?;
    }
    for (name, value) in secrets {
        let put = services.parameters.put(name, ParameterKind::SecureString, value, true);
        put.map_err(refused(name))?;
    }
    Ok(())
}

fn create_table(id: &str, table: &Table, services: &Services) -> Result<(), BuildError> {
    call_dynamodb(id, services, "CreateTable", &table_request(table))?;
    let Some(attribute) = &table.ttl_attribute else { return Ok(()) };
    let ttl = json!({ "AttributeName": attribute, "Enabled": true });
    let request = json!({ "TableName": table.name, "TimeToLiveSpecification": ttl });
    call_dynamodb(id, services, "UpdateTimeToLive", &request)
}

fn table_request(table: &Table) -> Value {
    let keys = |partition: &Key, sort: Option<&Key>| {
        let partition = json!({ "AttributeName": partition.name, "KeyType": "HASH" });
        let sort = sort.map(|key| json!({ "AttributeName": key.name, "KeyType": "RANGE" }));
        std::iter::once(partition).chain(sort).collect::<Vec<_>>()
    };
    let index = |index: &Index| {
        json!({
            "IndexName": index.name,
            "KeySchema": keys(&index.partition_key, index.sort_key.as_ref()),
            "Projection": projection(&index.projection),
        })
    };
    let mut request = json!({
        "TableName": table.name,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": attributes(table),
        "KeySchema": keys(&table.partition_key, table.sort_key.as_ref()),
    });
    if !table.indexes.is_empty() {
        request["GlobalSecondaryIndexes"] = table.indexes.iter().map(index).collect();
    }
    request
}

/// The attributes that are part of some key, each once.
fn attributes(table: &Table) -> Vec<Value> {
    let of_indexes = table.indexes.iter().flat_map(|index| [Some(&index.partition_key), index.sort_key.as_ref()]);
    let keys = [Some(&table.partition_key), table.sort_key.as_ref()].into_iter().chain(of_indexes).flatten();
    let kinds: BTreeMap<&str, &str> = keys.map(|key| (key.name.as_str(), key.kind.as_str())).collect();
    kinds.iter().map(|(name, kind)| json!({ "AttributeName": name, "AttributeType": kind })).collect()
}

fn projection(projection: &Projection) -> Value {
    match projection {
        Projection::All => json!({ "ProjectionType": "ALL" }),
        Projection::KeysOnly => json!({ "ProjectionType": "KEYS_ONLY" }),
        Projection::Include(names) => json!({ "ProjectionType": "INCLUDE", "NonKeyAttributes": names }),
    }
}

/// Creating a table waits for nothing, so one poll is enough.
fn call_dynamodb(id: &str, services: &Services, operation: &str, request: &Value) -> Result<(), BuildError> {
    let request = request.to_string();
    let mut call = pin!(services.dynamodb.handle(operation, request.as_bytes(), Cause::Outside));
    let Poll::Ready(answer) = call.as_mut().poll(&mut Context::from_waker(Waker::noop())) else {
        unreachable!("`{operation}` waits for nothing");
    };
    if answer.status == 200 {
        return Ok(());
    }
    let message = String::from_utf8_lossy(&answer.body).into_owned();
    Err(refused(id)(ServiceError::new(answer.code, message).with_status(answer.status)))
}

/// In two rounds, because policies name queues that must be there.
fn create_queues(topology: &Topology, services: &Services) -> Result<(), BuildError> {
    for (id, queue) in &topology.queues {
        services.sqs.create_queue(&queue.name, &queue_attributes(queue)).map_err(refused(id))?;
    }
    for (id, queue) in &topology.queues {
        let redrive = queue.redrive.as_ref().map(|redrive| ("RedrivePolicy".to_owned(), redrive.document()));
        let policy = topology.queue_policy(queue).map(|policy| ("Policy".to_owned(), policy));
        let attributes = redrive.into_iter().chain(policy).collect();
        services.sqs.set_attributes(&queue.name, &attributes).map_err(refused(id))?;
    }
    Ok(())
}

fn queue_attributes(queue: &Queue) -> BTreeMap<String, String> {
    let seconds = [
        ("VisibilityTimeout", queue.visibility_timeout),
        ("MessageRetentionPeriod", queue.retention),
        ("DelaySeconds", queue.delay),
        ("ReceiveMessageWaitTimeSeconds", queue.receive_wait),
    ];
    seconds.into_iter().map(|(name, value)| (name.to_owned(), value.as_secs().to_string())).collect()
}

/// Queues and functions are subscribed. People and web hooks live outside, where nothing here can observe them, so they are
/// left out.
fn subscribe(topology: &Topology, services: &Services) -> Result<(), BuildError> {
    for (id, subscription) in &topology.subscriptions {
        match subscription.protocol.as_str() {
            "sqs" => permits::check_subscription(id, subscription, topology)?,
            "lambda" => permits::check_subscribed_function(id, subscription, topology)?,
            "email" | "email-json" | "http" | "https" | "sms" => continue,
            other => {
                let (subscription, protocol) = (id.clone(), other.to_owned());
                return Err(BuildError::Protocol { subscription, protocol });
            }
        }
        let raw = subscription.raw_message_delivery.to_string();
        let attributes = BTreeMap::from([("RawMessageDelivery".to_owned(), raw)]);
        let (topic, protocol) = (&subscription.topic_arn, &subscription.protocol);
        services.sns.subscribe(topic, protocol, &subscription.endpoint, &attributes).map_err(refused(id))?;
    }
    Ok(())
}

fn refused(resource: &str) -> impl FnOnce(ServiceError) -> BuildError {
    let resource = resource.to_owned();
    move |error| BuildError::Refused { resource, error }
}
