//! The simulated ntfy, with moods, and a memory of who knocked.

use std::sync::Mutex;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use rez::ntfy::{Ntfy, Settings};
use rez_cloud::Seed;
use rez_cloud::network::{Caller, HttpServer};
use rez_cloud::program::BoxFuture;
use rez_cloud::world::Clock;

/// All functions leave through one address.
const ADDRESS: &str = "203.0.113.7";

/// How the server treats those who knock.
#[derive(Clone, Debug, PartialEq)]
pub enum Mood {
    Up,
    /// 500 for everybody.
    Down,
    /// Well, but after a while.
    Slow(Duration),
    /// 500 for the message with this title.
    Chokes(&'static str),
    /// This status for everybody, with this `Retry-After`, as a proxy before it may answer.
    Busy {
        status: u16,
        retry_after: &'static str,
    },
}

/// One request as the server saw it arrive.
#[derive(Clone, Debug)]
pub struct Try {
    pub at: Duration,
    pub environment: u64,
    pub title: String,
    pub status: u16,
    /// ntfy's own code; 0 where it accepted.
    pub code: u64,
}

pub struct TestNtfy {
    clock: Clock,
    ntfy: Mutex<Ntfy>,
    mood: Mutex<Mood>,
    tries: Mutex<Vec<Try>>,
}

impl TestNtfy {
    pub fn new(settings: Settings, clock: Clock) -> Self {
        Self { clock, ntfy: Mutex::new(server(settings)), mood: Mutex::new(Mood::Up), tries: Mutex::default() }
    }

    pub fn is(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    /// A server with other settings takes its place.
    pub fn becomes(&self, settings: Settings) {
        *self.ntfy.lock().unwrap() = server(settings);
    }

    /// Every request so far, in the order of arrival.
    pub fn tries(&self) -> Vec<Try> {
        self.tries.lock().unwrap().clone()
    }

    /// The titles of what was accepted, in order.
    pub fn accepted(&self) -> Vec<String> {
        self.tries().into_iter().filter(|a_try| a_try.status == 200).map(|a_try| a_try.title).collect()
    }

    /// ntfy's answers to somebody at the functions' own address.
    pub fn ask(&self, request: &Request<Bytes>) -> Response<Bytes> {
        self.ntfy.lock().unwrap().answer(request, ADDRESS, self.clock.now()).0
    }

    fn answer(&self, request: &Request<Bytes>, title: &str) -> Response<Bytes> {
        let broken = match &*self.mood.lock().unwrap() {
            Mood::Busy { status, retry_after } => {
                return Response::builder()
                    .status(*status)
                    .header("retry-after", *retry_after)
                    .body(Bytes::new())
                    .unwrap();
            }
            Mood::Up | Mood::Slow(_) => false,
            Mood::Down => true,
            Mood::Chokes(on) => title == *on,
        };
        if broken {
            let body = r#"{"code":50001,"http":500,"error":"internal server error"}"#;
            return Response::builder().status(500).body(Bytes::from_static(body.as_bytes())).unwrap();
        }
        self.ask(request)
    }

    fn patience(&self) -> Duration {
        match *self.mood.lock().unwrap() {
            Mood::Slow(by) => by,
            _ => Duration::ZERO,
        }
    }
}

impl HttpServer for TestNtfy {
    fn serve(&self, request: Request<Bytes>, from: Caller) -> BoxFuture<'_, Response<Bytes>> {
        Box::pin(async move {
            let at = self.clock.elapsed();
            let title = request.headers().get("x-title").map(|title| title.to_str().unwrap().to_owned());
            let title = title.unwrap_or_default();
            let response = self.answer(&request, &title);
            let environment = match from {
                Caller::Function(process) => process.id,
                Caller::Outside { .. } => 0,
            };
            let status = response.status().as_u16();
            let body: serde_json::Value = serde_json::from_slice(response.body()).unwrap_or_default();
            let code = body["code"].as_u64().unwrap_or_default();
            self.tries.lock().unwrap().push(Try { at, environment, title, status, code });
            tokio::time::sleep(self.patience()).await;
            response
        })
    }
}

fn server(settings: Settings) -> Ntfy {
    Ntfy::new(settings, Seed(1).stream("ntfy ids"))
}
