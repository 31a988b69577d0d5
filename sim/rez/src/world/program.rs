//! A function of ours as a program of the cloud: what a runtime does around `start` and `handle`.

use std::sync::Arc;
use std::time::UNIX_EPOCH;

use bytes::Bytes;
use lambda_runtime::{Config, Context, Diagnostic, LambdaEvent};
use rez_cloud::program::{self, BoxFuture, FunctionError, Handler, InvocationContext};
use rez_core::{Ambient, StartError};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Makes the dependencies of a function once for each execution environment.
pub type Start<D> = fn(Ambient) -> BoxFuture<'static, Result<D, StartError>>;
/// Handles one event.
pub type Handle<D, E, R, F> = for<'a> fn(&'a D, LambdaEvent<E>) -> BoxFuture<'a, Result<R, F>>;

/// A function by its two entry points.
pub struct Program<D, E, R, F> {
    pub start: Start<D>,
    pub handle: Handle<D, E, R, F>,
}

impl<D, E, R, F> program::Program for Program<D, E, R, F>
where
    D: Send + Sync + 'static,
    E: DeserializeOwned + Send + 'static,
    R: Serialize + Send + 'static,
    F: Into<Diagnostic> + Send + 'static,
{
    fn start(&self, ambient: program::Ambient) -> BoxFuture<'static, Result<Arc<dyn Handler>, String>> {
        let (start, handle) = (self.start, self.handle);
        Box::pin(async move {
            let deps = start(hand_over(ambient)).await.map_err(|error| error.to_string())?;
            Ok(Arc::new(Started { deps, handle, config: Arc::new(Config::default()) }) as Arc<dyn Handler>)
        })
    }
}

struct Started<D, E, R, F> {
    deps: D,
    handle: Handle<D, E, R, F>,
    config: Arc<Config>,
}

impl<D, E, R, F> Handler for Started<D, E, R, F>
where
    D: Send + Sync,
    E: DeserializeOwned + Send,
    R: Serialize + Send,
    F: Into<Diagnostic> + Send,
{
    fn handle(&self, payload: Bytes, context: InvocationContext) -> BoxFuture<'_, Result<Bytes, FunctionError>> {
        Box::pin(async move {
            let event = serde_json::from_slice(&payload).map_err(|error| runtime_error("serde_json::Error", &error))?;
            let event = LambdaEvent::new(event, self.context(context));
            let response = (self.handle)(&self.deps, event).await.map_err(|error| {
                let Diagnostic { error_type, error_message } = error.into();
                FunctionError { error_type, message: error_message }
            })?;
            let body = serde_json::to_vec(&response).map_err(|error| runtime_error("serde_json::Error", &error))?;
            Ok(Bytes::from(body))
        })
    }
}

impl<D, E, R, F> Started<D, E, R, F> {
    fn context(&self, invocation: InvocationContext) -> Context {
        let mut context = Context::default();
        context.request_id = invocation.request_id;
        context.deadline = invocation.deadline.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis() as u64;
        context.invoked_function_arn = invocation.function_arn;
        context.xray_trace_id = Some(invocation.trace_header);
        context.env_config = self.config.clone();
        context
    }
}

fn runtime_error(error_type: &str, error: &dyn std::error::Error) -> FunctionError {
    FunctionError { error_type: error_type.to_owned(), message: error.to_string() }
}

/// The cloud and the functions do not know each other: the same values, by another name.
pub fn hand_over(ambient: program::Ambient) -> Ambient {
    let program::Ambient { variables, http, time, sleep, credentials, entropy, name } = ambient;
    Ambient { variables, http, time, sleep, credentials, entropy, name }
}
