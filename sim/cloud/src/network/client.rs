//! The caller's end of the wire: an HTTP client as the AWS SDK wants it.

use std::sync::Arc;
use std::time::Duration;

use aws_smithy_runtime_api::client::connection::{CaptureSmithyConnection, ConnectionMetadata};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http::Response;
use http::request::Parts;
use http_body_util::BodyExt;
use tokio::time::timeout;

use super::journey::{Arrival, Journey};
use super::to_its_end::ToItsEnd;
use super::{Caller, Network};

/// The HTTP client of one caller.
pub fn client(network: Arc<Network>, caller: Caller) -> SharedHttpClient {
    http_client_fn(move |settings, _| {
        let read_timeout = settings.read_timeout();
        SharedHttpConnector::new(Wire { network: network.clone(), caller: caller.clone(), read_timeout })
    })
}

#[derive(Clone)]
struct Wire {
    network: Arc<Network>,
    caller: Caller,
    read_timeout: Option<Duration>,
}

impl std::fmt::Debug for Wire {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Wire").field("caller", &self.caller.name()).finish_non_exhaustive()
    }
}

impl HttpConnector for Wire {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let wire = self.clone();
        HttpConnectorFuture::new(async move {
            let Some(limit) = wire.read_timeout else { return wire.exchange(request).await };
            let timed = timeout(limit, wire.exchange(request)).await;
            timed.unwrap_or_else(|elapsed| Err(ConnectorError::timeout(elapsed.into())))
        })
    }
}

impl Wire {
    async fn exchange(self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let (parts, body) = drain(request).await?;
        lend_connection(&parts);
        // Lives for as long as somebody waits here.
        let waiting = Arc::new(());
        let journey = Journey::begin(self.network, self.caller, Arc::downgrade(&waiting), &parts, &body)?;
        match ToItsEnd::new(journey.travel(parts, body)).await {
            Arrival::Answered(response) => into_sdk(response),
            Arrival::Refused => Err(ConnectorError::io("connection refused".into()).never_connected()),
            Arrival::Reset => Err(ConnectorError::io("connection reset by peer".into())),
            Arrival::Lost(_unanswered) => std::future::pending().await,
        }
    }
}

/// After a transient failure the SDK gives the connection up, and logs an error when there is none to give up.
fn lend_connection(parts: &Parts) {
    if let Some(capture) = parts.extensions.get::<CaptureSmithyConnection>() {
        capture
            .set_connection_retriever(|| Some(ConnectionMetadata::builder().proxied(false).poison_fn(|| {}).build()));
    }
}

/// Reads the whole body before anything waits: the SDK's protection against stalled uploads would take the time on the
/// wire for a stall.
async fn drain(request: HttpRequest) -> Result<(Parts, Bytes), ConnectorError> {
    let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map_err(ConnectorError::user)?;
    Ok((parts, body.to_bytes()))
}

fn into_sdk(response: Response<Bytes>) -> Result<HttpResponse, ConnectorError> {
    HttpResponse::try_from(response.map(SdkBody::from)).map_err(|error| ConnectorError::other(error.into(), None))
}
