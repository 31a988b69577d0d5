//! Everything that a function's `main` takes from the machine it runs on, as values.

use std::collections::BTreeMap;

use aws_credential_types::Credentials;
use aws_smithy_async::rt::sleep::SharedAsyncSleep;
use aws_smithy_async::time::SharedTimeSource;
use aws_smithy_runtime_api::client::http::SharedHttpClient;

/// The outside of one execution environment. Production and tests differ only in the values here.
#[derive(Clone, Debug)]
pub struct Ambient {
    /// Environment variables: the template's, and Lambda's own (`AWS_REGION`, `AWS_LAMBDA_FUNCTION_NAME`, …).
    pub variables: BTreeMap<String, String>,
    /// The one wire. Whatever leaves the function leaves here.
    pub http: SharedHttpClient,
    pub time: SharedTimeSource,
    pub sleep: SharedAsyncSleep,
    pub credentials: Credentials,
    /// Seed of everything random in this environment: ids, jitter.
    pub entropy: u64,
    /// Unique per environment: names its SDK retry partition.
    pub name: String,
}

impl Ambient {
    /// The outside as Lambda provides it: credentials and the environment's name stand in its variables.
    pub fn on_lambda(
        variables: BTreeMap<String, String>,
        http: SharedHttpClient,
        time: SharedTimeSource,
        sleep: SharedAsyncSleep,
        entropy: u64,
    ) -> Self {
        let variable = |name: &str| variables.get(name).cloned();
        let credentials = Credentials::new(
            variable("AWS_ACCESS_KEY_ID").unwrap_or_default(),
            variable("AWS_SECRET_ACCESS_KEY").unwrap_or_default(),
            variable("AWS_SESSION_TOKEN"),
            None,
            "lambda-environment",
        );
        let name = variable("AWS_LAMBDA_LOG_STREAM_NAME").unwrap_or_else(|| format!("{entropy:016x}"));
        Self { variables, http, time, sleep, credentials, entropy, name }
    }
}
