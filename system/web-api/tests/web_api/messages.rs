//! Creating, reading, cancelling and redriving one message.

use std::time::Duration;

use rez_core::testing::{Reply as Answer, item_json, message};
use serde_json::{Value, json};

use crate::exchange::Ask;
use crate::world::World;

fn create() -> Ask {
    Ask::new("POST /api/messages").by("user-1", "user")
}

#[tokio::test(start_paused = true)]
async fn a_created_message_is_readable_at_once_and_announced() {
    let world = World::new().await;
    let body = json!({"title": "Disk almost full", "body": "/var at 97 %", "priority": 5, "tags": ["warning"]});
    let created = world.send(create().json(&body).header("x-correlation-id", "mine-1")).await;
    assert_eq!((created.status, created.header("x-correlation-id")), (201, Some("mine-1")));
    let id = created.body["message_id"].as_str().expect("an id");
    assert_eq!(created.header("location"), Some(format!("/api/messages/{id}").as_str()));
    assert_eq!(created.body["created_by"], "user-1");
    assert_eq!(created.body["correlation_id"], "mine-1");
    assert_eq!(world.read(id).await.body, created.body);
    let published = world.servers().published.clone();
    assert!(published.len() == 1 && published[0].contains(id) && !published[0].contains("97"), "{published:?}");
}

#[tokio::test(start_paused = true)]
async fn a_message_that_could_not_be_announced_is_created_all_the_same() {
    let world = World::new().await;
    world.fail("Publish", Answer::text(400, "<ErrorResponse/>"));
    let created = world.create("t").await;
    assert_eq!(world.read(created["message_id"].as_str().expect("an id")).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn a_message_is_cancelled_once() {
    let world = World::new().await;
    let id = world.create("t").await["message_id"].as_str().expect("an id").to_owned();
    let cancel = || Ask::new("DELETE /api/messages/{id}").by("user-1", "user").id(&id);
    let cancelled = world.send(cancel()).await;
    assert_eq!((cancelled.status, &cancelled.body["status"]), (200, &json!("cancelled")));
    let again = world.send(cancel()).await;
    assert_eq!((again.status, again.code()), (409, "message_not_cancellable"));
}

/// A message that failed, with an id of its own.
fn failed() -> (String, Value) {
    let mut message = message();
    message.status = rez_core::message::Status::Failed;
    message.attempts = 5;
    message.last_error = Some(rez_core::store::attempt_lost());
    (message.id.to_string(), item_json(&message))
}

#[tokio::test(start_paused = true)]
async fn only_a_failed_message_is_redriven() {
    let world = World::new().await;
    let (id, item) = failed();
    world.servers().tables.put("messages", &item);
    let redrive = || Ask::new("POST /api/messages/{id}/redrive").by("admin-1", "admin").id(&id);
    let redriven = world.send(redrive()).await;
    assert_eq!((redriven.status, &redriven.body["status"]), (202, &json!("created")));
    assert_eq!(redriven.body["attempts"], 0);
    assert_eq!(world.servers().published.len(), 1);
    let again = world.send(redrive()).await;
    assert_eq!((again.status, again.code()), (409, "message_not_failed"));
}

#[tokio::test(start_paused = true)]
async fn what_expired_is_not_shown_although_it_is_still_stored() {
    let world = World::new().await;
    let (id, item) = failed();
    world.servers().tables.put("messages", &item);
    assert_eq!(world.read(&id).await.body["last_error"]["code"], "attempt_lost");
    tokio::time::advance(Duration::from_secs(91 * 24 * 3600)).await;
    assert_eq!(world.read(&id).await.code(), "message_not_found");
    let list = world.send(Ask::new("GET /api/messages").by("user-1", "viewer")).await;
    assert_eq!(list.body["messages"], json!([]));
}

#[tokio::test(start_paused = true)]
async fn while_the_database_does_not_answer_it_is_said_and_then_forgotten() {
    let world = World::new().await;
    let health = || Ask::new("GET /api/health");
    assert_eq!(world.send(health()).await.body["status"], "ok");
    world.fail("dynamodb", Answer::json(500, &json!({"__type": "InternalServerError", "message": "table-secret"})));
    let reply = world.send(create().json(&json!({"title": "t", "body": "b"}))).await;
    assert_eq!((reply.status, reply.code(), reply.header("retry-after")), (503, "database_unavailable", Some("5")));
    assert!(!reply.body.to_string().contains("table-secret"), "no inner text");
    assert_eq!(world.send(health()).await.body["degraded"], json!(["database"]));
    world.heal();
    world.create("t").await;
    assert_eq!(world.send(health()).await.body["degraded"], json!([]));
}

#[tokio::test(start_paused = true)]
async fn an_error_that_will_not_pass_is_ours() {
    let world = World::new().await;
    let denied = json!({"__type": "com.amazon.coral.service#AccessDeniedException", "message": "User: arn:aws:…"});
    world.fail("dynamodb", Answer::json(400, &denied));
    let reply = world.read("5f0c9d3a-8f7e-5b53-9f0c-3a1f6f5a2d10").await;
    assert_eq!((reply.status, reply.code()), (500, "internal_error"));
    assert!(!reply.body.to_string().contains("arn:"), "{}", reply.body);
}
