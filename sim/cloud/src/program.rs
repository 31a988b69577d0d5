//! What runs in an execution environment, and what it gets from outside.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_smithy_async::rt::sleep::SharedAsyncSleep;
use aws_smithy_async::time::SharedTimeSource;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use bytes::Bytes;

pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What an execution environment hands to the code in it: everything that a function's `main` would read from the
/// machine it runs on.
#[derive(Clone)]
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
    /// Unique per environment: names its SDK retry partition, which is per process on AWS.
    pub name: String,
}

/// What `Lambda-Runtime-*` headers tell about one invocation.
#[derive(Clone, Debug)]
pub struct InvocationContext {
    pub request_id: String,
    pub deadline: SystemTime,
    pub function_arn: String,
    /// The X-Ray header: `Root=…;Parent=…;Sampled=…`.
    pub trace_header: String,
}

/// A deployable function. `start` is its `main`: wiring, and the checks that stop a cold start.
pub trait Program: Send + Sync {
    /// # Errors
    /// One line that says what stopped the cold start.
    fn start(&self, ambient: Ambient) -> BoxFuture<'static, Result<Arc<dyn Handler>, String>>;
}

/// A started function, ready for one request after another.
pub trait Handler: Send + Sync {
    fn handle(&self, payload: Bytes, context: InvocationContext) -> BoxFuture<'_, Result<Bytes, FunctionError>>;
}

/// What a handler's error looks like to its caller: Lambda answers 200 with `X-Amz-Function-Error: Unhandled`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionError {
    pub error_type: String,
    pub message: String,
}
