//! One HTTP request and its answer, through the same client as the SDK's calls: for what no SDK client here covers.

use std::convert::Infallible;
use std::time::Duration;

use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_async::time::{SharedTimeSource, SystemTimeSource};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::timeout::TimeoutConfig;
use bytes::Bytes;
use http::{HeaderMap, Request};

/// Whatever the status.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub body: Bytes,
}

/// There was no answer: nothing listens, or it did not answer in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no answer")]
pub struct NoAnswer;

/// What carries requests, and by which clock.
#[derive(Clone, Debug)]
pub struct Wire {
    pub http: SharedHttpClient,
    pub time: SharedTimeSource,
    pub sleep: SharedAsyncSleep,
}

impl Wire {
    /// Real sockets, in real time.
    pub fn real() -> Self {
        Self {
            http: Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https(),
            time: SharedTimeSource::new(SystemTimeSource::new()),
            sleep: SharedAsyncSleep::new(TokioSleep::new()),
        }
    }
}

/// Sends requests to one server.
#[derive(Clone, Debug)]
pub struct Exchange(Operation<Request<Bytes>, Answer, Infallible>);

impl Exchange {
    /// `timeout` is for one whole exchange.
    pub fn new(url: &str, timeout: Duration, wire: &Wire) -> Self {
        let operation = Operation::builder()
            .service_name("endpoint")
            .operation_name("request")
            .behavior_version(BehaviorVersion::v2026_01_12())
            .endpoint_url(url)
            .http_client(wire.http.clone())
            .time_source(wire.time.clone())
            .sleep_impl(wire.sleep.clone())
            .no_auth()
            .no_retry()
            .timeout_config(TimeoutConfig::builder().operation_attempt_timeout(timeout).build())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .serializer(|request: Request<Bytes>| Ok(HttpRequest::try_from(request.map(SdkBody::from))?))
            .deserializer(|response| {
                let body = Bytes::copy_from_slice(response.body().bytes().unwrap_or_default());
                Ok(Answer { status: response.status().as_u16(), body })
            })
            .build();
        Self(operation)
    }

    pub async fn get(&self, path: &str) -> Result<Answer, NoAnswer> {
        self.send(Request::get(path).body(Bytes::new()).map_err(|_| NoAnswer)?).await
    }

    #[cfg(feature = "containers")]
    pub async fn delete(&self, path: &str) -> Result<Answer, NoAnswer> {
        self.send(Request::delete(path).body(Bytes::new()).map_err(|_| NoAnswer)?).await
    }

    pub async fn post(&self, path: &str, headers: &[(&str, &str)], body: &str) -> Result<Answer, NoAnswer> {
        let mut request = Request::post(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Bytes::copy_from_slice(body.as_bytes())).map_err(|_| NoAnswer)?).await
    }

    pub async fn post_with(&self, path: &str, headers: HeaderMap, body: Bytes) -> Result<Answer, NoAnswer> {
        let mut request = Request::post(path).body(body).map_err(|_| NoAnswer)?;
        *request.headers_mut() = headers;
        self.send(request).await
    }

    async fn send(&self, request: Request<Bytes>) -> Result<Answer, NoAnswer> {
        self.0.invoke(request).await.map_err(|_| NoAnswer)
    }
}
