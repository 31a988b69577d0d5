//! Data services that somebody else runs: LocalStack, or any endpoint that speaks as AWS does. Requests of functions for
//! DynamoDB, SQS, SNS and Parameter Store go there instead of to [`crate::services`]; Lambda, event sources, schedules and
//! the front door stay here. In real time only.
//!
//! What happens inside it nobody tells us: item images, queue events and publications are not among the facts.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST, HeaderName};
use http::request::Parts;
use http::uri::{Authority, InvalidUri, Scheme};
use http::{HeaderValue, Request, Response, Uri};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::json;

use crate::services::Service;
use crate::services::wire::{Call, wants_decryption};

/// How long one receive waits for messages of a backend's queue. It may not notice that a poller went away, and hands what
/// comes meanwhile to nobody: whoever begins anew lets this time pass first.
pub const POLL: Duration = Duration::from_secs(1);

/// An endpoint, and the connections to it.
#[derive(Clone)]
pub struct Backend {
    endpoint: Authority,
    client: Client<HttpConnector, Full<Bytes>>,
}

/// Why an endpoint is none.
#[derive(Debug, thiserror::Error)]
pub enum BackendError {
    #[error("`{0}` is no URL: {1}")]
    Url(String, InvalidUri),
    #[error("`{0}` is not plain HTTP to a host (expected `http://HOST:PORT`)")]
    Form(String),
}

/// No answer came.
#[derive(Debug, thiserror::Error)]
#[error("the backend at `{endpoint}` does not answer: {reason}")]
pub(crate) struct Unreachable {
    endpoint: String,
    reason: String,
}

impl Backend {
    /// `http://HOST:PORT`.
    ///
    /// # Errors
    /// When `url` is something else.
    pub fn new(url: &str) -> Result<Self, BackendError> {
        let uri: Uri = url.parse().map_err(|error| BackendError::Url(url.to_owned(), error))?;
        let plain = uri.scheme() == Some(&Scheme::HTTP) && ["", "/"].contains(&uri.path()) && uri.query().is_none();
        let authority = uri.authority().filter(|_| plain).ok_or_else(|| BackendError::Form(url.to_owned()))?;
        let client = Client::builder(TokioExecutor::new()).build_http();
        Ok(Self { endpoint: authority.clone(), client })
    }

    /// `http://HOST:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.endpoint)
    }

    /// Whether it serves what `call` is for.
    pub(crate) fn serves(&self, call: &Call) -> bool {
        matches!(call.service, Service::DynamoDb | Service::Sqs | Service::Sns | Service::Parameters)
    }

    /// Passes a request on as it is; one to the Parameters and Secrets extension becomes what the extension asks.
    pub(crate) async fn answer(&self, call: &Call, parts: Parts, body: Bytes) -> Result<Response<Bytes>, Unreachable> {
        let (mut parts, body) = if is_extension(&parts) { ask_parameter_store(call, &parts) } else { (parts, body) };
        parts.uri = self.uri(&parts).map_err(|error| self.unreachable(&error))?;
        parts.headers.remove(HOST);
        let request = Request::from_parts(parts, Full::new(body));
        let response = self.client.request(request).await.map_err(|error| self.unreachable(&error))?;
        let (parts, body) = response.into_parts();
        let body = body.collect().await.map_err(|error| self.unreachable(&error))?;
        Ok(Response::from_parts(parts, body.to_bytes()))
    }

    fn uri(&self, parts: &Parts) -> http::Result<Uri> {
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        Uri::builder().scheme(Scheme::HTTP).authority(self.endpoint.clone()).path_and_query(path).build()
    }

    fn unreachable(&self, error: &dyn std::error::Error) -> Unreachable {
        let reason = error.source().map_or_else(|| error.to_string(), ToString::to_string);
        Unreachable { endpoint: self.url(), reason }
    }
}

impl fmt::Debug for Backend {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Backend").field(&self.endpoint).finish()
    }
}

/// Who speaks to an extension names no target; whoever speaks to Parameter Store does.
fn is_extension(parts: &Parts) -> bool {
    parts.uri.path().starts_with("/systemsmanager/")
}

/// What the extension asks of Parameter Store for a function. It holds the function's role; an emulator asks nobody for one.
fn ask_parameter_store(call: &Call, parts: &Parts) -> (Parts, Bytes) {
    let request = Request::post("/")
        .header(CONTENT_TYPE, "application/x-amz-json-1.1")
        .header(HeaderName::from_static("x-amz-target"), "AmazonSSM.GetParameter")
        .header(http::header::AUTHORIZATION, signed_by_nobody());
    let (asked, ()) = request.body(()).expect("constant headers are valid").into_parts();
    let body = json!({ "Name": call.resource, "WithDecryption": wants_decryption(parts) });
    (asked, body.to_string().into())
}

/// Names account, Region and service, which is what an emulator reads of it.
fn signed_by_nobody() -> HeaderValue {
    use crate::services::names::{ACCOUNT, REGION};
    let scope = format!("{ACCOUNT}/20261123/{REGION}/ssm/aws4_request");
    let text = format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0");
    HeaderValue::try_from(text).expect("names of AWS are text")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_plain_http_to_a_host() {
        for good in ["http://127.0.0.1:4566", "http://localstack:4566/", "http://localhost"] {
            assert!(good.starts_with(&Backend::new(good).expect(good).url()), "{good}");
        }
        for bad in ["", "localhost:4566", "https://127.0.0.1:4566", "http://127.0.0.1:4566/health", "http://a b"] {
            let error = Backend::new(bad).expect_err(bad).to_string();
            assert!(error.contains(&format!("`{bad}`")), "{error}");
        }
    }
}
