//! Lists, their filters, and their cursors.

use std::time::Duration;

use serde_json::{Value, json};

use crate::exchange::{Ask, Reply};
use crate::world::World;

async fn list(world: &World, query: &str) -> Reply {
    world.send(Ask::new("GET /api/messages").by("user-1", "viewer").query(query)).await
}

fn titles(reply: &Reply) -> Vec<&str> {
    let messages = reply.body["messages"].as_array().unwrap_or_else(|| panic!("{reply:?}"));
    messages.iter().map(|message| message["title"].as_str().expect("a title")).collect()
}

fn cursor(reply: &Reply) -> String {
    reply.body["next_cursor"].as_str().expect("a further page").to_owned()
}

/// A world with messages `0`, `1`, … a second apart.
async fn with_messages(count: u32) -> World {
    let world = World::new().await;
    for number in 0..count {
        world.create(&number.to_string()).await;
        tokio::time::advance(Duration::from_secs(1)).await;
    }
    world
}

#[tokio::test(start_paused = true)]
async fn pages_follow_each_other_newest_first() {
    let world = with_messages(5).await;
    let first = list(&world, "limit=2").await;
    assert_eq!(titles(&first), ["4", "3"]);
    world.create("meanwhile").await;
    let second = list(&world, &format!("limit=2&cursor={}", cursor(&first))).await;
    assert_eq!(titles(&second), ["2", "1"]);
    let third = list(&world, &format!("limit=100&cursor={}", cursor(&second))).await;
    assert_eq!((titles(&third), &third.body["next_cursor"]), (vec!["0"], &Value::Null));
}

#[tokio::test(start_paused = true)]
async fn filters_choose() {
    let world = with_messages(3).await;
    let cancelled = list(&world, "").await.body["messages"][1]["message_id"].as_str().expect("an id").to_owned();
    world.send(Ask::new("DELETE /api/messages/{id}").by("user-1", "user").id(&cancelled)).await;
    assert_eq!(titles(&list(&world, "status=cancelled").await), ["1"]);
    assert_eq!(titles(&list(&world, "status=created&stage=dev").await), ["2", "0"]);
    assert!(titles(&list(&world, "stage=prod").await).is_empty());
    assert!(titles(&list(&world, "stage=prod&status=created").await).is_empty());
    assert_eq!(titles(&list(&world, "from=2026-11-23T12:00:01Z").await), ["2", "1"]);
    assert_eq!(titles(&list(&world, "to=2026-11-23T12:00:01Z").await), ["0"]);
    assert_eq!(titles(&list(&world, "from=2026-11-23T12:00:01Z&to=2026-11-23T12:00:02Z").await), ["1"]);
}

#[tokio::test(start_paused = true)]
async fn a_cursor_holds_for_its_own_query_alone() {
    let world = with_messages(3).await;
    let given = cursor(&list(&world, "limit=1&status=created").await);
    let refused = |query: String| {
        let world = &world;
        async move {
            let reply = list(world, &query).await;
            assert_eq!(
                (reply.status, reply.code(), reply.fields()),
                (400, "invalid_cursor", vec!["cursor"]),
                "{query}"
            );
        }
    };
    refused(format!("cursor={given}")).await;
    refused(format!("cursor={given}&status=failed")).await;
    refused(format!("cursor={given}&status=created&stage=prod")).await;
    refused(format!("cursor={given}&status=created&from=2026-11-23T00:00:00Z")).await;
    refused(format!("cursor={}&status=created", &given[1..])).await;
    refused("cursor=eyJtZXNzYWdlX2lkIjoieCJ9&status=created".to_owned()).await;
    assert_eq!(titles(&list(&world, &format!("cursor={given}&status=created")).await), ["1", "0"]);
}

#[tokio::test(start_paused = true)]
async fn a_cursor_outlives_the_rotation_of_its_key_once() {
    const NEW: &str = "//79/Pv6+fj39vX08/Lx8O/u7ezr6uno5+bl5OPi4eA=";
    const BOTH: &str = "//79/Pv6+fj39vX08/Lx8O/u7ezr6uno5+bl5OPi4eA=,AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    let world = with_messages(2).await;
    let query = format!("limit=1&cursor={}", cursor(&list(&world, "limit=1").await));
    for (key, status) in [(BOTH, 200), (NEW, 400)] {
        world.servers().seal_key = Some(key);
        tokio::time::advance(Duration::from_secs(300)).await;
        assert_eq!(list(&world, &query).await.status, status);
    }
}

#[tokio::test(start_paused = true)]
async fn without_its_key_only_what_fits_on_one_page_is_listed() {
    let world = with_messages(2).await;
    for key in [None, Some("short")] {
        world.servers().seal_key = key;
        tokio::time::advance(Duration::from_secs(300)).await;
        let reply = list(&world, "limit=1").await;
        assert_eq!((reply.status, reply.code()), (500, "internal_error"));
        assert_eq!(titles(&list(&world, "").await), ["1", "0"]);
    }
    assert_eq!(reply_of_health(&world).await, json!([]), "an answer came");
    let world = World::new().await;
    world.fail("localhost:2773", rez_core::testing::Reply::Reset);
    assert_eq!(list(&world, "cursor=x").await.code(), "settings_unavailable");
    assert_eq!(reply_of_health(&world).await, json!(["parameters"]));
}

async fn reply_of_health(world: &World) -> Value {
    world.send(Ask::new("GET /api/health")).await.body["degraded"].clone()
}
