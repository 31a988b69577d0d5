//! The admin port: sets faults, reads back what arrived. JSON over HTTP.
//!
//! | request | answer |
//! |---|---|
//! | `GET /health` | `{"healthy":true}` |
//! | `POST /faults` with one fault | 201 and the faults in force; 400 with what is wrong |
//! | `GET /faults` | `{"faults":[…]}`, a `count` is what is left |
//! | `DELETE /faults` | clears them |
//! | `GET /received` | counts and messages |
//! | `POST /reset` | as if just started: no faults, nothing received, full buckets |

use std::convert::Infallible;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::faults::Fault;
use super::state::State;

const BODY_BYTES_MAX: usize = 64 * 1024;

pub struct Admin {
    pub state: Arc<State>,
    pub shut: watch::Sender<bool>,
    pub is_shut: watch::Receiver<bool>,
}

/// Serves until the future is dropped.
///
/// # Errors
/// None so far; it never ends by itself.
pub async fn serve(listener: TcpListener, admin: Arc<Admin>) -> io::Result<()> {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((stream, _)) = accepted else { continue };
                let admin = admin.clone();
                connections.spawn(async move {
                    let service = service_fn(|request| {
                        let admin = admin.clone();
                        async move { Ok::<_, Infallible>(admin.answer(request).await) }
                    });
                    // A client that goes away is no affair of ours.
                    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
                });
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

impl Admin {
    async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let (parts, body) = request.into_parts();
        match (&parts.method, parts.uri.path()) {
            (&Method::GET, "/health") => answer(StatusCode::OK, &json!({ "healthy": true })),
            (&Method::GET, "/faults") => self.in_force(StatusCode::OK),
            (&Method::POST, "/faults") => self.set(body).await,
            (&Method::DELETE, "/faults") => {
                self.state.clear();
                self.settle().await;
                self.in_force(StatusCode::OK)
            }
            (&Method::GET, "/received") => answer(StatusCode::OK, &json!(self.state.received())),
            (&Method::POST, "/reset") => {
                self.state.reset();
                self.settle().await;
                self.in_force(StatusCode::OK)
            }
            (_, "/health" | "/faults" | "/received" | "/reset") => refusal(
                StatusCode::METHOD_NOT_ALLOWED,
                &format!("`{}` does not take {}", parts.uri.path(), parts.method),
            ),
            (_, path) => refusal(
                StatusCode::NOT_FOUND,
                &format!("no such path `{path}` (there are `/health`, `/faults`, `/received` and `/reset`)"),
            ),
        }
    }

    async fn set(&self, body: Incoming) -> Response<Full<Bytes>> {
        let Ok(body) = Limited::new(body, BODY_BYTES_MAX).collect().await else {
            return refusal(StatusCode::PAYLOAD_TOO_LARGE, "a fault is a small JSON object");
        };
        match Fault::parse(&body.to_bytes()) {
            Ok(fault) => {
                self.state.set(fault);
                self.settle().await;
                self.in_force(StatusCode::CREATED)
            }
            Err(mistake) => refusal(StatusCode::BAD_REQUEST, &mistake),
        }
    }

    fn in_force(&self, status: StatusCode) -> Response<Full<Bytes>> {
        answer(status, &json!({ "faults": self.state.faults() }))
    }

    /// Waits until ntfy's port is as the faults want it, so that whoever was answered can rely on it.
    async fn settle(&self) {
        let refusing = self.state.refusing();
        self.shut.send_replace(refusing);
        let mut is_shut = self.is_shut.clone();
        // An error means that ntfy's port is gone, and that the process is about to end.
        let _ = is_shut.wait_for(|shut| *shut == refusing).await;
    }
}

fn refusal(status: StatusCode, error: &str) -> Response<Full<Bytes>> {
    answer(status, &json!({ "error": error }))
}

fn answer(status: StatusCode, body: &Value) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(format!("{body}\n"))));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
