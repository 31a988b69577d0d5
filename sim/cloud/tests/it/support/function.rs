//! Programs made of one closure.

use std::future::Future;
use std::sync::Arc;

use bytes::Bytes;
use rez_cloud::program::{Ambient, BoxFuture, FunctionError, Handler, InvocationContext, Program};

/// All that a handler can see of one invocation.
pub struct Invoked {
    pub ambient: Ambient,
    pub payload: Bytes,
    pub context: InvocationContext,
}

/// A program whose handler is `handle`.
pub fn function<H, F>(handle: H) -> Arc<dyn Program>
where
    H: Fn(Invoked) -> F + Send + Sync + 'static,
    F: Future<Output = Result<Bytes, FunctionError>> + Send + 'static,
{
    Arc::new(Closure { handle: Arc::new(move |invoked| Box::pin(handle(invoked))) })
}

/// A handler that does nothing, well.
pub async fn ok(_: Invoked) -> Result<Bytes, FunctionError> {
    Ok(Bytes::from_static(b"null"))
}

type Handle = dyn Fn(Invoked) -> BoxFuture<'static, Result<Bytes, FunctionError>> + Send + Sync;

struct Closure {
    handle: Arc<Handle>,
}

struct Started {
    handle: Arc<Handle>,
    ambient: Ambient,
}

impl Program for Closure {
    fn start(&self, ambient: Ambient) -> BoxFuture<'static, Result<Arc<dyn Handler>, String>> {
        let started: Arc<dyn Handler> = Arc::new(Started { handle: self.handle.clone(), ambient });
        Box::pin(async move { Ok(started) })
    }
}

impl Handler for Started {
    fn handle(&self, payload: Bytes, context: InvocationContext) -> BoxFuture<'_, Result<Bytes, FunctionError>> {
        (self.handle)(Invoked { ambient: self.ambient.clone(), payload, context })
    }
}
