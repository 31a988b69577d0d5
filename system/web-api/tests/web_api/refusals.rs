//! What each endpoint refuses, with which status, code and field.

use serde_json::json;

use crate::contract::Contract;
use crate::exchange::Ask;
use crate::world::World;

const ID: &str = "5f0c9d3a-8f7e-5b53-9f0c-3a1f6f5a2d10";

/// Routes that need a token, with the least group that may take them.
const PROTECTED: [(&str, &str); 6] = [
    ("GET /api/messages", "viewer"),
    ("POST /api/messages", "user"),
    ("GET /api/messages/{id}", "viewer"),
    ("DELETE /api/messages/{id}", "user"),
    ("POST /api/messages/{id}/redrive", "admin"),
    ("GET /api/metrics", "viewer"),
];

/// Those that take a query.
const QUERIED: [&str; 2] = ["GET /api/auth/callback", "GET /api/messages"];

fn create() -> Ask {
    Ask::new("POST /api/messages").by("user-1", "user")
}

fn list(query: &str) -> Ask {
    Ask::new("GET /api/messages").by("user-1", "user").query(query)
}

/// As good as one can be that has no cookie.
fn callback() -> Ask {
    Ask::new("GET /api/auth/callback").query("state=s&code=c")
}

fn with_id(route: &'static str, id: &str) -> Ask {
    Ask::new(route).by("admin-1", "admin").id(id)
}

