//! The data services by themselves: no network, no functions, a clock that jumps.

mod parameters;
mod recorded;
mod sns_delivery;
mod sns_errors;
mod sns_filter;
mod sqs_chaos;
mod sqs_dead_letters;
mod sqs_errors;
mod sqs_life;
mod sqs_model;
mod sqs_polls;
mod wire;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use rez_cloud::history::{Cause, Fact, History, QueueEvent, Subscriber};
use rez_cloud::profile::{Knobs, Profile};
use rez_cloud::services::Services;
use rez_cloud::services::sqs::{Outgoing, Received};
use rez_cloud::services::wire::{Answer, answer, classify};
use rez_cloud::world::{Clock, Seed};
use serde_json::Value;

const SECOND: Duration = Duration::from_secs(1);

/// 2026-11-23T12:00:00Z.
const EPOCH: Duration = Duration::from_secs(1_795_435_200);

/// Services in a world of their own, and what happens to their messages.
struct World {
    services: Services,
    clock: Clock,
    events: Events,
}

/// Queue events as `queue event` with their details, in order.
#[derive(Clone, Default)]
struct Events(Arc<Mutex<Vec<String>>>);

impl Events {
    fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    fn count(&self, text: &str) -> usize {
        self.all().iter().filter(|event| event.contains(text)).count()
    }
}

impl Subscriber for Events {
    fn observe(&mut self, _: SystemTime, fact: &Fact<'_>) {
        let event = match fact {
            Fact::Queue { queue, event, .. } => match event {
                QueueEvent::Sent { .. } => format!("{queue} sent"),
                QueueEvent::Received { receive_count, duplicate: false } => format!("{queue} received {receive_count}"),
                QueueEvent::Received { receive_count, .. } => format!("{queue} duplicate {receive_count}"),
                QueueEvent::Deleted => format!("{queue} deleted"),
                QueueEvent::Moved { to, receive_count } => format!("{queue} moved to {to} after {receive_count}"),
                QueueEvent::Expired => format!("{queue} expired"),
            },
            Fact::Published { topic, .. } => format!("{topic} published"),
            Fact::NotModelled { what, .. } => format!("not modelled: {what}"),
            _ => return,
        };
        self.0.lock().unwrap().push(event);
    }
}

/// A world in the ideal profile.
fn ideal() -> World {
    world(&Profile::Ideal.knobs())
}

fn world(knobs: &Knobs) -> World {
    let clock = Clock::starting_at(UNIX_EPOCH + EPOCH);
    let history = History::new(clock);
    let events = Events::default();
    history.subscribe(Box::new(events.clone()));
    World { services: Services::new(clock, Seed(7), knobs, history), clock, events }
}

impl World {
    fn queue(&self, name: &str, attributes: &[(&str, &str)]) {
        self.services.sqs.create_queue(name, &map(attributes)).unwrap();
    }

    fn send(&self, queue: &str, body: &str) -> String {
        self.services.sqs.send(queue, Outgoing::new(body), Cause::Outside).unwrap().message_id
    }

    async fn receive(&self, queue: &str) -> Vec<Received> {
        self.services.sqs.receive(queue, 10, Duration::ZERO).await.unwrap()
    }

    /// Bodies that a short poll gives.
    async fn bodies(&self, queue: &str) -> Vec<String> {
        self.receive(queue).await.iter().map(|received| received.message.body.clone()).collect()
    }

    /// One call of a service with a JSON protocol, through the wire's code.
    async fn call(&self, target: &str, body: Value) -> Answer {
        let request = http::Request::post("https://aws.test/").header("x-amz-target", target);
        self.request(request, body.to_string()).await
    }

    /// One call of a service with the query protocol.
    async fn query(&self, form: &str) -> Answer {
        let request = http::Request::post("https://sns.us-east-1.amazonaws.com/");
        self.request(request, form.to_owned()).await
    }

    async fn request(&self, request: http::request::Builder, body: String) -> Answer {
        let (parts, ()) = request.body(()).unwrap().into_parts();
        let body = Bytes::from(body);
        let call = classify(&parts, &body).expect("the request is for AWS");
        answer(&self.services, &call, &parts, &body, Cause::Outside).await
    }
}

fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

fn json(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).unwrap()
}

async fn pass(seconds: u64) {
    tokio::time::sleep(SECOND * u32::try_from(seconds).unwrap()).await;
}
