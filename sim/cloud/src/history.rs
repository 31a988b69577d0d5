//! Every fact of a run, as a stream. The history keeps no events: what is remembered is a subscriber's business.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::world::Clock;

/// Something that happened in the world, in terms that need no knowledge of the system under test. Functions, tables,
/// queues and topics stand here by the names that AWS knows them by, not by their logical ids.
#[derive(Debug, Clone)]
pub enum Fact<'a> {
    /// An HTTP request left a function, and how it ended for the caller.
    Request(Request<'a>),
    /// An item of a table changed. `before` is `None` for a new one, `after` for a removed one; images in DynamoDB JSON.
    Item { table: &'a str, key: &'a Value, before: Option<&'a Value>, after: Option<&'a Value>, cause: Cause<'a> },
    /// Something happened to a message of a queue.
    Queue { queue: &'a str, message_id: &'a str, event: QueueEvent<'a> },
    /// A topic took a message.
    Published { topic: &'a str, message_id: &'a str, body: &'a str, by: Cause<'a> },
    /// SNS gave up a delivery to the subscriber `endpoint` for good.
    Undelivered { topic: &'a str, endpoint: &'a str },
    /// A function began or ended an invocation.
    Invocation { function: &'a str, environment: u64, request_id: &'a str, event: InvocationEvent<'a> },
    /// An execution environment was created, reclaimed, or lost.
    Environment { function: &'a str, environment: u64, event: EnvironmentEvent },
    /// A function wrote a line to its log stream.
    Log { function: &'a str, environment: u64, line: &'a str },
    /// A schedule fired.
    Schedule { rule: &'a str, slot: SystemTime, duplicate: bool },
    /// An alarm went from one state to another.
    Alarm { name: &'a str, from: AlarmState, to: AlarmState, reason: &'a str },
    /// A fault was applied to something.
    Fault { rule: usize, kind: &'a str, target: &'a str },
    /// AWS called a service on the system's behalf, `count` times. It is billed like any request, but took no wire: an
    /// event source's receives (also the empty ones) and deletes.
    OnBehalf { service: &'a str, operation: &'a str, resource: &'a str, count: u64 },
    /// The gateway answered a request to an API.
    ApiRequest(ApiRequest<'a>),
    /// The gateway wrote a line to the access log of an API's stage.
    AccessLog { api_id: &'a str, log_group: &'a str, line: &'a str },
    /// Somebody asked for what this cloud does not model. A run in which this happens proves nothing.
    NotModelled { what: &'a str, by: Cause<'a> },
}

/// Who did it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause<'a> {
    /// A function's call.
    Function { name: &'a str, environment: u64, request_id: &'a str },
    /// AWS itself: a TTL, a delivery, a redrive.
    Cloud,
    /// The world outside: a workload, a provisioner, a test.
    Outside,
}

/// One request on the wire, reported when the caller learns its end, or when nobody waits for it any more.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    pub cause: Cause<'a>,
    /// `dynamodb`, `sqs`, `sns`, `lambda`, `parameters`, or the host name of a server outside.
    pub service: &'a str,
    /// The operation (`UpdateItem`), or method and path for a server outside.
    pub operation: &'a str,
    /// What it was about: table, queue, topic or function name; empty when there is none.
    pub resource: &'a str,
    pub sent: SystemTime,
    pub took: Duration,
    /// Of the answer's body; 0 when none arrived.
    pub response_bytes: usize,
    pub end: RequestEnd<'a>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestEnd<'a> {
    /// An answer arrived. `code` is the AWS error code, empty for a success.
    Answered { status: u16, code: &'a str },
    /// The request never reached the service; the caller was left waiting.
    RequestLost,
    /// The service acted; its answer was lost and the caller was left waiting, or it came when nobody waited any more.
    ResponseLost,
    /// The connection was reset, before (`acted: false`) or after the service had acted.
    Reset { acted: bool },
}

/// One request to an HTTP API as the gateway saw it. What befell it on the wire before or after stands in its caller's
/// [`Request`].
#[derive(Debug, Clone)]
pub struct ApiRequest<'a> {
    pub api_id: &'a str,
    pub stage: &'a str,
    /// The route's key (`GET /items/{id}`); empty when it came to none.
    pub route: &'a str,
    /// What the answer carries as `apigw-requestid`, and the function's event as `requestId`.
    pub request_id: &'a str,
    pub status: u16,
    /// From its arrival until its answer left.
    pub latency: Duration,
    /// Of that, what the authorizer took; `None` when it was not asked.
    pub authorizer_latency: Option<Duration>,
    /// And what the function took; `None` when it was not asked.
    pub integration_latency: Option<Duration>,
    /// Why the gateway answered in its own name ([`Refusal::name`](crate::host::api_gateway::Refusal::name)); empty when
    /// it did not.
    pub error: &'a str,
    /// Of the bodies.
    pub request_bytes: usize,
    pub response_bytes: usize,
}

#[derive(Debug, Clone, Copy)]
pub enum QueueEvent<'a> {
    Sent {
        body: &'a str,
        /// Bytes of the bodies that the same request has sent before this one; 0 outside a batch.
        batch_bytes_before: usize,
        by: Cause<'a>,
    },
    /// `duplicate` when the queue hands out a message again although it was not due.
    Received {
        receive_count: u32,
        duplicate: bool,
    },
    Deleted,
    /// Moved to the dead-letter queue `to`, after its receives were used up.
    Moved {
        to: &'a str,
        receive_count: u32,
    },
    Expired,
}

#[derive(Debug, Clone, Copy)]
pub enum InvocationEvent<'a> {
    Started {
        cold: bool,
    },
    /// `took` is what is billed: with init when the start was cold.
    Ended {
        outcome: Outcome<'a>,
        took: Duration,
        memory_mb: u32,
    },
    /// No environment could take it: `reason` is Lambda's (`ReservedFunctionConcurrentInvocationLimitExceeded`, …).
    /// The fact's environment is 0, which no environment has.
    Throttled {
        reason: &'a str,
    },
    /// An asynchronous event was given up: `condition` is `RetriesExhausted`, `EventAgeExceeded` or
    /// `ZeroReservedConcurrency`. Environment 0.
    Discarded {
        condition: &'a str,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome<'a> {
    Success,
    /// The handler answered with an error, or panicked; `error_type` as Lambda reports it.
    Error {
        error_type: &'a str,
    },
    TimedOut,
    Crashed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnvironmentEvent {
    Created { init: Duration },
    Reclaimed,
    Crashed,
    InitFailed,
}

/// What an alarm says about what it watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AlarmState {
    Ok,
    Alarm,
    /// It has only begun, or has too little to go by.
    InsufficientData,
}

impl fmt::Display for AlarmState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ok => "OK",
            Self::Alarm => "ALARM",
            Self::InsufficientData => "INSUFFICIENT_DATA",
        })
    }
}

/// Learns of every fact as it happens. Subscribers run inside the world: they are quick, and never wait.
pub trait Subscriber: Send {
    fn observe(&mut self, at: SystemTime, fact: &Fact<'_>);
}

/// The stream itself; clones share it.
#[derive(Clone)]
pub struct History {
    clock: Clock,
    subscribers: Arc<Mutex<Vec<Box<dyn Subscriber>>>>,
}

impl History {
    pub fn new(clock: Clock) -> Self {
        Self { clock, subscribers: Arc::default() }
    }

    pub fn subscribe(&self, subscriber: Box<dyn Subscriber>) {
        self.subscribers.lock().expect("no subscriber panicked").push(subscriber);
    }

    pub fn record(&self, fact: Fact<'_>) {
        let at = self.clock.now();
        for subscriber in self.subscribers.lock().expect("no subscriber panicked").iter_mut() {
            subscriber.observe(at, &fact);
        }
    }
}

/// A subscriber that is shared with whoever reads it after the run.
impl<S: Subscriber> Subscriber for Arc<Mutex<S>> {
    fn observe(&mut self, at: SystemTime, fact: &Fact<'_>) {
        self.lock().expect("no subscriber panicked").observe(at, fact);
    }
}
