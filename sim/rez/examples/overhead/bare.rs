//! Bare SDK calls: built, signed, sent into the process, answered at once, and read. Requests look like those of the functions,
//! and a query's answer has as many items as the run's had on average.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use anyhow::Context;
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_dynamodb::types::{AttributeValue, Put, TransactWriteItem, Update};
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_sns::types::PublishBatchRequestEntry;
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_async::time::{SharedTimeSource, SystemTimeSource};
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use aws_types::SdkConfig;
use aws_types::region::Region;
use bytes::Bytes;
use rez::observer::AwsCalls;
use rez_core::config::Variables;
use rez_core::{Ambient, Environment};
use serde_json::json;

const TEXT: &str = "Message 8668 [6c6c5f14b4cd830d]. The quick brown fox jumps over the lazy dog.";
const EVENT: &str = r#"{"version":"1.0","event_type":"message.created","message_id":"51bcec39-efa6-4d69-bc3b-e495fb77a9fa","stage":"dev","created_date":"2026-11-10T15:51:46.097Z","correlation_id":"8c592abf-b0e3-46af-8fb0-5616aa6086a1"}"#;

/// Whose clients make the calls.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Those of the functions, which leave out what an environment of Lambda's does not need.
    Functions,
    /// The SDK's, with nothing set but where to send and as whom.
    AsTheyCome,
}

/// Makes as many calls of each kind as were counted.
pub fn call(kind: Kind, calls: &AwsCalls) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?;
    runtime.block_on(async {
        let http = http_client(AtOnce::like(calls));
        let clients = match kind {
            Kind::Functions => Clients::of_functions(http)?,
            Kind::AsTheyCome => Clients::as_they_come(http),
        };
        for (service, operation, of) in calls.iter() {
            for _ in 0..of.count {
                clients.call(service, operation).await?;
            }
        }
        Ok(())
    })
}

struct Clients {
    dynamodb: aws_sdk_dynamodb::Client,
    sns: aws_sdk_sns::Client,
    sqs: aws_sdk_sqs::Client,
    lambda: aws_sdk_lambda::Client,
}

impl Clients {
    fn as_they_come(http: SharedHttpClient) -> Self {
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("us-east-1"))
            .credentials_provider(SharedCredentialsProvider::new(credentials()))
            .http_client(http)
            .time_source(SharedTimeSource::new(SystemTimeSource::new()))
            .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
            .build();
        Self {
            dynamodb: aws_sdk_dynamodb::Client::new(&config),
            sns: aws_sdk_sns::Client::new(&config),
            sqs: aws_sdk_sqs::Client::new(&config),
            lambda: aws_sdk_lambda::Client::new(&config),
        }
    }

    fn of_functions(http: SharedHttpClient) -> anyhow::Result<Self> {
        let variables = [("AWS_REGION", "us-east-1"), ("STAGE", "dev")];
        let variables: BTreeMap<_, _> = variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let ambient = Ambient {
            variables,
            http,
            time: SharedTimeSource::new(SystemTimeSource::new()),
            sleep: SharedAsyncSleep::new(TokioSleep::new()),
            credentials: credentials(),
            entropy: 1,
            name: "bare".to_owned(),
        };
        let mut variables = Variables::new(&ambient.variables);
        let environment = Environment::new("bare", &ambient, &mut variables);
        variables.finish().context("the clients want more variables")?;
        Ok(Self {
            dynamodb: environment.dynamodb(),
            sns: environment.sns(),
            sqs: environment.sqs(),
            lambda: environment.lambda(Duration::from_secs(47)),
        })
    }

    async fn call(&self, service: &str, operation: &str) -> anyhow::Result<()> {
        match (service, operation) {
            ("dynamodb", "UpdateItem") => self.update().await,
            ("dynamodb", "TransactWriteItems") => self.transact().await,
            ("dynamodb", "PutItem") => {
                drop(self.dynamodb.put_item().table_name("messages").set_item(Some(item())).send().await?);
                Ok(())
            }
            ("dynamodb", "Query") => self.query().await,
            ("dynamodb", _) => {
                drop(self.dynamodb.get_item().table_name("messages").key("message_id", text(TEXT)).send().await?);
                Ok(())
            }
            ("sns", "PublishBatch") => self.publish_batch().await,
            ("sns", _) => {
                drop(self.sns.publish().topic_arn(TOPIC).message(EVENT).send().await?);
                Ok(())
            }
            ("sqs", _) => {
                drop(self.sqs.send_message().queue_url(QUEUE).message_body(EVENT).send().await?);
                Ok(())
            }
            // Parameters come over plain HTTP, which costs less than an invocation; there are few.
            _ => {
                drop(self.lambda.invoke().function_name("notifier").payload(Blob::new(EVENT)).send().await?);
                Ok(())
            }
        }
    }

    async fn update(&self) -> anyhow::Result<()> {
        let update = self.dynamodb.update_item().table_name("messages").key("message_id", text(TEXT));
        let update = update
            .condition_expression(
                "#status = :created AND (attribute_not_exists(deferred_until) OR deferred_until <= :now)",
            )
            .update_expression("SET #status = :processing, lease_owner = :owner, lease_until = :until, due_at = :until")
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":created", text("created"))
            .expression_attribute_values(":processing", text("processing"))
            .expression_attribute_values(":owner", text("c9a2f186-1ea6-4050-abbc-5e20170f49ca"))
            .expression_attribute_values(":until", AttributeValue::N("1794326006217".to_owned()))
            .expression_attribute_values(":now", AttributeValue::N("1794325906217".to_owned()));
        let output = update.send().await?;
        anyhow::ensure!(output.attributes().is_some(), "an answer was read");
        Ok(())
    }

    async fn transact(&self) -> anyhow::Result<()> {
        let put = Put::builder().table_name("messages").set_item(Some(item()));
        let put = put.condition_expression("attribute_not_exists(message_id)").build()?;
        let count = Update::builder()
            .table_name("counters")
            .key("day", text("dev#2026-11-10"))
            .key("slot", text("15#2"))
            .update_expression("ADD created :one, #latency :one")
            .expression_attribute_names("#latency", "latency_le_200")
            .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
            .build()?;
        let writes = self.dynamodb.transact_write_items();
        let writes = writes.transact_items(TransactWriteItem::builder().put(put).build());
        drop(writes.transact_items(TransactWriteItem::builder().update(count).build()).send().await?);
        Ok(())
    }

    async fn query(&self) -> anyhow::Result<()> {
        let query = self.dynamodb.query().table_name("messages").index_name("due");
        let query = query
            .key_condition_expression("stage = :stage AND due_at <= :now")
            .expression_attribute_values(":stage", text("dev"))
            .expression_attribute_values(":now", AttributeValue::N("1794325906217".to_owned()));
        drop(query.limit(100).send().await?);
        Ok(())
    }

    async fn publish_batch(&self) -> anyhow::Result<()> {
        let entry = PublishBatchRequestEntry::builder().id("0").message(EVENT).build()?;
        drop(self.sns.publish_batch().topic_arn(TOPIC).publish_batch_request_entries(entry).send().await?);
        Ok(())
    }
}

