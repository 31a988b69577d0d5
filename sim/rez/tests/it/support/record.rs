//! Facts that tests look at, kept.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, SystemTime};

use rez_cloud::history::{Cause, Fact, QueueEvent, Request, RequestEnd, Subscriber};
use rez_cloud::world::Clock;
use serde_json::Value;

/// A request that a function sent.
#[derive(Clone, Debug)]
pub struct Call {
    pub sent: Duration,
    /// Function name, like wherever functions are named here.
    pub function: String,
    pub environment: u64,
    pub service: String,
    pub operation: String,
    pub resource: String,
    /// 0 where no answer came.
    pub status: u16,
}

/// A change of an item, in DynamoDB JSON.
#[derive(Clone, Debug)]
pub struct Change {
    pub at: Duration,
    pub table: String,
    pub before: Option<Value>,
    pub after: Option<Value>,
    /// The function, or empty.
    pub by: String,
}

impl Change {
    /// Attribute of the item as it became, whatever its type.
    pub fn after(&self, attribute: &str) -> &str {
        value(self.after.as_ref(), attribute)
    }

    pub fn before(&self, attribute: &str) -> &str {
        value(self.before.as_ref(), attribute)
    }
}

fn value<'a>(item: Option<&'a Value>, attribute: &str) -> &'a str {
    let typed = item.and_then(|item| item.get(attribute)?.as_object()?.values().next());
    typed.and_then(Value::as_str).unwrap_or_default()
}

/// A line in a log stream.
#[derive(Clone, Debug)]
pub struct Line {
    pub at: Duration,
    pub function: String,
    pub environment: u64,
    pub text: String,
}

impl Line {
    /// The line, which must be one JSON object.
    pub fn json(&self) -> Value {
        let json = serde_json::from_str(&self.text);
        let json: Value = json.unwrap_or_else(|error| panic!("`{}` is no JSON: {error}", self.text));
        assert!(json.is_object(), "`{}` is no object", self.text);
        json
    }
}

/// A delivery of a queue's message.
#[derive(Clone, Debug)]
pub struct Delivery {
    pub at: Duration,
    pub queue: String,
    pub message_id: String,
    pub receive_count: u32,
}

#[derive(Clone, Debug, Default)]
struct Kept {
    calls: Vec<Call>,
    changes: Vec<Change>,
    lines: Vec<Line>,
    deliveries: Vec<Delivery>,
    published: Vec<(Duration, String)>,
}

#[derive(Clone)]
pub struct Record {
    clock: Clock,
    kept: Arc<Mutex<Kept>>,
}

impl Record {
    pub fn new(clock: Clock) -> Self {
        Self { clock, kept: Arc::default() }
    }

    pub fn calls(&self, wanted: impl Fn(&Call) -> bool) -> Vec<Call> {
        self.kept().calls.iter().filter(|call| wanted(call)).cloned().collect()
    }

    pub fn changes(&self, wanted: impl Fn(&Change) -> bool) -> Vec<Change> {
        self.kept().changes.iter().filter(|change| wanted(change)).cloned().collect()
    }

    pub fn lines(&self) -> Vec<Line> {
        self.kept().lines.clone()
    }

    /// Lines with this code, as JSON.
    pub fn logged(&self, code: &str) -> Vec<Value> {
        self.lines().iter().map(Line::json).filter(|line| line["code"] == code).collect()
    }

    pub fn deliveries(&self, queue: &str) -> Vec<Delivery> {
        self.kept().deliveries.iter().filter(|delivery| delivery.queue == queue).cloned().collect()
    }

    /// Bodies that the topics took, with their times.
    pub fn published(&self) -> Vec<(Duration, String)> {
        self.kept().published.clone()
    }

    /// The history of one message: `STATUS` of each change of it, in order.
    pub fn life(&self, message_id: &str) -> Vec<String> {
        let changes = self.changes(|change| change.after("message_id") == message_id);
        let mut life: Vec<_> = changes.iter().map(|change| change.after("status").to_owned()).collect();
        life.dedup();
        life
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap()
    }

    fn call(&self, request: &Request<'_>) -> Option<Call> {
        let Cause::Function { name, environment, .. } = request.cause else { return None };
        let status = match request.end {
            RequestEnd::Answered { status, .. } => status,
            _ => 0,
        };
        Some(Call {
            sent: self
                .clock
                .elapsed()
                .saturating_sub(self.clock.now().duration_since(request.sent).unwrap_or_default()),
            function: name.to_owned(),
            environment,
            service: request.service.to_owned(),
            operation: request.operation.to_owned(),
            resource: request.resource.to_owned(),
            status,
        })
    }
}

impl Subscriber for Record {
    fn observe(&mut self, _at: SystemTime, fact: &Fact<'_>) {
        let at = self.clock.elapsed();
        match fact {
            Fact::Request(request) => {
                let call = self.call(request);
                self.kept().calls.extend(call);
            }
            Fact::Item { table, before, after, cause, .. } => {
                let by = match cause {
                    Cause::Function { name, .. } => (*name).to_owned(),
                    Cause::Cloud | Cause::Outside => String::new(),
                };
                let (before, after) = (before.cloned(), after.cloned());
                self.kept().changes.push(Change { at, table: (*table).to_owned(), before, after, by });
            }
            Fact::Log { function, environment, line } => {
                let (function, text) = ((*function).to_owned(), (*line).to_owned());
                self.kept().lines.push(Line { at, function, environment: *environment, text });
            }
            Fact::Queue { queue, message_id, event: QueueEvent::Received { receive_count, .. } } => {
                let (queue, message_id) = ((*queue).to_owned(), (*message_id).to_owned());
                self.kept().deliveries.push(Delivery { at, queue, message_id, receive_count: *receive_count });
            }
            Fact::Published { body, .. } => self.kept().published.push((at, (*body).to_owned())),
            _ => {}
        }
    }
}
