//! A server that plays the API: it answers every request as it is told.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::header::{LOCATION, SET_COOKIE};
use http::{HeaderName, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

/// How a request is answered.
#[derive(Clone, Debug)]
pub struct Reply {
    after: Duration,
    /// `None`: never.
    status: Option<u16>,
    headers: Vec<(HeaderName, String)>,
    body: String,
}

impl Reply {
    pub fn now(status: u16) -> Self {
        Self { after: Duration::ZERO, status: Some(status), headers: Vec::new(), body: r#"{"messages":[]}"#.into() }
    }

    pub fn after(after: Duration, status: u16) -> Self {
        Self { after, ..Self::now(status) }
    }

    pub fn never() -> Self {
        Self { status: None, ..Self::now(200) }
    }

    pub fn redirect(to: String) -> Self {
        Self { headers: vec![(LOCATION, to)], ..Self::now(302) }
    }

    pub fn body(self, body: impl Into<String>) -> Self {
        Self { body: body.into(), ..self }
    }

    pub fn cookie(mut self, cookie: &str) -> Self {
        self.headers.push((SET_COOKIE, format!("{cookie}; Path=/; HttpOnly; Secure; SameSite=Lax")));
        self
    }
}

type Behaviour = dyn Fn(u64, &Request<String>) -> Reply + Send + Sync;

pub struct Server {
    address: SocketAddr,
    served: Arc<AtomicU64>,
}

impl Server {
    /// `behaviour` is told the number of the request, from 0.
    pub async fn start(behaviour: impl Fn(u64, &Request<String>) -> Reply + Send + Sync + 'static) -> Self {
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
    let (head, body) = request.into_parts();
    let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let request = Request::from_parts(head, String::from_utf8_lossy(&body).into_owned());
    let reply = behaviour(counter.fetch_add(1, Ordering::SeqCst), &request);
    tokio::time::sleep(reply.after).await;
    let Some(status) = reply.status else { return std::future::pending().await };
    let mut response = Response::builder().status(status);
    for (name, value) in reply.headers {
        response = response.header(name, value);
    }
    Ok(response.body(Full::new(reply.body.into())).unwrap())
}
