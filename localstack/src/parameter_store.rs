//! Parameter Store by hand: its SDK crate takes minutes to compile, and two operations of it are needed.

use std::time::Duration;

use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningError, SigningSettings, sign};
use aws_sigv4::sign::v4;
use bytes::Bytes;
use http::Request;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::endpoint::{Endpoint, credentials};
use crate::exchange::{Answer, Exchange, NoAnswer};

/// How long one call may take. LocalStack loads a service on its first request: 13 s were seen on two busy cores.
const TIMEOUT: Duration = Duration::from_secs(60);

/// How a parameter's value is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterKind {
    String,
    StringList,
    /// Encrypted, under Parameter Store's own key.
    SecureString,
}

impl ParameterKind {
    /// Its name in a template.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::String, Self::StringList, Self::SecureString].into_iter().find(|kind| kind.name() == name)
    }

    const fn name(self) -> &'static str {
        match self {
            Self::String => "String",
            Self::StringList => "StringList",
            Self::SecureString => "SecureString",
        }
    }
}

/// Why Parameter Store did not do it. No value is told: it may be a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    #[error("no answer from Parameter Store")]
    NoAnswer,
    #[error("`{code}`: {message}")]
    Refused { code: String, message: String },
}

impl From<NoAnswer> for StoreError {
    fn from(_: NoAnswer) -> Self {
        Self::NoAnswer
    }
}

/// Parameter Store of one account and region.
#[derive(Clone, Debug)]
pub struct ParameterStore {
    endpoint: Endpoint,
    exchange: Exchange,
    account: String,
    region: String,
}

impl ParameterStore {
    pub fn new(endpoint: &Endpoint, account: &str, region: &str) -> Self {
        let (account, region) = (account.to_owned(), region.to_owned());
        Self { exchange: endpoint.exchange(TIMEOUT), endpoint: endpoint.clone(), account, region }
    }

    /// Sets a parameter, whether it was there or not.
    ///
    /// # Errors
    /// When it is refused, or nothing answers.
    pub async fn put(&self, name: &str, kind: ParameterKind, value: &str) -> Result<(), StoreError> {
        let request = json!({ "Name": name, "Type": kind.name(), "Value": value, "Overwrite": true });
        self.call("PutParameter", &request).await.map(drop)
    }

    /// A parameter's value, decrypted.
    ///
    /// # Errors
    /// When there is none of that name (`ParameterNotFound`), or nothing answers.
    pub async fn get(&self, name: &str) -> Result<String, StoreError> {
        let answer = self.call("GetParameter", &json!({ "Name": name, "WithDecryption": true })).await?;
        Ok(answer["Parameter"]["Value"].as_str().unwrap_or_default().to_owned())
    }

    /// Any other operation, in AWS's JSON: what it answers.
    ///
    /// # Errors
    /// When it is refused, or nothing answers.
    pub async fn call(&self, operation: &str, body: &Value) -> Result<Value, StoreError> {
        let body = Bytes::from(body.to_string());
        let request = Request::post(format!("{}/", self.endpoint.url()))
            .header("content-type", "application/x-amz-json-1.1")
            .header("x-amz-target", format!("AmazonSSM.{operation}"))
            .body(body.clone())
            .map_err(|_| StoreError::NoAnswer)?;
        let signed = self.signed(request).map_err(|_| StoreError::NoAnswer)?;
        let answer = self.exchange.post_with("/", signed.headers().clone(), body).await?;
        if answer.status == 200 {
            return Ok(serde_json::from_slice(&answer.body).unwrap_or_default());
        }
        Err(refusal(&answer))
    }

    /// LocalStack finds service and account in the signature, so there has to be one.
    fn signed(&self, mut request: Request<Bytes>) -> Result<Request<Bytes>, SigningError> {
        let identity = credentials(&self.account).into();
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name("ssm")
            .time(self.endpoint.time().now())
            .settings(SigningSettings::default())
            .build()
            .expect("everything that a signature needs is given")
            .into();
        let headers = request.headers().iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
        let signable = SignableRequest::new(
            request.method().as_str(),
            request.uri().to_string(),
            headers,
            SignableBody::Bytes(request.body()),
        )?;
        let (instructions, _) = sign(signable, &parameters)?.into_parts();
        instructions.apply_to_request_http1x(&mut request);
        Ok(request)
    }
}

#[derive(Default, Deserialize)]
struct Refusal {
    #[serde(default, rename = "__type")]
    kind: String,
    #[serde(default, alias = "Message")]
    message: String,
}

fn refusal(answer: &Answer) -> StoreError {
    let Refusal { kind, message } = serde_json::from_slice(&answer.body).unwrap_or_default();
    let code = kind.rsplit('#').next().filter(|code| !code.is_empty());
    let code = code.map_or_else(|| format!("status {}", answer.status), str::to_owned);
    StoreError::Refused { code, message }
}
