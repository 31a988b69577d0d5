//! The model behind `wiremock`'s server: the one that answers, once our own listener let a request through.

use std::net::{IpAddr, TcpListener};
use std::sync::Arc;

use anyhow::Context;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::request::Parts;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Respond, ResponseTemplate};

use super::state::State;

/// Headers between our listener and the model. `wiremock` tidies paths up and does not tell who calls.
const TARGET: &str = "x-rez-ntfy-target";
const PEER: &str = "x-rez-ntfy-peer";

pub struct Model {
    server: MockServer,
    client: Client<HttpConnector, Full<Bytes>>,
}

impl Model {
    /// # Errors
    /// When there is no loopback port left.
    pub async fn start(state: Arc<State>) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").context("cannot listen on loopback")?;
        let server = MockServer::builder().listener(listener).disable_request_recording().start().await;
        Mock::given(any()).respond_with(Responder(state)).mount(&server).await;
        Ok(Self { server, client: Client::builder(TokioExecutor::new()).build_http() })
    }

    /// Lets the request take its effect.
    pub async fn ask(&self, parts: &Parts, body: Bytes, peer: IpAddr) -> Response<Bytes> {
        self.forward(parts, body, peer).await.unwrap_or_else(|_| {
            let mut response = Response::new(Bytes::from_static(b"the model does not answer\n"));
            *response.status_mut() = StatusCode::BAD_GATEWAY;
            response
        })
    }

    async fn forward(&self, parts: &Parts, body: Bytes, peer: IpAddr) -> anyhow::Result<Response<Bytes>> {
        let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
        let mut request = Request::builder().method(parts.method.clone()).uri(self.server.uri());
        let headers = parts.headers.iter().filter(|(name, _)| !is_about_the_connection(name.as_str()));
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let request = request.header(TARGET, target).header(PEER, peer.to_string()).body(Full::new(body))?;
        let (parts, body) = self.client.request(request).await?.into_parts();
        let mut response = Response::new(body.collect().await?.to_bytes());
        *response.status_mut() = parts.status;
        if let Some(content_type) = parts.headers.get(CONTENT_TYPE) {
            response.headers_mut().insert(CONTENT_TYPE, content_type.clone());
        }
        Ok(response)
    }
}

fn is_about_the_connection(header: &str) -> bool {
    matches!(header, "host" | "connection" | "content-length" | "transfer-encoding" | "expect" | "upgrade")
        || header == TARGET
        || header == PEER
}

struct Responder(Arc<State>);

impl Respond for Responder {
    fn respond(&self, request: &wiremock::Request) -> ResponseTemplate {
        let told = |name| request.headers.get(name).and_then(|value| value.to_str().ok());
        let mut asked = Request::builder().method(request.method.clone()).uri(told(TARGET).unwrap_or("/"));
        for (name, value) in &request.headers {
            asked = asked.header(name, value);
        }
        let Ok(asked) = asked.body(Bytes::from(request.body.clone())) else { return ResponseTemplate::new(400) };
        let response = self.0.answer(&asked, told(PEER).unwrap_or_default());
        ResponseTemplate::new(response.status().as_u16()).set_body_raw(response.body().to_vec(), "application/json")
    }
}
