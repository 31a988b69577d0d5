//! Outbound HTTP to what is not AWS: one request, one answer, no auth, no retry, a timeout. It leaves through the same
//! client as the SDK's calls, by the SDK's orchestrator, which builds the components that a bare connector lacks.

use std::convert::Infallible;
use std::fmt;
use std::time::Duration;

use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::client::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_smithy_types::DateTime;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::date_time::Format;
use aws_smithy_types::timeout::TimeoutConfig;
use bytes::Bytes;

use crate::ambient::Ambient;
use crate::clock::Moment;

/// One request. Its `Debug` shows neither headers nor body: a header may be a token.
pub struct Request {
    pub method: &'static str,
    /// Path and query, relative to the server.
    pub path: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: Bytes,
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request").field("method", &self.method).field("path", &self.path).finish_non_exhaustive()
    }
}

/// An answer, whatever its status.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    /// `Retry-After`, which is given in seconds or as a date.
    pub retry_after: Option<Duration>,
    pub body: Bytes,
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer").field("status", &self.status).finish_non_exhaustive()
    }
}

/// Why there is no answer. The server may have acted all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OutboundError {
    #[error("no answer in time")]
    Timeout,
    #[error("the connection failed")]
    Connection,
    #[error("the request could not be built")]
    Request,
}

/// A server that requests go to.
#[derive(Clone, Debug)]
pub struct Outbound(Operation<Request, Answer, Infallible>);

impl Outbound {
    /// `server` is a URL, with a path that all requests share if it has one. `timeout` is for one whole exchange.
    pub fn new(server: &str, timeout: Duration, ambient: &Ambient) -> Self {
        let time = ambient.time.clone();
        let operation = Operation::builder()
            .service_name("outbound")
            .operation_name("request")
            .behavior_version(BehaviorVersion::v2026_01_12())
            .endpoint_url(server)
            .http_client(ambient.http.clone())
            .time_source(ambient.time.clone())
            .sleep_impl(ambient.sleep.clone())
            .no_auth()
            .no_retry()
            .timeout_config(TimeoutConfig::builder().operation_attempt_timeout(timeout).build())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .serializer(|request: Request| Ok(serialize(request)?))
            .deserializer(move |response| {
                let hint = response.headers().get("retry-after");
                Ok(Answer {
                    status: response.status().as_u16(),
                    retry_after: hint.and_then(|hint| retry_after(hint, time.now().into())),
                    body: Bytes::copy_from_slice(response.body().bytes().unwrap_or_default()),
                })
            })
            .build();
        Self(operation)
    }

    /// # Errors
    /// When no answer came; any status is an answer.
    pub async fn send(&self, request: Request) -> Result<Answer, OutboundError> {
        self.0.invoke(request).await.map_err(|error| match error {
            SdkError::TimeoutError(_) => OutboundError::Timeout,
            SdkError::DispatchFailure(failure) if failure.is_timeout() => OutboundError::Timeout,
            SdkError::ConstructionFailure(_) => OutboundError::Request,
            _ => OutboundError::Connection,
        })
    }
}

/// Seconds or a date, RFC 9110 §10.2.3; nothing where it is neither.
fn retry_after(hint: &str, now: Moment) -> Option<Duration> {
    if let Ok(seconds) = hint.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = DateTime::from_str(hint, Format::HttpDate).ok()?;
    Some(Moment::from_epoch_ms(date.secs().saturating_mul(1000)).since(now))
}

fn serialize(request: Request) -> Result<HttpRequest, ::http::Error> {
    let mut builder = ::http::Request::builder().method(request.method).uri(request.path);
    for (name, value) in request.headers {
        builder = builder.header(name, value);
    }
    let request = builder.body(SdkBody::from(request.body))?;
    Ok(HttpRequest::try_from(request).expect("a request of the `http` crate is one of the SDK's"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::begin;

    #[test]
    fn a_retry_after_is_seconds_or_a_date() {
        let read = |hint| retry_after(hint, begin());
        assert_eq!(read("120"), Some(Duration::from_secs(120)));
        assert_eq!(read("Mon, 23 Nov 2026 12:02:00 GMT"), Some(Duration::from_secs(120)));
        assert_eq!(read("Mon, 23 Nov 2026 11:00:00 GMT"), Some(Duration::ZERO));
        assert_eq!(read("soon"), None);
    }
}
