//! ntfy on the simulated wire: the model itself is `rez-ntfy`.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use rez_cloud::network::{Caller, HttpServer};
use rez_cloud::program::BoxFuture;
use rez_cloud::world::Clock;

pub use rez_ntfy::{Accepted, Message, Ntfy, NtfyError, Settings};

/// All functions leave through one address, as they would behind a NAT gateway.
const ADDRESS: &str = "203.0.113.7";

/// Learns of each message that was accepted.
pub type OnAccepted = Arc<dyn Fn(&Accepted) + Send + Sync>;

pub struct NtfyServer {
    ntfy: Mutex<Ntfy>,
    clock: Clock,
    on_accepted: OnAccepted,
}

impl NtfyServer {
    pub fn new(ntfy: Ntfy, clock: Clock, on_accepted: OnAccepted) -> Self {
        Self { ntfy: Mutex::new(ntfy), clock, on_accepted }
    }
}

impl HttpServer for NtfyServer {
    fn serve(&self, request: Request<Bytes>, _from: Caller) -> BoxFuture<'_, Response<Bytes>> {
        Box::pin(async move {
            let mut ntfy = self.ntfy.lock().expect("ntfy does not panic");
            let (response, accepted) = ntfy.answer(&request, ADDRESS, self.clock.now());
            drop(ntfy);
            if let Some(accepted) = accepted {
                (self.on_accepted)(&accepted);
            }
            response
        })
    }

    /// A broken server, or the proxy before it, has no JSON to say it with: `{"code":50001,…}` is ntfy's own 500.
    fn refuse(&self, status: StatusCode, _code: &str) -> Response<Bytes> {
        let http = status.as_u16();
        let body = match http {
            500 => r#"{"code":50001,"http":500,"error":"internal server error"}"#.to_owned() + "\n",
            429 => return NtfyError::REQUESTS.response(),
            _ => format!("<html><head><title>{http}</title></head></html>\n"),
        };
        Response::builder().status(status).body(Bytes::from(body)).expect("a status is valid")
    }
}
