//! Asks an endpoint how it is.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;

use super::{Endpoint, EndpointError};
use crate::exchange::Answer;

/// Where LocalStack says how it is; no path of AWS's own.
const HEALTH: &str = "/_localstack/health";
/// The first whose SQS takes a queue's URL with any host.
const MAJOR_VERSION_MIN: u32 = 4;
/// How long it may take to say how it is.
pub(super) const TIMEOUT: Duration = Duration::from_secs(10);
/// What the system keeps its data in.
const NEEDED: [&str; 4] = ["dynamodb", "sns", "sqs", "ssm"];

/// Whose AWS it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Backend {
    LocalStack {
        version: String,
    },
    /// It answers as SQS does, and says nothing else about itself.
    Other,
}

#[derive(Deserialize)]
struct Health {
    version: String,
    services: BTreeMap<String, String>,
}

pub(super) async fn check(endpoint: &Endpoint) -> Result<Backend, EndpointError> {
    let answer = endpoint.get(HEALTH).await.map_err(|_| no_answer(endpoint))?;
    match serde_json::from_slice::<Health>(&answer.body) {
        Ok(health) if answer.status == 200 => judge(endpoint.url(), health),
        _ => ask_sqs(endpoint).await,
    }
}

fn judge(url: &str, health: Health) -> Result<Backend, EndpointError> {
    let major = health.version.split('.').next().and_then(|major| major.parse::<u32>().ok());
    // A version that is no number is a build of its developers'.
    if major.is_some_and(|major| major < MAJOR_VERSION_MIN) {
        return Err(EndpointError::Old { url: url.to_owned(), version: health.version });
    }
    for service in NEEDED {
        let state = health.services.get(service).map_or("disabled", String::as_str);
        if !matches!(state, "available" | "initialized" | "running" | "starting") {
            return Err(EndpointError::Unhealthy { url: url.to_owned(), service, state: state.to_owned() });
        }
    }
    Ok(Backend::LocalStack { version: health.version })
}

/// Any AWS lists its queues, in JSON.
async fn ask_sqs(endpoint: &Endpoint) -> Result<Backend, EndpointError> {
    let headers = [("content-type", "application/x-amz-json-1.0"), ("x-amz-target", "AmazonSQS.ListQueues")];
    let answer = endpoint.exchange(TIMEOUT).post("/", &headers, "{}").await.map_err(|_| no_answer(endpoint))?;
    if is_sqs(&answer) {
        return Ok(Backend::Other);
    }
    let reason = format!("status {} where SQS lists its queues", answer.status);
    Err(EndpointError::NotAws { url: endpoint.url().to_owned(), reason })
}

/// The queues, or an error of AWS's: an endpoint may insist on a signature.
fn is_sqs(answer: &Answer) -> bool {
    let Ok(serde_json::Value::Object(body)) = serde_json::from_slice(&answer.body) else { return false };
    answer.status == 200 || body.contains_key("__type")
}

fn no_answer(endpoint: &Endpoint) -> EndpointError {
    EndpointError::NoAnswer { url: endpoint.url().to_owned() }
}
