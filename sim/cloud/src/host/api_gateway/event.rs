//! Payload format 2.0, as functions and authorizers get it. What is empty is left out.

use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use jiff::Timestamp;
use serde::ser::Serializer;
use serde::{Serialize, ser::SerializeMap};
use serde_json::Value;

use super::incoming::{Body, Incoming, PROTOCOL, SOURCE_IP};
use crate::services::names;

/// What belongs to a request besides what its sender wrote.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances<'a> {
    pub api_id: &'a str,
    pub host: &'a str,
    pub stage: &'a str,
    pub route_key: &'a str,
    pub request_id: &'a str,
    pub path_parameters: &'a [(&'a str, String)],
    pub at: SystemTime,
}

/// The event of the route's function; `context` is the authorizer's.
pub fn for_function(incoming: &Incoming<'_>, of: Circumstances<'_>, context: Option<&Value>) -> Bytes {
    let (body, is_base64_encoded) = match &incoming.body {
        None => (None, false),
        Some(Body::Text(text)) => (Some(&**text), false),
        Some(Body::Base64(encoded)) => (Some(encoded.as_str()), true),
    };
    let authorizer = context.map(|context| Authorized { lambda: context });
    bytes(&Event { body, is_base64_encoded: Some(is_base64_encoded), ..event(incoming, of, authorizer) })
}

/// The event of an authorizer: no body, and what it is asked about.
pub fn for_authorizer(incoming: &Incoming<'_>, of: Circumstances<'_>, identity: &[String]) -> Bytes {
    let route_arn = route_arn(of.api_id, of.stage, incoming.method, &incoming.path);
    bytes(&Event {
        kind: Some("REQUEST"),
        route_arn: Some(route_arn),
        identity_source: Some(identity),
        ..event(incoming, of, None)
    })
}

/// `arn:aws:execute-api:REGION:ACCOUNT:API/STAGE/METHOD/path`.
fn route_arn(api_id: &str, stage: &str, method: &str, path: &str) -> String {
    let path = path.trim_start_matches('/');
    names::arn("execute-api", &format!("{api_id}/{stage}/{method}/{path}"))
}

fn bytes(event: &Event<'_>) -> Bytes {
    serde_json::to_vec(event).expect("an event is made of texts and numbers").into()
}

fn event<'a>(incoming: &'a Incoming<'_>, of: Circumstances<'a>, authorizer: Option<Authorized<'a>>) -> Event<'a> {
    let since_epoch = of.at.duration_since(UNIX_EPOCH).unwrap_or_default();
    Event {
        version: "2.0",
        kind: None,
        route_arn: None,
        identity_source: None,
        route_key: of.route_key,
        raw_path: &incoming.path,
        raw_query_string: incoming.query,
        cookies: &incoming.cookies,
        headers: Pairs(&incoming.headers),
        query_string_parameters: Pairs(&incoming.parameters),
        path_parameters: Pairs(of.path_parameters),
        request_context: Context {
            account_id: names::ACCOUNT,
            api_id: of.api_id,
            authorizer,
            domain_name: of.host,
            domain_prefix: of.api_id,
            http: Http {
                method: incoming.method,
                path: &incoming.path,
                protocol: PROTOCOL,
                source_ip: SOURCE_IP,
                user_agent: incoming.header("user-agent").unwrap_or_default(),
            },
            request_id: of.request_id,
            route_key: of.route_key,
            stage: of.stage,
            time: common_log_time(since_epoch.as_secs()),
            time_epoch: since_epoch.as_millis() as u64,
        },
        body: None,
        is_base64_encoded: None,
    }
}

/// `12/Mar/2020:19:03:58 +0000`.
pub fn common_log_time(seconds: u64) -> String {
    let at = Timestamp::from_second(seconds as i64).unwrap_or_default();
    at.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Event<'a> {
    version: &'static str,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    route_arn: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    identity_source: Option<&'a [String]>,
    route_key: &'a str,
    raw_path: &'a str,
    raw_query_string: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    cookies: &'a [&'a str],
    headers: Pairs<'a, &'a str, std::borrow::Cow<'a, str>>,
    #[serde(skip_serializing_if = "Pairs::is_empty")]
    query_string_parameters: Pairs<'a, std::borrow::Cow<'a, str>, std::borrow::Cow<'a, str>>,
    #[serde(skip_serializing_if = "Pairs::is_empty")]
    path_parameters: Pairs<'a, &'a str, String>,
    request_context: Context<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_base64_encoded: Option<bool>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Context<'a> {
    account_id: &'static str,
    api_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    authorizer: Option<Authorized<'a>>,
    domain_name: &'a str,
    domain_prefix: &'a str,
    http: Http<'a>,
    request_id: &'a str,
    route_key: &'a str,
    stage: &'a str,
    time: String,
    time_epoch: u64,
}

#[derive(Serialize)]
struct Authorized<'a> {
    lambda: &'a Value,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Http<'a> {
    method: &'a str,
    path: &'a str,
    protocol: &'static str,
    source_ip: &'static str,
    user_agent: &'a str,
}

/// A list of pairs that is an object in JSON.
struct Pairs<'a, N, V>(&'a [(N, V)]);

impl<N, V> Pairs<'_, N, V> {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<N: AsRef<str>, V: AsRef<str>> Serialize for Pairs<'_, N, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in self.0 {
            map.serialize_entry(name.as_ref(), value.as_ref())?;
        }
        map.end()
    }
}
