//! An AWS that others wrote, made ready: looked at, and given what the template lists.

use std::collections::BTreeMap;

use anyhow::Context;
use rez_cloud::backend::Backend;
use rez_localstack::{Endpoint, provision};
use rez_topology::Topology;

/// # Errors
/// One line that says what is wrong with the endpoint, or which resource it refused.
pub async fn prepare(url: &str, topology: &Topology, secrets: &BTreeMap<String, String>) -> anyhow::Result<Backend> {
    let endpoint = Endpoint::parse(url)?;
    endpoint.check().await?;
    provision(topology, &endpoint, secrets).await.with_context(|| format!("cannot prepare `{url}`"))?;
    Ok(Backend::new(endpoint.url())?)
}