fn credentials() -> Credentials {
    Credentials::new("AKIAEXAMPLE", "secret", Some("token".to_owned()), None, "example")
}

const TOPIC: &str = "arn:aws:sns:us-east-1:123456789012:messages";
const QUEUE: &str = "https://sqs.us-east-1.amazonaws.com/123456789012/messages";

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

/// A message as it is stored.
fn item() -> HashMap<String, AttributeValue> {
    let texts = ["message_id", "stage", "created_date", "updated_date", "created_by", "kind", "title", "status"];
    let more = ["correlation_id", "lease_owner", "schema_version"];
    let numbers = ["priority", "attempts", "lease_until", "due_at", "ttl"];
    let texts = texts.iter().chain(&more).map(|name| (*name, text("51bcec39-efa6-4d69-bc3b-e495fb77a9fa")));
    let numbers = numbers.iter().map(|name| (*name, AttributeValue::N("1794326006217".to_owned())));
    texts.chain(numbers).chain([("body", text(TEXT))]).map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Answers everything at once, from memory.
#[derive(Clone, Debug)]
struct AtOnce {
    item: Bytes,
    attributes: Bytes,
    page: Bytes,
}

impl AtOnce {
    /// Whose pages are as long as those of the run.
    fn like(calls: &AwsCalls) -> Self {
        let query = calls.iter().find(|(service, operation, _)| (*service, *operation) == ("dynamodb", "Query"));
        let page_size = query.map_or(0, |(_, _, calls)| calls.response_size());
        let item = wire_item();
        let items = vec![&item; page_size / item.to_string().len()];
        let page = json!({"Count": items.len(), "Items": items, "ScannedCount": items.len()});
        let [item, attributes] = [json!({"Item": item}), json!({"Attributes": item})];
        let [item, attributes, page] = [item, attributes, page].map(|answer| answer.to_string().into());
        Self { item, attributes, page }
    }

    fn dynamodb(&self, operation: &str) -> Bytes {
        match operation {
            "UpdateItem" => self.attributes.clone(),
            "GetItem" => self.item.clone(),
            "Query" => self.page.clone(),
            _ => Bytes::from_static(b"{}"),
        }
    }
}

impl HttpConnector for AtOnce {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").and_then(|target| target.split_once('.'));
        let body = match target {
            Some((api, operation)) if api.starts_with("DynamoDB") => self.dynamodb(operation),
            Some(_) => Bytes::from_static(br#"{"MessageId":"51bcec39","MD5OfMessageBody":"x"}"#),
            None if request.uri().contains("sns") => published(request.body()),
            None => Bytes::from_static(b"{}"),
        };
        let answer = HttpResponse::new(200.try_into().expect("a status"), SdkBody::from(body));
        HttpConnectorFuture::ready(Ok(answer))
    }
}

fn http_client(connector: AtOnce) -> SharedHttpClient {
    http_client_fn(move |_, _| SharedHttpConnector::new(connector.clone()))
}

fn published(request: &SdkBody) -> Bytes {
    let is_batch = request.bytes().is_some_and(|body| body.starts_with(b"Action=PublishBatch"));
    let member = "<MessageId>51bcec39-efa6-4d69-bc3b-e495fb77a9fa</MessageId>";
    let (operation, result) = match is_batch {
        false => ("Publish", member.to_owned()),
        true => ("PublishBatch", format!("<Successful><member><Id>0</Id>{member}</member></Successful><Failed/>")),
    };
    let answer = format!(
        "<{operation}Response xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><{operation}Result>{result}</{operation}Result>\
         <ResponseMetadata><RequestId>8c592abf</RequestId></ResponseMetadata></{operation}Response>"
    );
    answer.into()
}

/// The item as DynamoDB's JSON has it.
fn wire_item() -> serde_json::Value {
    let wire = |value: &AttributeValue| match value {
        AttributeValue::N(number) => json!({"N": number}),
        other => json!({"S": other.as_s().cloned().unwrap_or_default()}),
    };
    item().iter().map(|(name, value)| (name.clone(), wire(value))).collect()
}
