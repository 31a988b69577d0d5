//! Where an AWS answers, and how to reach it.

mod error;
mod health;

use std::collections::BTreeMap;
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::SharedAsyncSleep;
use aws_smithy_async::time::SharedTimeSource;
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_types::SdkConfig;
use aws_types::region::Region;
use http::Uri;
use rez_topology::Topology;

pub use self::error::EndpointError;
pub use self::health::Backend;

use crate::exchange::{Answer, Exchange, NoAnswer, Wire};

/// Services that functions are sent to this endpoint for, as the SDK spells them in `AWS_ENDPOINT_URL_…`. Invoke is not
/// among them: functions run elsewhere.
const SERVICES: [&str; 4] = ["DYNAMODB", "SNS", "SQS", "SSM"];

/// An AWS-compatible endpoint that holds the data: all of its services at one URL.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// Without a slash at the end.
    url: String,
    wire: Wire,
}

impl Endpoint {
    /// An endpoint over real sockets, in real time.
    ///
    /// # Errors
    /// When `url` is not one of a server: `http://127.0.0.1:4566`.
    pub fn parse(url: &str) -> Result<Self, EndpointError> {
        Self::over(Wire::real(), url)
    }

    /// The same over another wire, and by another clock.
    ///
    /// # Errors
    /// When `url` is not one of a server.
    pub fn reached_by(
        url: &str,
        http: SharedHttpClient,
        time: SharedTimeSource,
        sleep: SharedAsyncSleep,
    ) -> Result<Self, EndpointError> {
        Self::over(Wire { http, time, sleep }, url)
    }

    fn over(wire: Wire, url: &str) -> Result<Self, EndpointError> {
        let trimmed = url.trim_end_matches('/');
        match trimmed.parse::<Uri>() {
            Ok(uri) if is_server(&uri) => Ok(Self { url: trimmed.to_owned(), wire }),
            _ => Err(EndpointError::Url { given: url.to_owned() }),
        }
    }

    /// `http://HOST:PORT`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Whether an AWS answers here that the system can run on.
    ///
    /// # Errors
    /// One line that says what is wrong, and what to do.
    pub async fn check(&self) -> Result<Backend, EndpointError> {
        health::check(self).await
    }

    /// What answers to a GET, whatever it is. It has ten seconds for it.
    ///
    /// # Errors
    /// When nothing does.
    pub async fn get(&self, path: &str) -> Result<Answer, NoAnswer> {
        self.exchange(health::TIMEOUT).get(path).await
    }

    /// What the SDK's clients are made from. The access key id is the account: LocalStack takes twelve digits there for the
    /// number of the account whose resources are meant, and other endpoints take any.
    pub fn sdk_config(&self, account: &str, region: &str) -> SdkConfig {
        SdkConfig::builder()
            // Pinned, as the functions pin it: a later one changes retries.
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new(region.to_owned()))
            .credentials_provider(SharedCredentialsProvider::new(credentials(account)))
            .endpoint_url(&self.url)
            .http_client(self.wire.http.clone())
            .time_source(self.wire.time.clone())
            .sleep_impl(self.wire.sleep.clone())
            .build()
    }

    /// Environment variables that send a function here for its data. The URLs of queues in the template may stay as they
    /// are: the SDK posts to the endpoint, and LocalStack reads account and name off the URL's path whatever its host.
    pub fn variables(&self, topology: &Topology) -> BTreeMap<String, String> {
        let endpoints = SERVICES.map(|service| (format!("AWS_ENDPOINT_URL_{service}"), self.url.clone()));
        let credentials = [
            ("AWS_ACCESS_KEY_ID".to_owned(), topology.account.clone()),
            ("AWS_SECRET_ACCESS_KEY".to_owned(), SECRET.to_owned()),
        ];
        endpoints.into_iter().chain(credentials).collect()
    }

    pub(crate) fn exchange(&self, timeout: Duration) -> Exchange {
        Exchange::new(&self.url, timeout, &self.wire)
    }

    pub(crate) fn time(&self) -> &SharedTimeSource {
        &self.wire.time
    }

    pub(crate) fn sleep(&self) -> &SharedAsyncSleep {
        &self.wire.sleep
    }
}

/// Scheme, host and perhaps a port, and nothing else: a user's name there would be a secret in the open.
fn is_server(uri: &Uri) -> bool {
    let is_http = matches!(uri.scheme_str(), Some("http" | "https"));
    let is_plain = uri.authority().is_some_and(|authority| {
        let port = authority.port_u16().map_or(String::new(), |port| format!(":{port}"));
        authority.as_str() == format!("{}{port}", authority.host())
    });
    is_http && is_plain && uri.path() == "/" && uri.query().is_none()
}

/// Nobody checks it.
const SECRET: &str = "local";

pub(crate) fn credentials(account: &str) -> Credentials {
    Credentials::new(account, SECRET, None, None, "rez-localstack")
}
