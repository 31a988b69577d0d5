//! Front doors that are broken on purpose.

use std::convert::Infallible;
use std::sync::Arc;

use aws_sdk_dynamodb::types::{AttributeValue, Put, TransactWriteItem};
use rez::world::program;
use rez_cloud::Cloud;
use rez_cloud::program::Program;
use rez_core::Environment;
use rez_core::config::Variables;
use serde_json::{Value, json};

use crate::rogue::{Deed, Rogue};

const IDEMPOTENCY_TABLE: &str = "rez-agent-dev-idempotency";

/// An authorizer that takes everybody for an admin.
pub fn welcoming() -> Arc<dyn Program> {
    Arc::new(Rogue {
        real: None,
        deed: |_, _| {
            let context = json!({"sub": "mallory", "username": "mallory", "groups": "admin", "scope": "rez-agent/api"});
            Box::pin(async move { json!({"isAuthorized": true, "context": context}) })
        },
    })
}

/// An API that answers a creation with success, and does nothing.
pub fn promising() -> Arc<dyn Program> {
    beside_the_real_one(|_, told| {
        Box::pin(async move {
            if told["event"]["routeKey"] != "POST /api/messages" || told["answer"]["statusCode"] != 201 {
                return Value::Null;
            }
            let mut answer = told["answer"].clone();
            let body: Value = serde_json::from_str(answer["body"].as_str().unwrap_or_default()).unwrap_or_default();
            let nowhere = "00000000-0000-4000-8000-000000000000";
            let body = body.to_string().replace(body["message_id"].as_str().unwrap_or_default(), nowhere);
            answer["headers"]["location"] = format!("/api/messages/{nowhere}").into();
            answer["body"] = body.into();
            answer
        })
    })
}

/// An API that answers a look at the metrics with a friendly word.
pub fn chatting() -> Arc<dyn Program> {
    beside_the_real_one(|_, told| {
        Box::pin(async move {
            if told["event"]["routeKey"] != "GET /api/metrics" {
                return Value::Null;
            }
            json!({"statusCode": 200, "headers": {"content-type": "text/plain"}, "body": "All is well."})
        })
    })
}

/// An API that believes in every query.
pub fn fragile() -> Arc<dyn Program> {
    beside_the_real_one(|_, told| {
        Box::pin(async move {
            let limit = told["event"]["queryStringParameters"]["limit"].as_str();
            let fits = |limit: &str| limit.parse().is_ok_and(|limit: u32| (1..=100).contains(&limit));
            assert!(limit.is_none_or(fits), "a limit that is none");
            Value::Null
        })
    })
}

/// An API that writes every event down.
pub fn indiscreet() -> Arc<dyn Program> {
    beside_the_real_one(|_, told| {
        Box::pin(async move {
            tracing::warn!(event = %told["event"], "received");
            Value::Null
        })
    })
}

/// An API that refuses a cancellation, and cancels.
pub fn obliging() -> Arc<dyn Program> {
    beside_the_real_one(|tools, told| {
        Box::pin(async move {
            let event = &told["event"];
            if event["routeKey"] == "DELETE /api/messages/{id}" && told["answer"]["statusCode"] == 403 {
                let id = event["pathParameters"]["id"].as_str().unwrap_or_default();
                tools.mark(id, "cancelled").await;
            }
            Value::Null
        })
    })
}

/// A scheduler that looks where it has no business.
pub fn curious() -> Arc<dyn Program> {
    beside_the_real_scheduler(|tools, _| {
        Box::pin(async move {
            // What it is answered is for others to judge.
            let get = tools.dynamodb.get_item().table_name(IDEMPOTENCY_TABLE);
            let _ = get.key("idempotency_key", text("anybody")).send().await;
            Value::Null
        })
    })
}

/// A scheduler that writes there, in a transaction, of which only what it changes tells.
pub fn scribbling() -> Arc<dyn Program> {
    beside_the_real_scheduler(|tools, _| {
        Box::pin(async move {
            let put = Put::builder().table_name(IDEMPOTENCY_TABLE).item("idempotency_key", text("scheduler"));
            let item = TransactWriteItem::builder().put(put.build().expect("a put of a table")).build();
            let _ = tools.dynamodb.transact_write_items().transact_items(item).send().await;
            Value::Null
        })
    })
}

/// Writes past the front door once, from outside and with nobody's role.
pub fn break_in(cloud: &Cloud) {
    let ambient = program::hand_over(cloud.outside("intruder"));
    let dynamodb = Environment::new("intruder", &ambient, &mut Variables::new(&ambient.variables)).dynamodb();
    tokio::spawn(async move {
        let put = dynamodb.put_item().table_name(IDEMPOTENCY_TABLE).item("idempotency_key", text("intruder"));
        put.send().await.expect("nothing stands in the way");
    });
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

fn beside_the_real_scheduler(deed: Deed) -> Arc<dyn Program> {
    let scheduler = program::Program {
        start: |ambient| Box::pin(scheduler::start(ambient)),
        handle: |deps, event| Box::pin(scheduler::handle(deps, event)),
    };
    Arc::new(Rogue { real: Some(Arc::new(scheduler)), deed })
}

fn beside_the_real_one(deed: Deed) -> Arc<dyn Program> {
    let web_api = program::Program {
        start: |ambient| Box::pin(web_api::start(ambient)),
        handle: |deps, event| Box::pin(async { Ok::<_, Infallible>(web_api::handle(deps, event).await) }),
    };
    Arc::new(Rogue { real: Some(Arc::new(web_api)), deed })
}
