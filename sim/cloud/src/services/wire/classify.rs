//! Which service, operation and resource a request is about, before anything is done with it.

use std::borrow::Cow;

use http::request::Parts;
use serde::Deserialize;

use super::query;
use crate::services::{Service, names};

/// What a request asks of AWS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    pub service: Service,
    /// `UpdateItem`, `Publish`, `Invoke`, …; method and path when the service is [`Service::Other`].
    pub operation: String,
    /// Name of the table, queue, topic, function or parameter: of the first, if there are several; empty for none.
    pub resource: String,
}

/// Reads a request far enough to say what it asks for. `None` when it is not for AWS.
pub fn classify(parts: &Parts, body: &[u8]) -> Option<Call> {
    let host = host(parts);
    if let Some(target) = parts.headers.get("x-amz-target").and_then(|value| value.to_str().ok()) {
        return Some(by_target(target, body));
    }
    if let Some((function, action)) = parts.uri.path().strip_prefix("/2015-03-31/functions/").and_then(split_function) {
        let operation = if action == "invocations" { "Invoke".to_owned() } else { action };
        return Some(Call { service: Service::Lambda, operation, resource: function });
    }
    if super::extension::is_meant(parts) {
        let resource = super::extension::parameter_name(parts).unwrap_or_default();
        return Some(Call { service: Service::Parameters, operation: "GetParameter".to_owned(), resource });
    }
    if host.starts_with("sns.") || is_form(parts) && body.starts_with(b"Action=") {
        return Some(by_query(body));
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
    Call { service, operation: operation.to_owned(), resource: members.resource() }
}

fn by_query(body: &[u8]) -> Call {
    let form = query::Form::parse(body);
    let address = form.first_of(&["TopicArn", "TargetArn", "SubscriptionArn", "Name"]).unwrap_or_default();
    // A subscription's ARN is its topic's and one more part.
    let resource = address.splitn(6, ':').last().unwrap_or_default().split(':').next().unwrap_or_default();
    let operation = form.get("Action").unwrap_or_default().to_owned();
    Call { service: Service::Sns, operation, resource: resource.to_owned() }
}

fn unknown(service: &str, operation: String) -> Call {
    Call { service: Service::Other, operation, resource: service.to_owned() }
}

/// `name` and `invocations` of `name/invocations`, the name freed of ARN and escapes.
fn split_function(path: &str) -> Option<(String, String)> {
    let (function, action) = path.split_once('/')?;
    let function = percent_encoding::percent_decode_str(function).decode_utf8().ok()?;
    Some((names::plain(&function).to_owned(), action.to_owned()))
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
