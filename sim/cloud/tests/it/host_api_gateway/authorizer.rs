//! Who may pass, and how long that is remembered.

use std::sync::Arc;

use bytes::Bytes;
use http::Method;
use rez_cloud::program::Program;
use serde_json::{Value, json};

use super::desk::{API, Desk, answers, answers_after, fails, request, told};
use crate::support::{Invoked, SECOND, function, pass};

const TOKEN: [(&str, &str); 1] = [("Authorization", "Bearer x")];

async fn check(porter: Arc<dyn Program>, status: u16, message: &str) {
    let desk = Desk::with_porter(porter);
    let answer = desk.send(request(Method::GET, "/items/7", &TOKEN)).await;
    assert_eq!(told(&answer), (status, json!({ "message": message })));
    assert!(desk.events("clerk").is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_authorizer_is_asked_in_format_2_and_its_context_handed_on() {
    let context = json!({ "sub": "7", "groups": ["admin"] });
    let desk = Desk::with_porter(answers(&json!({ "isAuthorized": true, "context": context })));
    assert_eq!(desk.status(Method::GET, "/items/7?x=1", &TOKEN).await, 200);
    let asked = desk.events("porter").remove(0);
    let members = [
        ("type", json!("REQUEST")),
        ("routeArn", json!(format!("arn:aws:execute-api:us-east-1:123456789012:{}/$default/GET/items/7", *API))),
        ("identitySource", json!(["Bearer x"])),
        ("pathParameters", json!({ "id": "7" })),
        ("version", json!("2.0")),
    ];
    for (name, value) in members {
        assert_eq!(asked[name], value, "{name}");
    }
    assert!(asked.get("body").is_none() && asked.get("isBase64Encoded").is_none());
    let event = desk.events("clerk").remove(0);
    assert_eq!(event["requestContext"]["authorizer"], json!({ "lambda": context }));
}

#[tokio::test(start_paused = true)]
async fn who_does_not_say_who_he_is_is_not_asked_about() {
    let desk = Desk::new();
    for headers in [&[][..], &[("Authorization", "")]] {
        let answer = desk.send(request(Method::GET, "/items/7", headers)).await;
        assert_eq!(told(&answer), (401, json!({ "message": "Unauthorized" })));
    }
    assert!(desk.events("porter").is_empty());
}

#[tokio::test(start_paused = true)]
async fn who_may_not_pass_is_forbidden_to() {
    check(answers(&json!({ "isAuthorized": false })), 403, "Forbidden").await;
}

#[tokio::test(start_paused = true)]
async fn an_authorizer_that_fails_is_a_server_error() {
    check(fails(), 500, "Internal Server Error").await;
    check(answers(&json!({ "authorized": true })), 500, "Internal Server Error").await;
    check(function(|_| async { panic!("boom") }), 500, "Internal Server Error").await;
}

#[tokio::test(start_paused = true)]
async fn an_authorizer_has_ten_seconds() {
    let desk = Desk::with_porter(answers_after(11));
    assert_eq!(desk.status(Method::GET, "/items/7", &TOKEN).await, 500);
    assert_eq!(desk.cloud.clock().elapsed().as_secs(), 10);
}

#[tokio::test(start_paused = true)]
async fn a_result_is_remembered_for_all_routes() {
    let desk = Desk::new();
    for path in ["/items/7", "/items", "/items/8"] {
        assert_eq!(desk.status(Method::GET, path, &TOKEN).await, 200);
    }
    assert_eq!(desk.status(Method::GET, "/items/7", &[("Authorization", "Bearer y")]).await, 200);
    assert_eq!(desk.events("porter").len(), 2);
    pass(301 * SECOND).await;
    desk.status(Method::GET, "/items/7", &TOKEN).await;
    assert_eq!(desk.events("porter").len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_route_key_among_the_sources_remembers_by_route() {
    let desk = Desk::changed(|api| {
        let guard = api.authorizers.get_mut("guard").unwrap();
        guard.identity_sources.push("$context.routeKey".to_owned());
    });
    for path in ["/items/7", "/items", "/items/8"] {
        desk.status(Method::GET, path, &TOKEN).await;
    }
    assert_eq!(desk.events("porter").len(), 2);
}

/// Fails the first time, refuses the second.
fn moody() -> Arc<dyn Program> {
    let calls = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    function(move |_: Invoked| {
        let call = calls.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let answer: Value = if call == 0 { json!(null) } else { json!({ "isAuthorized": false }) };
        async move { Ok(Bytes::from(answer.to_string())) }
    })
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_remembered_and_a_failure_is_not() {
    let desk = Desk::with_porter(moody());
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(desk.status(Method::GET, "/items/7", &TOKEN).await);
    }
    assert_eq!((statuses, desk.events("porter").len()), (vec![500, 403, 403], 2));
}
