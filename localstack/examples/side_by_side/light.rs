//! A client that costs next to nothing: requests as they go over the wire, over connections that stay open.

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

/// What went wrong, in a line.
pub type Failure = Box<dyn std::error::Error>;

#[derive(Clone)]
pub struct Light {
    client: Client<HttpConnector, Full<Bytes>>,
    url: String,
}

impl Light {
    pub fn new(url: &str) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        Self { client: Client::builder(TokioExecutor::new()).build(connector), url: url.to_owned() }
    }

    /// `SendMessage` of `AmazonSQS`, say.
    ///
    /// # Errors
    /// When the answer is no success.
    pub async fn json(&self, service: &str, operation: &str, body: &Value) -> Result<Value, Failure> {
        let request = self.request(service, "application/x-amz-json-1.0");
        let request = request.header("x-amz-target", format!("{service}.{operation}"));
        let body = self.send(request.body(Full::from(body.to_string()))?).await?;
        Ok(if body.is_empty() { Value::Null } else { serde_json::from_slice(&body)? })
    }

    /// SNS speaks the older protocol: a form, answered with XML.
    ///
    /// # Errors
    /// When the answer is no success.
    pub async fn form(&self, members: &[(&str, &str)]) -> Result<String, Failure> {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(members).finish();
        let request = self.request("sns", "application/x-www-form-urlencoded");
        let body = self.send(request.body(Full::from(body))?).await?;
        Ok(String::from_utf8(body.into())?)
    }

    /// Unsigned: neither side verifies a signature, and LocalStack reads the service and the account off its head.
    fn request(&self, service: &str, content_type: &str) -> http::request::Builder {
        let service = match service {
            "AmazonSQS" => "sqs",
            "DynamoDB_20120810" => "dynamodb",
            other => other,
        };
        let scope = format!("test/20261101/us-east-1/{service}/aws4_request");
        let authorization = format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0");
        Request::post(format!("{}/", self.url)).header(CONTENT_TYPE, content_type).header(AUTHORIZATION, authorization)
    }

    async fn send(&self, request: Request<Full<Bytes>>) -> Result<Bytes, Failure> {
        let (head, body) = self.client.request(request).await.map(Response::into_parts)?;
        let body = body.collect().await?.to_bytes();
        if head.status.is_success() {
            Ok(body)
        } else {
            Err(format!("{}: {}", head.status, String::from_utf8_lossy(&body)).into())
        }
    }
}
