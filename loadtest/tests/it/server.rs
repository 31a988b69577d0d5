//! A server that plays the API: it answers every request the same way, or as it is told.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

/// How a request is answered: after so long, with this status; or never.
pub type Behaviour = dyn Fn(u64, &Request<Incoming>) -> (Duration, Option<u16>) + Send + Sync;

pub struct Server {
    pub address: SocketAddr,
    served: Arc<AtomicU64>,
}

impl Server {
    /// `behaviour` is told the number of the request, from 0.
    pub async fn start(
        behaviour: impl Fn(u64, &Request<Incoming>) -> (Duration, Option<u16>) + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, served) = (listener.local_addr().unwrap(), Arc::new(AtomicU64::new(0)));
        let (behaviour, counter): (Arc<Behaviour>, _) = (Arc::new(behaviour), served.clone());
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (behaviour, counter) = (behaviour.clone(), counter.clone());
                let service = service_fn(move |request| answer(behaviour.clone(), counter.clone(), request));
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        });
        Self { address, served }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn served(&self) -> u64 {
        self.served.load(Ordering::SeqCst)
    }
}

async fn answer(
    behaviour: Arc<Behaviour>,
    counter: Arc<AtomicU64>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (wait, status) = behaviour(counter.fetch_add(1, Ordering::SeqCst), &request);
    tokio::time::sleep(wait).await;
    let Some(status) = status else { return std::future::pending().await };
    let body = Bytes::from_static(br#"{"messages":[]}"#);
    Ok(Response::builder().status(status).body(Full::new(body)).unwrap())
}
