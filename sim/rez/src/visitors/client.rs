//! HTTP to the API, over the wire of the simulated cloud, from outside.

use std::time::Duration;

use anyhow::Context;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::timeout::TimeoutConfig;
use bytes::Bytes;
use http::{Request, Response};
use rez_cloud::Cloud;
use std::convert::Infallible;

use crate::world::names::HTTP_API;

/// Longer than the gateway lets any integration take.
const TIMEOUT: Duration = Duration::from_secs(35);

/// An answer of the API, or of the gateway in front of it.
pub type Answer = Response<Bytes>;

/// An HTTP client; clones of its one operation share everything.
pub struct Client {
    origin: String,
    operation: Operation<Request<Bytes>, Answer, Infallible>,
}

impl Client {
    /// # Errors
    /// When the template has no API.
    pub fn new(cloud: &Cloud) -> anyhow::Result<Self> {
        let host = cloud.api_host(HTTP_API).context("the template has no HTTP API")?;
        let origin = format!("https://{host}");
        let ambient = cloud.outside_exposed("visitors");
        let operation = Operation::builder()
            .service_name("visitors")
            .operation_name("request")
            .behavior_version(BehaviorVersion::v2026_01_12())
            .endpoint_url(&origin)
            .http_client(ambient.http)
            .time_source(ambient.time)
            .sleep_impl(ambient.sleep)
            .no_auth()
            .no_retry()
            .timeout_config(TimeoutConfig::builder().operation_attempt_timeout(TIMEOUT).build())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .serializer(|request: Request<Bytes>| Ok(HttpRequest::try_from(request.map(SdkBody::from))?))
            .deserializer(|response: &HttpResponse| Ok(read(response)))
            .build();
        Ok(Self { origin, operation })
    }

    /// `https://HOST`.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Sends a request, and waits for the whole answer; `None` when none comes.
    pub async fn send(&self, request: Request<Bytes>) -> Option<Answer> {
        self.operation.invoke(request).await.ok()
    }
}

fn read(response: &HttpResponse) -> Answer {
    let mut answer = Response::new(Bytes::copy_from_slice(response.body().bytes().unwrap_or_default()));
    *answer.status_mut() = http::StatusCode::from_u16(response.status().as_u16()).unwrap_or_default();
    for (name, value) in response.headers() {
        if let (Ok(name), Ok(value)) = (http::HeaderName::try_from(name), http::HeaderValue::try_from(value)) {
            answer.headers_mut().append(name, value);
        }
    }
    answer
}
