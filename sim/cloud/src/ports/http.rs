//! One listening socket, its connections, and their end.

use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::request::Parts;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use crate::program::BoxFuture;

/// Largest body that a port reads, bytes: what API Gateway takes at the most is the largest of all services here.
pub const BODY_BYTES_MAX: usize = 10 * 1024 * 1024;

/// How long requests under way may take once the port is to stop.
const DRAIN_MAX: Duration = Duration::from_secs(3);
/// After an accept that failed: the process may be out of file descriptors, and asking again at once would spin.
const ACCEPT_WAIT: Duration = Duration::from_millis(50);

/// What stands behind a port.
pub trait Served: Send + Sync + 'static {
    /// # Errors
    /// When the connection is to end without an answer.
    fn serve(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, Hangup>>;

    /// What is said of a request with a body of more than [`BODY_BYTES_MAX`].
    fn too_large(&self, _request: &Parts) -> Response<Bytes> {
        let mut response = Response::new(Bytes::from_static(b"{\"message\":\"Request Entity Too Large\"}"));
        *response.status_mut() = StatusCode::PAYLOAD_TOO_LARGE;
        response
    }
}

/// The connection ends, and nothing was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the connection ends without an answer")]
pub struct Hangup;

/// A socket that listens.
#[derive(Debug)]
pub struct Port {
    listener: TcpListener,
    address: SocketAddr,
}

impl Port {
    /// Listens at `address`; port 0 takes any that is free.
    ///
    /// # Errors
    /// When the address is taken, or not this machine's.
    pub async fn bind(address: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        Ok(Self { address: listener.local_addr()?, listener })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where somebody on this machine reaches it: a port that listens at all addresses listens at this one too.
    pub fn from_here(&self) -> SocketAddr {
        match self.address {
            SocketAddr::V4(address) if address.ip().is_unspecified() => (Ipv4Addr::LOCALHOST, address.port()).into(),
            SocketAddr::V6(address) if address.ip().is_unspecified() => (Ipv6Addr::LOCALHOST, address.port()).into(),
            address => address,
        }
    }

    /// `http://HOST:PORT`, from this machine.
    pub fn url(&self) -> String {
        format!("http://{}", self.from_here())
    }

    /// Serves until `stop` is over; then takes no more, and gives what is under way a few seconds to end.
    pub async fn serve(self, served: Arc<dyn Served>, stop: impl Future<Output = ()>) {
        let graceful = GracefulShutdown::new();
        let mut stop = pin!(stop);
        loop {
            tokio::select! {
                biased;
                () = &mut stop => break,
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, _)) => connect(stream, served.clone(), &graceful),
                    Err(_) => tokio::time::sleep(ACCEPT_WAIT).await,
                },
            }
        }
        drop(self.listener);
        drop(timeout(DRAIN_MAX, graceful.shutdown()).await);
    }
}

fn connect(stream: TcpStream, served: Arc<dyn Served>, graceful: &GracefulShutdown) {
    // Answers are small and whole: waiting for more to send would only cost time. Without it they still arrive.
    drop(stream.set_nodelay(true));
    let service = service_fn(move |request| exchange(served.clone(), request));
    let connection = http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service);
    let connection = graceful.watch(connection);
    tokio::spawn(async move {
        // A client that went away, or was hung up on: there is nobody left to tell.
        drop(connection.await);
    });
}

async fn exchange(served: Arc<dyn Served>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Hangup> {
    let (parts, body) = request.into_parts();
    let body = match Limited::new(body, BODY_BYTES_MAX).collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) if error.is::<LengthLimitError>() => return Ok(served.too_large(&parts).map(Full::new)),
        Err(_) => return Err(Hangup),
    };
    Ok(served.serve(Request::from_parts(parts, body)).await?.map(Full::new))
}