#[tokio::test(start_paused = true)]
async fn requests_that_the_contract_does_not_allow() {
    let json = "application/json";
    let good = json!({"title": "t", "body": "b"});
    let unknown = json!({"title": "t", "body": "b", "colour": "red"});
    let huge = json!({"title": "t", "body": "b".repeat(16 * 1024)});
    let deep = format!("{{\"title\":{}{}}}", "[".repeat(4_000), "]".repeat(4_000));
    let key = "k".repeat(65);
    let cases: Vec<(Ask, u16, &str, &[&str])> = vec![
        (create(), 415, "unsupported_media_type", &["content-type"]),
        (create().json(&good).header("content-type", "text/plain"), 415, "unsupported_media_type", &["content-type"]),
        (create().json(&good).header("content-encoding", "gzip"), 415, "unsupported_media_type", &["content-encoding"]),
        (create().header("content-type", json), 400, "invalid_json", &[]),
        (create().json(&json!({"title": "\u{fffd}", "body": "b"})), 400, "invalid_json", &["body"]),
        (create().header("content-type", json).text("{"), 400, "invalid_json", &[]),
        (create().header("content-type", json).text("[]"), 400, "invalid_json", &[]),
        (create().header("content-type", json).base64("/////w=="), 400, "invalid_json", &[]),
        (create().header("content-type", json).base64("no base64!"), 400, "invalid_json", &[]),
        (create().header("content-type", json).text(&deep), 400, "invalid_json", &["body"]),
        (create().json(&huge), 413, "body_too_large", &[]),
        (create().json(&json!({})), 400, "invalid_request", &["title", "body"]),
        (create().json(&unknown), 400, "invalid_request", &["colour"]),
        (
            create().json(&json!({"title": 1, "body": "", "priority": 9})),
            400,
            "invalid_request",
            &["title", "body", "priority"],
        ),
        (create().json(&good).header("idempotency-key", ""), 400, "invalid_request", &["idempotency-key"]),
        (create().json(&good).header("idempotency-key", &key), 400, "invalid_request", &["idempotency-key"]),
        (create().json(&good).header("idempotency-key", "a,b"), 400, "invalid_request", &["idempotency-key"]),
        (list("limit=0"), 400, "invalid_request", &["limit"]),
        (list("limit=1&limit=2"), 400, "invalid_request", &["limit"]),
        (list("status=done&stage=x&from=now"), 400, "invalid_request", &["stage", "status", "from"]),
        (list("sort=asc"), 400, "invalid_request", &["sort"]),
        (list("a=<\"&b=%ff"), 400, "invalid_request", &["b", "a"]),
        (list("cursor=x"), 400, "invalid_cursor", &["cursor"]),
        (list("limit=1").json(&json!({"status": "failed"})), 400, "invalid_request", &["status"]),
        (list("").text("x"), 400, "invalid_json", &[]),
        (with_id("GET /api/messages/{id}", "..%2Fconfig"), 400, "invalid_request", &["id"]),
        (with_id("GET /api/messages/{id}", ID), 404, "message_not_found", &[]),
        (with_id("DELETE /api/messages/{id}", "1"), 400, "invalid_request", &["id"]),
        (with_id("DELETE /api/messages/{id}", ID), 404, "message_not_found", &[]),
        (with_id("DELETE /api/messages/{id}", ID).text("{\"force\":true}"), 400, "invalid_request", &["force"]),
        (with_id("POST /api/messages/{id}/redrive", "1"), 400, "invalid_request", &["id"]),
        (with_id("POST /api/messages/{id}/redrive", ID), 404, "message_not_found", &[]),
        (with_id("POST /api/messages/{id}/redrive", ID).text("x"), 400, "invalid_json", &[]),
        (
            Ask::new("POST /api/auth/login").json(&json!({"next": "https://evil.example"})),
            400,
            "invalid_request",
            &["next"],
        ),
        (Ask::new("POST /api/auth/login").text(&" ".repeat(20_000)), 413, "body_too_large", &[]),
        (Ask::new("GET /api/auth/callback"), 400, "invalid_request", &["state", "code"]),
        (callback().json(&json!({"code": "c"})), 400, "invalid_request", &["code"]),
        (callback().text("["), 400, "invalid_json", &[]),
        (Ask::new("POST /api/auth/refresh").of_application().text("[]"), 400, "invalid_json", &[]),
        (Ask::new("POST /api/auth/logout").of_application().text("{\"all\":1}"), 400, "invalid_request", &["all"]),
    ];
    let world = World::new().await;
    for (ask, status, code, fields) in cases {
        let event = ask.event();
        let reply = world.send(ask).await;
        assert_eq!((reply.status, reply.code(), reply.fields()), (status, code, fields.to_vec()), "{event:.2000}");
    }
    assert!(world.servers().tables.scan("messages").is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_takes_no_query_or_no_body_refuses_it() {
    let contract = Contract::load();
    let world = World::new().await;
    for route in contract.routes().into_keys() {
        let ask = || Ask::new(route.clone().leak()).by("admin-1", "admin").id(ID).of_application();
        if !QUERIED.contains(&&*route) {
            let reply = world.send(ask().query("x=1")).await;
            assert_eq!((reply.status, reply.code(), reply.fields()), (400, "invalid_request", vec!["x"]), "{route}");
        }
        if route != "POST /api/messages" {
            let ask = if route == "GET /api/auth/callback" { callback() } else { ask() };
            let reply = world.send(ask.text(&" ".repeat(20_000))).await;
            assert_eq!((reply.status, reply.code()), (413, "body_too_large"), "{route}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn each_group_may_do_its_part_and_nothing_more() {
    let world = World::new().await;
    for (route, least) in PROTECTED {
        for (rank, groups) in ["", "viewer", "user", "admin"].into_iter().enumerate() {
            let reply = world.send(Ask::new(route).by("user-1", groups).id(ID)).await;
            let needed = ["", "viewer", "user", "admin"].iter().position(|group| *group == least).expect("a group");
            assert_eq!(reply.code() == "forbidden", rank < needed, "{route} as `{groups}`: {reply:?}");
            assert_eq!(reply.status == 403, rank < needed);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_not_allowed_is_not_even_looked_at() {
    let world = World::new().await;
    for (route, _) in PROTECTED {
        let context = [json!({}), json!({"sub": ""}), json!({"groups": "admin"})];
        for ask in context.map(|context| Ask::new(route).context(context)).into_iter().chain([Ask::new(route)]) {
            assert_eq!(world.send(ask.id("x").query("x=y").text("{")).await.code(), "unauthenticated", "{route}");
        }
        assert_eq!(world.send(Ask::new(route).by("u", "").id("x").query("x=y").text("{")).await.code(), "forbidden");
    }
    assert!(world.calls().is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_routes_are_those_of_the_contract() {
    let (world, contract) = (World::new().await, Contract::load());
    for (route, operation) in contract.routes() {
        let route: &'static str = route.leak();
        let reply = world.send(Ask::new(route)).await;
        assert_ne!(reply.code(), "route_not_found", "{route}");
        let is_protected = PROTECTED.iter().any(|(protected, _)| *protected == route);
        assert_eq!(operation.get("security").is_none(), is_protected, "{route}");
    }
    let reply = world.send_unchecked(&Ask::new("GET /api/docs")).await;
    assert_eq!((reply.status, reply.code()), (404, "route_not_found"));
}

#[tokio::test(start_paused = true)]
async fn every_answer_has_a_correlation_id_and_is_not_cached() {
    let world = World::new().await;
    let health = || Ask::new("GET /api/health");
    for (sent, taken) in [("mine", true), ("", false), ("a b", false), ("x".repeat(65).as_str(), false)] {
        let reply = world.send(health().header("x-correlation-id", sent)).await;
        assert_eq!(reply.header("x-correlation-id") == Some(sent), taken, "{sent}");
        assert_eq!(reply.header("cache-control"), Some("no-store"));
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
    }
    let (one, other) = (world.send(health()).await, world.send(health()).await);
    assert_ne!(one.header("x-correlation-id"), other.header("x-correlation-id"));
}
