//! The function of the guest book: counts how often each visitor signed. It is written as one would for AWS, but takes
//! its HTTP client, clock and credentials from the [`Ambient`] that its `start` gets.

use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryPartition;
use aws_sdk_dynamodb::config::{BehaviorVersion, Config, Region};
use aws_sdk_dynamodb::types::AttributeValue;
use bytes::Bytes;
use rez_cloud::program::{Ambient, BoxFuture, FunctionError, Handler, InvocationContext, Program};
use serde_json::Value;

pub struct Clerk;

impl Program for Clerk {
    fn start(&self, ambient: Ambient) -> BoxFuture<'static, Result<Arc<dyn Handler>, String>> {
        Box::pin(async move {
            let table = ambient.variables.get("TABLE").ok_or("variable `TABLE` is not set")?.clone();
            Ok(Arc::new(AtWork { table, dynamodb: dynamodb(&ambient) }) as Arc<dyn Handler>)
        })
    }
}

/// A client as the AWS SDK makes it, with nothing taken from the machine.
pub fn dynamodb(ambient: &Ambient) -> Client {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new("us-east-1"))
        .credentials_provider(ambient.credentials.clone())
        .http_client(ambient.http.clone())
        .time_source(ambient.time.clone())
        .sleep_impl(ambient.sleep.clone())
        .retry_partition(RetryPartition::new(ambient.name.clone()))
        .build();
    Client::from_conf(config)
}

struct AtWork {
    table: String,
    dynamodb: Client,
}

impl Handler for AtWork {
    fn handle(&self, event: Bytes, _: InvocationContext) -> BoxFuture<'_, Result<Bytes, FunctionError>> {
        Box::pin(async move {
            let event: Value = serde_json::from_slice(&event).map_err(failed)?;
            for record in event["Records"].as_array().into_iter().flatten() {
                self.count(record["body"].as_str().unwrap_or("nobody")).await?;
            }
            Ok(Bytes::from_static(b"null"))
        })
    }
}

impl AtWork {
    async fn count(&self, name: &str) -> Result<(), FunctionError> {
        let update = self.dynamodb.update_item().table_name(&self.table);
        let update = update.key("name", AttributeValue::S(name.to_owned())).update_expression("ADD visits :one");
        let update = update.expression_attribute_values(":one", AttributeValue::N("1".to_owned()));
        update.send().await.map(drop).map_err(failed)
    }
}

fn failed(error: impl std::error::Error) -> FunctionError {
    FunctionError { error_type: "Clerk".into(), message: error.to_string() }
}
