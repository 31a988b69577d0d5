//! How well the generator measures: its p50, p99 and p99.9 of a server whose delays are known, beside what they are. The
//! server sleeps for exactly what it says, and tells how long it really took; the generator's clock is to add no more than
//! 2 % or a millisecond.
//!
//! `cargo run --release -p rez-loadtest --example accuracy`

use std::convert::Infallible;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use hdrhistogram::Histogram;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use rez_loadtest::open::{Answer, Pattern, Plan, Send, generate};
use tokio::net::TcpListener;

const RATE: f64 = 200.0;
const LENGTH: Duration = Duration::from_secs(10);
const PERCENTILES: [(&str, f64); 3] = [("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999)];
/// Every fiftieth request is slow, and every four hundredth very slow, so that p99 and p99.9 each lie within one of them.
const DELAYS: [Duration; 3] = [Duration::from_millis(20), Duration::from_millis(100), Duration::from_millis(400)];

/// What the server itself measured, microseconds.
type Truth = Arc<Mutex<Histogram<u64>>>;

struct Get {
    client: reqwest::Client,
    url: String,
}

impl Send for Get {
    async fn send(&self, number: u64) -> Answer {
        let answer = self.client.get(format!("{}/{number}", self.url)).send().await.ok();
        Answer { name: "get", status: answer.map(|answer| answer.status().as_u16()) }
    }
}

#[tokio::main]
async fn main() -> std::io::Result<ExitCode> {
    let truth: Truth = Arc::new(Mutex::new(Histogram::new_with_bounds(1, 60_000_000, 3).expect("constant bounds")));
    let address = serve(truth.clone()).await?;
    let plan = Plan { pattern: Pattern::constant(RATE, LENGTH), in_flight_max: 1_000, settle_within: Duration::ZERO };
    let sender = Arc::new(Get { client: reqwest::Client::new(), url: format!("http://{address}") });
    let (record, _) = generate(&plan, sender, |_| true).await;
    let (seen, truth) = (record.total(), truth.lock().expect("no holder panics"));
    println!("{} requests at {RATE}/s; latencies in ms", seen.count());
    println!("{:>6} {:>9} {:>9} {:>7}", "", "server", "seen", "error");
    let mut good = true;
    for (name, share) in PERCENTILES {
        let (server, seen) = (truth.value_at_quantile(share) as f64 / 1e3, seen.quantile(share).as_secs_f64() * 1e3);
        let error = seen - server;
        good &= error.abs() <= (server * 0.02).max(1.0);
        println!("{name:>6} {server:>9.2} {seen:>9.2} {error:>+7.2}");
    }
    println!("{}", if good { "within 2 % or 1 ms" } else { "NOT within 2 % or 1 ms" });
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn serve(truth: Truth) -> std::io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let truth = truth.clone();
            let service = service_fn(move |request| answer(truth.clone(), request));
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });
    Ok(address)
}

async fn answer(truth: Truth, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let begun = Instant::now();
    let number: u64 = request.uri().path().trim_start_matches('/').parse().unwrap_or_default();
    let slow = usize::from(number.is_multiple_of(50)) + usize::from(number.is_multiple_of(400));
    tokio::time::sleep(DELAYS[slow]).await;
    truth.lock().expect("no holder panics").saturating_record(begun.elapsed().as_micros() as u64);
    Ok(Response::new(Full::new(Bytes::from_static(b"{}"))))
}
