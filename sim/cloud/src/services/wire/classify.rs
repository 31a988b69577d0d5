//! Which service, operation and resource a request is about, before anything is done with it.

use std::borrow::Cow;

use http::request::Parts;
use serde::Deserialize;

use super::query;
use crate::services::{Service, names};

/// `Version` of an API that speaks the query protocol.
const SQS_VERSION: &str = "2012-11-05";
const SNS_VERSION: &str = "2010-03-31";

/// What a request asks of AWS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    pub service: Service,
    /// `UpdateItem`, `Publish`, `Invoke`, …; where [`Service::Other`] has no such name, method and path.
    pub operation: String,
    /// Name of the table, queue, topic, function or parameter: of the first, if there are several; empty for none. Of
    /// [`Service::Other`] the service.
    pub resource: String,
    /// Version or alias of the function that is asked for.
    pub qualifier: Option<String>,
    /// Whether it came as a form, and wants XML back.
    pub by_form: bool,
}

impl Call {
    /// The function with the qualifier that is asked for, `name:live`: that is what a policy must allow.
    pub fn function(&self) -> String {
        names::qualified(&self.resource, self.qualifier.as_deref())
    }

    pub(crate) fn new(service: Service, operation: impl Into<String>, resource: impl Into<String>) -> Self {
        Self { service, operation: operation.into(), resource: resource.into(), qualifier: None, by_form: false }
    }
}

/// Reads a request far enough to say what it asks for. `None` when it is not for AWS.
pub fn classify(parts: &Parts, body: &[u8]) -> Option<Call> {
    let host = host(parts);
    if let Some(target) = parts.headers.get("x-amz-target").and_then(|value| value.to_str().ok()) {
        return Some(by_target(target, body));
    }
    if let Some(call) = parts.uri.path().strip_prefix("/2015-03-31/functions/").and_then(|path| by_path(path, parts)) {
        return Some(call);
    }
    if super::extension::is_meant(parts) {
        let resource = super::extension::parameter_name(parts).unwrap_or_default();
        return Some(Call::new(Service::Parameters, "GetParameter", resource));
    }
    if host.starts_with("sns.") || is_form(parts) && body.starts_with(b"Action=") {
        return Some(by_query(parts, body));
    }
    host.ends_with(".amazonaws.com").then(|| unknown(host, format!("{} {}", parts.method, parts.uri.path())))
}

fn host(parts: &Parts) -> &str {
    parts.uri.host().or_else(|| parts.headers.get("host")?.to_str().ok()).unwrap_or_default()
}

fn is_form(parts: &Parts) -> bool {
    let content_type = parts.headers.get("content-type").and_then(|value| value.to_str().ok());
    content_type.is_some_and(|content_type| content_type.starts_with("application/x-www-form-urlencoded"))
}

fn by_target(target: &str, body: &[u8]) -> Call {
    let (prefix, operation) = target.split_once('.').unwrap_or((target, ""));
    let service = match prefix {
        "DynamoDB_20120810" => Service::DynamoDb,
        "AmazonSQS" => Service::Sqs,
        "AmazonSSM" => Service::Parameters,
        _ => return unknown(prefix, operation.to_owned()),
    };
    let members: Members<'_> = serde_json::from_slice(body).unwrap_or_default();
    Call::new(service, operation, members.resource())
}

/// SQS and SNS speak it, and others that are not here. Each sends the version of its own interface along.
fn by_query(parts: &Parts, body: &[u8]) -> Call {
    let form = query::Form::parse(body);
    let action = form.get("Action").unwrap_or_default();
    let call = match form.get("Version") {
        Some(SQS_VERSION) => {
            let queue = form.first_of(&["QueueUrl", "QueueName", "SourceArn"]).unwrap_or(parts.uri.path());
            Call::new(Service::Sqs, action, names::plain(queue))
        }
        None | Some(SNS_VERSION) => {
            let address = form.first_of(&["TopicArn", "TargetArn", "SubscriptionArn", "Name"]).unwrap_or_default();
            // A subscription's ARN is its topic's and one more part.
            let resource = address.splitn(6, ':').last().unwrap_or_default().split(':').next().unwrap_or_default();
            Call::new(Service::Sns, action, resource)
        }
        Some(_) => unknown(signed_for(parts).unwrap_or(host(parts)), action.to_owned()),
    };
    Call { by_form: true, ..call }
}

/// The service in a signature's scope, `KEY/DATE/REGION/SERVICE/aws4_request`.
fn signed_for(parts: &Parts) -> Option<&str> {
    let authorization = parts.headers.get("authorization")?.to_str().ok()?;
    let (_, scope) = authorization.split_once("Credential=")?;
    scope.split('/').nth(3)
}

fn unknown(service: &str, operation: String) -> Call {
    Call::new(Service::Other, operation, service)
}

/// `name/invocations`, the name escaped, maybe an ARN, and maybe with a qualifier; that can stand in the query too.
fn by_path(path: &str, parts: &Parts) -> Option<Call> {
    let (address, action) = path.split_once('/')?;
    let address = percent_encoding::percent_decode_str(address).decode_utf8().ok()?;
    let (function, qualifier) = names::function(&address);
    let query = query::Form::parse(parts.uri.query().unwrap_or_default().as_bytes());
    let operation = if action == "invocations" { "Invoke" } else { action };
    let qualifier = qualifier.or(query.get("Qualifier")).map(str::to_owned);
    Some(Call { qualifier, ..Call::new(Service::Lambda, operation, function) })
}

/// The members of any JSON request that say what it is about. Everything else is skipped, not parsed.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Members<'a> {
    #[serde(borrow)]
    table_name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    queue_url: Option<Cow<'a, str>>,
    #[serde(borrow)]
    queue_name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    source_arn: Option<Cow<'a, str>>,
    #[serde(borrow)]
    name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    path: Option<Cow<'a, str>>,
    names: Vec<String>,
    transact_items: Vec<super::permissions::Action>,
    request_items: std::collections::BTreeMap<String, serde::de::IgnoredAny>,
}

impl Members<'_> {
    fn resource(self) -> String {
        let first = self.names.into_iter().next().map(Cow::Owned);
        if let Some(name) = self.name.or(self.path).or(first) {
            return name.into_owned();
        }
        let address = self.table_name.or(self.queue_url).or(self.queue_name).or(self.source_arn);
        if let Some(address) = address {
            return names::plain(&address).to_owned();
        }
        let table = self.transact_items.into_iter().next().map(|action| action.table());
        let table = table.or_else(|| self.request_items.into_keys().next()).unwrap_or_default();
        names::plain(&table).to_owned()
    }
}
