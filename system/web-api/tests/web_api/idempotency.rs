//! `Idempotency-Key`.

use std::time::Duration;

use serde_json::{Value, json};

use crate::exchange::{Ask, Reply};
use crate::world::World;

async fn create(world: &World, user: &str, key: &str, body: &Value) -> Reply {
    world.send(Ask::new("POST /api/messages").by(user, "user").header("idempotency-key", key).json(body)).await
}

fn body(title: &str) -> Value {
    json!({"title": title, "body": "b"})
}

#[tokio::test(start_paused = true)]
async fn the_same_request_creates_one_message() {
    let world = World::new().await;
    let first = create(&world, "user-1", "k", &body("t")).await;
    assert_eq!((first.status, first.header("idempotency-replayed")), (201, None));
    // Spelled otherwise, it says the same.
    let same = json!({"body": "b", "title": "t", "priority": 3.0, "tags": []});
    let second = create(&world, "user-1", "k", &same).await;
    assert_eq!((second.status, second.header("idempotency-replayed")), (201, Some("true")));
    assert_eq!(second.body, first.body);
    assert_eq!(second.header("location"), first.header("location"));
    assert_eq!(world.servers().published.len(), 1);
    assert_eq!(world.servers().tables.scan("messages").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_same_key_with_another_body_is_a_conflict() {
    let world = World::new().await;
    create(&world, "user-1", "k", &body("t")).await;
    let other = create(&world, "user-1", "k", &body("other")).await;
    assert_eq!((other.status, other.code()), (409, "idempotency_key_reused"));
    assert_eq!(create(&world, "user-2", "k", &body("other")).await.status, 201, "keys are each user's own");
    assert_eq!(world.servers().tables.scan("messages").len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_key_is_forgotten_after_a_day_although_its_record_is_still_stored() {
    let world = World::new().await;
    let first = create(&world, "user-1", "k", &body("t")).await;
    tokio::time::advance(Duration::from_millis(24 * 3600 * 1000 - 1)).await;
    assert_eq!(create(&world, "user-1", "k", &body("t")).await.body, first.body);
    tokio::time::advance(Duration::from_millis(1)).await;
    let later = create(&world, "user-1", "k", &body("other")).await;
    assert_eq!((later.status, later.header("idempotency-replayed")), (201, None));
    assert_eq!(world.servers().tables.scan("idempotency").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_table_holds_neither_the_key_nor_the_request() {
    let world = World::new().await;
    create(&world, "user-1", "secret-key", &body("secret-title")).await;
    let records = json!(world.servers().tables.scan("idempotency")).to_string();
    assert!(records.contains("fingerprint") && !records.contains("secret") && !records.contains("user-1"), "{records}");
}
