//! Data services of somebody else's: LocalStack, or any other AWS that speaks plain HTTP. Looked at before anything
//! depends on them, made ready, and asked what they hold.

mod empty;
mod remains;

use std::collections::{BTreeMap, HashMap};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, anyhow};
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::AttributeValue;
use rez_cloud::backend::Backend;
use rez_cloud::{CloudBuilder, Seed};
use rez_localstack::{Endpoint, provision};
use rez_topology::Topology;

pub use self::remains::Remains;

use crate::world;

/// Where everything lies that the template's tables, queues, topics and parameters hold.
pub struct DataServices {
    backend: Backend,
    dynamodb: aws_sdk_dynamodb::Client,
    sqs: aws_sdk_sqs::Client,
    /// URLs of the queues, by name.
    queues: BTreeMap<String, String>,
}

/// An item of DynamoDB.
type Item = HashMap<String, AttributeValue>;

/// The seed of a cloud over data services that outlive it. With the same one as another time, it would draw the same ids
/// again, and what is new would be taken for a repetition.
pub fn seed(seed: u64, begins: SystemTime) -> Seed {
    let since = begins.duration_since(UNIX_EPOCH).unwrap_or_default();
    Seed(seed ^ since.as_nanos() as u64)
}

/// # Errors
/// One line that says why the system cannot run on what answers at `url`.
pub async fn check(url: &str) -> anyhow::Result<()> {
    open(url).await.map(drop)
}

async fn open(url: &str) -> anyhow::Result<(Endpoint, Backend)> {
    let endpoint = Endpoint::parse(url)?;
    let backend = Backend::new(endpoint.url())?;
    endpoint.check().await?;
    Ok((endpoint, backend))
}

impl DataServices {
    /// Creates what the template lists, where it is missing.
    ///
    /// # Errors
    /// One line that says what is wrong with the endpoint, or which resource it refused.
    pub async fn prepare(url: &str, topology: &Topology, ntfy_token: &str) -> anyhow::Result<Self> {
        let (endpoint, backend) = open(url).await?;
        let secrets = world::secrets(topology, ntfy_token)?;
        provision(topology, &endpoint, &secrets).await.with_context(|| format!("cannot prepare `{url}`"))?;
        let config = endpoint.sdk_config(&topology.account, &topology.region);
        Ok(Self {
            backend,
            dynamodb: aws_sdk_dynamodb::Client::new(&config),
            sqs: aws_sdk_sqs::Client::new(&config),
            queues: topology.queues.values().map(|queue| (queue.name.clone(), queue.url.clone())).collect(),
        })
    }

    /// Puts these services in place of the cloud's own.
    pub fn put_under(&self, builder: CloudBuilder) -> CloudBuilder {
        builder.backend(self.backend.clone())
    }

    /// Every item of a table.
    async fn scan(&self, table: &str) -> anyhow::Result<Vec<Item>> {
        let scan = self.dynamodb.scan().table_name(table).consistent_read(true);
        let items = scan.into_paginator().items().send().collect::<Result<_, _>>().await;
        items.map_err(|error| told(&error)).with_context(|| format!("cannot read table `{table}`"))
    }

    fn queue_url(&self, name: &str) -> anyhow::Result<&str> {
        self.queues.get(name).map(String::as_str).with_context(|| format!("the template has no queue `{name}`"))
    }
}

/// What the services said, in one line.
fn told(error: &impl ProvideErrorMetadata) -> anyhow::Error {
    match (error.code(), error.message()) {
        (Some(code), message) => anyhow!("`{code}`: {}", message.unwrap_or_default()),
        (None, _) => anyhow!("no answer from the backend"),
    }
}
