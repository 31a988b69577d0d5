//! Our own listener: it does to connections what an HTTP server cannot do to its own.

use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use bytes::Bytes;
use http::Response;
use http_body_util::Full;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use super::exchange::{Exchange, Outcome};

const BACKLOG: u32 = 1_024;

/// Whether connections are to be refused, and whether they are.
pub struct Door {
    pub wanted_shut: watch::Receiver<bool>,
    pub is_shut: watch::Sender<bool>,
}

/// Serves until the future is dropped, and every connection with it.
///
/// # Errors
/// When the port cannot be kept while it refuses.
pub async fn serve(mut listener: TcpListener, mut door: Door, exchange: Arc<Exchange>) -> io::Result<()> {
    let address = listener.local_addr()?;
    let mut connections = JoinSet::new();
    loop {
        let to_shut = tokio::select! {
            accepted = listener.accept() => {
                if let Ok((stream, peer)) = accepted {
                    connections.spawn(connection(stream, peer.ip(), exchange.clone()));
                }
                false
            }
            changed = door.wanted_shut.changed() => changed.is_ok() && *door.wanted_shut.borrow_and_update(),
            Some(_) = connections.join_next() => false,
        };
        if to_shut {
            connections.shutdown().await;
            drop(listener);
            listener = door.keep_shut(address).await?;
        }
    }
}

impl Door {
    /// Refuses until somebody wants it open again.
    async fn keep_shut(&mut self, address: SocketAddr) -> io::Result<TcpListener> {
        let bound = bound(address)?;
        self.is_shut.send_replace(true);
        // An error means that nobody is left who could want it.
        let _ = self.wanted_shut.wait_for(|shut| !*shut).await;
        let listener = bound.listen(BACKLOG)?;
        self.is_shut.send_replace(false);
        Ok(listener)
    }
}

/// A socket that does not listen: the system refuses connections, and nobody else can take the port.
fn bound(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}

async fn connection(stream: TcpStream, peer: IpAddr, exchange: Arc<Exchange>) {
    let (end, mut ends) = mpsc::channel(1);
    let service = service_fn(|request| {
        let (exchange, end) = (exchange.clone(), end.clone());
        async move {
            match exchange.serve(request, peer).await {
                Outcome::Answer(response) => Ok::<_, Infallible>(response.map(Full::new)),
                outcome => {
                    let _ = end.send(outcome).await;
                    std::future::pending().await
                }
            }
        }
    });
    let mut http = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    let outcome = tokio::select! {
        _ = &mut http => return,
        Some(outcome) = ends.recv() => outcome,
    };
    let stream = http.into_parts().io.into_inner();
    // The sender went away meanwhile, or did not: both is how it should be.
    let _ = finish(stream, outcome).await;
}

async fn finish(mut stream: TcpStream, outcome: Outcome) -> io::Result<()> {
    match outcome {
        Outcome::Reset(answer) => {
            if let Some(answer) = answer {
                stream.write_all(&first_half(&answer)).await?;
            }
            // With no time to linger, closing is a reset.
            stream.set_zero_linger()
        }
        Outcome::Silence => {
            let mut rest = [0; 1_024];
            while stream.read(&mut rest).await? > 0 {}
            Ok(())
        }
        Outcome::Close | Outcome::Answer(_) => Ok(()),
    }
}

fn first_half(answer: &Response<Bytes>) -> Vec<u8> {
    let body = answer.body();
    let head = format!("HTTP/1.1 {}\r\ncontent-length: {}\r\n\r\n", answer.status(), body.len());
    [head.as_bytes(), &body[..body.len() / 2]].concat()
}
