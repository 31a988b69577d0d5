//! The X-Ray header of the invocation under way, carried by each AWS call. The SDK reads it from a variable of the
//! process; here it is a cell of the execution environment, because the environment serves one request at a time and
//! the process may hold several.

use std::sync::{Arc, Mutex};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextMut;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

const HEADER: &str = "x-amzn-trace-id";

/// The header of the invocation under way; an interceptor that adds it to requests.
#[derive(Clone, Debug, Default)]
pub struct TraceHeader(Arc<Mutex<Option<String>>>);

impl TraceHeader {
    pub fn set(&self, header: Option<&str>) {
        *self.0.lock().expect("setting a header does not panic") = header.map(str::to_owned);
    }

    fn get(&self) -> Option<String> {
        self.0.lock().expect("setting a header does not panic").clone()
    }
}

#[dyn_dispatch_hint]
impl Intercept for TraceHeader {
    fn name(&self) -> &'static str {
        "TraceHeader"
    }

    fn modify_before_signing(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(header) = self.get() {
            context.request_mut().headers_mut().try_insert(HEADER, header)?;
        }
        Ok(())
    }
}

/// The trace id in a header: `Root=1-…;Parent=…;Sampled=1` → `1-…`.
pub fn root(header: &str) -> Option<&str> {
    header.split(';').find_map(|part| part.trim().strip_prefix("Root="))
}

#[cfg(test)]
mod tests {
    use crate::testing::{Reply, VARIABLES, Wire};

    const HEADERS: [Option<&str>; 3] =
        [Some("Root=1-5759e988-bd862e3f;Parent=53995c3f42cd8ad8;Sampled=1"), Some("Root=1-2;Sampled=0"), None];

    #[tokio::test(start_paused = true)]
    async fn each_call_carries_the_header_of_the_invocation_under_way() {
        let wire = Wire::answering(|_| Reply::json(200, &serde_json::json!({})));
        let environment = wire.environment("test", &VARIABLES);
        let (dynamodb, sqs) = (environment.dynamodb(), environment.sqs());
        for header in HEADERS {
            drop(environment.begin("request", header));
            dynamodb.list_tables().send().await.unwrap();
            sqs.list_queues().send().await.unwrap();
        }
        let carried: Vec<_> =
            wire.requests().iter().map(|request| request.header("x-amzn-trace-id").map(str::to_owned)).collect();
        let expected: Vec<_> =
            HEADERS.iter().flat_map(|header| [*header; 2]).map(|header| header.map(str::to_owned)).collect();
        assert_eq!(carried, expected);
    }

    #[test]
    fn the_root_is_the_trace_id() {
        assert_eq!(super::root("Root=1-5759e988-bd86;Parent=53995c3f42cd8ad8;Sampled=1"), Some("1-5759e988-bd86"));
        assert_eq!(super::root("Self=1-2;Root=1-3"), Some("1-3"));
        assert_eq!(super::root("nonsense"), None);
    }
}
