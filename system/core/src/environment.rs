//! What one execution environment shares over its invocations: clock, chance, wire, and the AWS SDK's configuration.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::{AsyncSleep, SharedAsyncSleep};
use aws_smithy_runtime::client::identity::IdentityCache;
use aws_smithy_runtime::client::retries::RetryPartition;
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use aws_types::region::Region;
use tracing::Span;

use crate::ambient::Ambient;
use crate::clock::Clock;
use crate::config::Variables;
use crate::http::Outbound;
use crate::ids::Entropy;
use crate::stage::Stage;
use crate::telemetry::trace::TraceHeader;

/// A try of a call to a data service that takes longer is given up. Their p99 is below 0.1 s.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(2);
/// Tries of a call to a data service, with the SDK's waits of up to 1 s and 2 s between them.
const ATTEMPTS_MAX: u32 = 3;

/// One execution environment.
#[derive(Clone, Debug)]
pub struct Environment {
    pub service: &'static str,
    pub stage: Stage,
    pub clock: Clock,
    pub entropy: Arc<Entropy>,
    trace: TraceHeader,
    ambient: Arc<Ambient>,
    sdk: SdkConfig,
}

impl Environment {
    /// Reads what every function needs from `variables`, noting mistakes there.
    pub fn new(service: &'static str, ambient: &Ambient, variables: &mut Variables<'_>) -> Self {
        let stage = variables.parsed("STAGE", Stage::Dev);
        let region = variables.text("AWS_REGION");
        Self {
            service,
            stage,
            clock: Clock::new(ambient.time.clone()),
            entropy: Arc::new(Entropy::new(ambient.entropy)),
            trace: TraceHeader::default(),
            ambient: Arc::new(ambient.clone()),
            sdk: sdk_config(ambient, region),
        }
    }

    /// Begins an invocation: its trace header goes out with every call, and what is logged inside the span carries its
    /// ids.
    pub fn begin(&self, request_id: &str, trace_header: Option<&str>) -> Span {
        self.trace.set(trace_header);
        // A root: whoever invoked us logs for himself.
        tracing::info_span!(
            parent: None,
            "invocation",
            service = self.service,
            stage = self.stage.as_str(),
            request_id,
            trace_id = trace_header.and_then(crate::telemetry::trace::root)
        )
    }

    pub async fn sleep(&self, duration: Duration) {
        self.ambient.sleep.sleep(duration).await;
    }

    pub fn sleeper(&self) -> SharedAsyncSleep {
        self.ambient.sleep.clone()
    }

    /// A variable that may be missing.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.ambient.variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Plain HTTP to one server, through the same wire as the SDK's.
    pub fn outbound(&self, server: &str, timeout: Duration) -> Outbound {
        Outbound::new(server, timeout, &self.ambient)
    }

    pub fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        let config = aws_sdk_dynamodb::config::Builder::from(&self.service_config("dynamodb"))
            .interceptor(self.trace.clone())
            .retry_partition(self.retry_partition("dynamodb"))
            .build();
        aws_sdk_dynamodb::Client::from_conf(config)
    }

    pub fn sns(&self) -> aws_sdk_sns::Client {
        let config = aws_sdk_sns::config::Builder::from(&self.service_config("sns"))
            .interceptor(self.trace.clone())
            .retry_partition(self.retry_partition("sns"))
            .build();
        aws_sdk_sns::Client::from_conf(config)
    }

    pub fn sqs(&self) -> aws_sdk_sqs::Client {
        let config = aws_sdk_sqs::config::Builder::from(&self.service_config("sqs"))
            .interceptor(self.trace.clone())
            .retry_partition(self.retry_partition("sqs"))
            .build();
        aws_sdk_sqs::Client::from_conf(config)
    }

    /// A client that invokes once, and waits for at most `timeout`: a second try would be a second delivery.
    pub fn lambda(&self, timeout: Duration) -> aws_sdk_lambda::Client {
        let config = aws_sdk_lambda::config::Builder::from(&self.service_config("lambda"))
            .interceptor(self.trace.clone())
            .retry_partition(self.retry_partition("lambda"))
            .retry_config(RetryConfig::disabled())
            .timeout_config(TimeoutConfig::builder().operation_attempt_timeout(timeout).build())
            .build();
        aws_sdk_lambda::Client::from_conf(config)
    }

    /// `AWS_ENDPOINT_URL_DYNAMODB` and its like say where a service is, if not at AWS.
    fn service_config(&self, service: &str) -> SdkConfig {
        let override_name = format!("AWS_ENDPOINT_URL_{}", service.to_uppercase());
        let endpoint = self.variable(&override_name).or_else(|| self.variable("AWS_ENDPOINT_URL"));
        let mut config = self.sdk.to_builder();
        config.set_endpoint_url(endpoint.map(str::to_owned));
        config.build()
    }

    /// The bucket of retries is per process on AWS; naming it after the environment keeps it so where several
    /// environments share a process.
    fn retry_partition(&self, service: &str) -> RetryPartition {
        RetryPartition::custom(Cow::Owned(format!("{}/{service}", self.ambient.name))).build()
    }
}

fn sdk_config(ambient: &Ambient, region: String) -> SdkConfig {
    SdkConfig::builder()
        // Pinned: a later one changes retries.
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new(region))
        .credentials_provider(SharedCredentialsProvider::new(ambient.credentials.clone()))
        // Lambda's credentials hold for the environment's life: there is nothing to refresh.
        .identity_cache(IdentityCache::no_cache())
        .http_client(ambient.http.clone())
        .time_source(ambient.time.clone())
        .sleep_impl(ambient.sleep.clone())
        .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS_MAX))
        .timeout_config(TimeoutConfig::builder().operation_attempt_timeout(ATTEMPT_TIMEOUT).build())
        // Bodies here are small and whole; the attempt's timeout covers a stall.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .build()
}
