//! Each function's handler, warm: from the bytes of an event to those of its answer, with the AWS SDK's work in between,
//! and with services that answer without a way there and back.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use criterion::{BatchSize, Criterion};
use rez::world::functions::{self, JWT_AUTHORIZER, MESSAGE_PROCESSOR, NOTIFICATION_SERVICE, SCHEDULER, WEB_API};
use rez_cloud::program::{Handler, InvocationContext};
use rez_core::event::MessageCreated;
use rez_core::message::{LEASE, Lease};
use rez_core::notification::{NTFY, Notification};
use serde_json::{Value, json};

use super::system::System;

/// Of a list.
const PAGE: usize = 20;

pub fn bench(criterion: &mut Criterion) {
    Warm::up(SCHEDULER).measure(criterion, "scheduler, nothing due", |_| json!({ "sweep": true }), "swept");
    Warm::up(MESSAGE_PROCESSOR).measure(criterion, "message-processor, one message", record, r#"Failures":[]"#);
    Warm::up(NOTIFICATION_SERVICE).measure(criterion, "notification-service", notification, "delivered");

    let web_api = Warm::up(WEB_API);
    for _ in 0..PAGE {
        web_api.system.stored_message();
    }
    let (list, create) = (request("GET", "/api/messages", None), request("POST", "/api/messages", Some(body())));
    web_api.measure(criterion, "web-api, a page", |_| list.clone(), r#""statusCode":200"#);
    web_api.measure(criterion, "web-api, create", |_| create.clone(), r#""statusCode":201"#);

    let authorizer = Warm::up(JWT_AUTHORIZER);
    let asked = json!({ "identitySource": [format!("Bearer {}", authorizer.system.token())] });
    authorizer.measure(criterion, "jwt-authorizer", |_| asked.clone(), r#""isAuthorized":true"#);
}

/// A function that was started, and the system that it works in.
struct Warm {
    system: System,
    handler: Arc<dyn Handler>,
}

impl Warm {
    fn up(function: &str) -> Self {
        let system = System::at_rest();
        let programs = functions::programs();
        let (_, program) = programs.iter().find(|(id, _)| *id == function).expect("it is one of ours");
        let started = program.start(system.ambient(function));
        Self { handler: system.runtime.block_on(started).expect("its environment is whole"), system }
    }

    /// Measures it by an event of which each invocation gets a new one; the answer contains `expected`.
    fn measure(&self, criterion: &mut Criterion, name: &str, event: impl Fn(&System) -> Value, expected: &str) {
        let payload = || Bytes::from(event(&self.system).to_string());
        let check = || {
            let answer = self.invoke(payload());
            let told = String::from_utf8_lossy(&answer);
            assert!(told.contains(expected), "{name}: {told}");
        };
        // The first one fetches what is kept: parameters, keys, flags. The last one shows that nothing was used up.
        check();
        criterion.bench_function(&format!("handler/{name}"), |bencher| {
            bencher.iter_batched(payload, |payload| self.invoke(payload), BatchSize::SmallInput);
        });
        check();
    }

    fn invoke(&self, payload: Bytes) -> Bytes {
        self.system.runtime.block_on(async {
            let context = InvocationContext {
                request_id: "9c8f1a2e-3b4d-4e5f-8a6b-7c8d9e0f1a2b".to_owned(),
                deadline: self.system.cloud.clock().now() + Duration::from_secs(60),
                function_arn: String::new(),
                trace_header: "Root=1-6540d0f7-0123456789abcdef01234567;Sampled=0".to_owned(),
            };
            self.handler.handle(payload, context).await.expect("the handler answers")
        })
    }
}

/// A batch of one pointer to a message that waits.
fn record(system: &System) -> Value {
    let message = system.stored_message();
    let record = json!({
        "messageId": message.id.to_string(), "receiptHandle": "h", "body": MessageCreated::from(&message).to_json(),
        "attributes": { "ApproximateReceiveCount": "1" }, "messageAttributes": {}, "md5OfBody": "",
        "eventSource": "aws:sqs", "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:q", "awsRegion": "us-east-1",
    });
    json!({ "Records": [record] })
}

fn notification(system: &System) -> Value {
    let message = system.stored_message();
    let until = message.created + LEASE;
    let lease = Lease { owner: format!("attempt {}", message.id), until };
    serde_json::to_value(Notification::of(&message, &lease, NTFY, until)).expect("a notification becomes JSON")
}

fn body() -> Value {
    json!({ "title": "Backup done", "body": "The nightly backup has ended.", "priority": 3, "tags": ["backup"] })
}

/// As the gateway hands it on, with what the authorizer said.
fn request(method: &str, path: &str, body: Option<Value>) -> Value {
    json!({
        "version": "2.0", "routeKey": format!("{method} {path}"), "rawPath": path, "rawQueryString": "",
        "headers": { "content-type": "application/json", "host": "api" }, "isBase64Encoded": false,
        "body": body.map(|body| body.to_string()),
        "requestContext": {
            "accountId": "123456789012", "apiId": "api", "domainName": "api", "domainPrefix": "api",
            "requestId": "JKJaXmPLvHcESHA=", "routeKey": format!("{method} {path}"), "stage": "$default",
            "time": "02/Nov/2026:00:00:00 +0000", "timeEpoch": 1_793_577_600_000_u64,
            "http": { "method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "203.0.113.7", "userAgent": "b" },
            "authorizer": { "lambda": { "sub": "person", "username": "person", "groups": "user", "scope": "rez-agent/api" } },
        },
    })
}
