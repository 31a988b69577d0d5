//! Creates what a template lists on an AWS-compatible endpoint: tables, queues, topics, subscriptions, parameters.
//!
//! Functions, schedules, APIs, roles and alarms are no business of the endpoint's: `rez-cloud`'s host has them. Policies of
//! queues are set, though LocalStack enforces none.

mod error;
mod queues;
mod tables;
mod topics;

use std::collections::BTreeMap;

use rez_topology::Topology;

pub use self::error::ProvisionError;
use self::error::Resource;

use crate::endpoint::Endpoint;
use crate::parameter_store::{ParameterKind, ParameterStore};

/// Creates everything of the template that holds data, and the `secrets` (SecureStrings by name), which no template can
/// create. What is there already stays as it is, so it can be repeated.
///
/// # Errors
/// The first resource that was refused, or that is there and differs from the template's.
pub async fn provision(
    topology: &Topology,
    endpoint: &Endpoint,
    secrets: &BTreeMap<String, String>,
) -> Result<(), ProvisionError> {
    let config = endpoint.sdk_config(&topology.account, &topology.region);
    tables::create(topology, &aws_sdk_dynamodb::Client::new(&config), endpoint.sleep()).await?;
    let sqs = aws_sdk_sqs::Client::new(&config);
    queues::create(topology, &sqs).await?;
    let sns = aws_sdk_sns::Client::new(&config);
    topics::create(topology, &sns).await?;
    topics::subscribe(topology, &sns).await?;
    let store = ParameterStore::new(endpoint, &topology.account, &topology.region);
    put_parameters(topology, secrets, &store).await
}

async fn put_parameters(
    topology: &Topology,
    secrets: &BTreeMap<String, String>,
    store: &ParameterStore,
) -> Result<(), ProvisionError> {
    for (id, parameter) in &topology.store_parameters {
        let resource = Resource::new("parameter", id, &parameter.name);
        let kind = ParameterKind::parse(&parameter.kind)
            .ok_or_else(|| resource.clone().differs(format!("`{}` is no type of a parameter", parameter.kind)))?;
        store.put(&parameter.name, kind, &parameter.value).await.map_err(|error| resource.store(error))?;
    }
    for (name, value) in secrets {
        let put = store.put(name, ParameterKind::SecureString, value).await;
        put.map_err(|error| Resource::new("secret", name, name).store(error))?;
    }
    Ok(())
}
