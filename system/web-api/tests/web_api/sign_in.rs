//! Signing in, keeping the session, signing out.

use std::time::Duration;

use rez_core::testing::Reply as Answer;
use serde_json::json;

use crate::exchange::{Ask, Reply};
use crate::identity::{CODE, REFRESH_TOKEN, form};
use crate::world::World;

const LOGIN: &str = "__Host-rez-login";
const REFRESH: &str = "__Secure-rez-refresh";

/// A browser that was sent to the identity provider.
struct Browser {
    cookie: String,
    state: String,
}

async fn login(world: &World) -> Browser {
    let reply = world.send(Ask::new("POST /api/auth/login")).await;
    let (cookie, attributes) = reply.cookie(LOGIN).expect("a cookie");
    assert_eq!(attributes, "Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=600");
    let url = reply.body["authorization_url"].as_str().expect("where to go");
    let query = form(url.split_once('?').expect("a query").1);
    assert_eq!(query["code_challenge_method"], "S256");
    world.servers().provider.challenge.clone_from(&query["code_challenge"]);
    Browser { cookie: cookie.to_owned(), state: query["state"].clone() }
}

async fn callback(world: &World, cookie: &str, query: &str) -> Reply {
    world.send(Ask::new("GET /api/auth/callback").cookie(cookie).query(query)).await
}

fn refresh(token: &str) -> Ask {
    Ask::new("POST /api/auth/refresh").of_application().cookie(&format!("{REFRESH}={token}"))
}

fn logout(token: &str) -> Ask {
    Ask::new("POST /api/auth/logout").of_application().cookie(&format!("{REFRESH}={token}"))
}

fn ends(reply: &Reply, name: &str) -> bool {
    reply.cookie(name).is_some_and(|(pair, rest)| pair == format!("{name}=") && rest.ends_with("Max-Age=0"))
}

#[tokio::test(start_paused = true)]
async fn a_sign_in_ends_with_the_refresh_token_in_its_cookie_and_nowhere_else() {
    let world = World::new().await;
    let Browser { cookie, state } = login(&world).await;
    let reply = callback(&world, &cookie, &format!("code={CODE}&state={state}")).await;
    assert_eq!((reply.status, reply.header("location")), (303, Some("https://app.example.com")));
    let (pair, attributes) = reply.cookie(REFRESH).expect("a cookie");
    assert_eq!(pair, format!("{REFRESH}={REFRESH_TOKEN}"));
    assert_eq!(attributes, "Path=/api/auth; HttpOnly; Secure; SameSite=Strict; Max-Age=2592000");
    assert!(ends(&reply, LOGIN));
    assert!(reply.body.is_null());
    let reply = world.send(refresh(REFRESH_TOKEN)).await;
    assert_eq!(reply.body, json!({"access_token": "access-2", "token_type": "Bearer", "expires_in": 3600}));
    assert!(reply.cookies.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_callback_that_this_browser_did_not_ask_for_is_refused() {
    let world = World::new().await;
    let (mine, other) = (login(&world).await, login(&world).await);
    assert_ne!(mine.state, other.state);
    let cases = [
        (mine.cookie.as_str(), other.state.as_str()),
        ("", mine.state.as_str()),
        ("__Host-rez-login=forged", mine.state.as_str()),
    ];
    for (cookie, state) in cases {
        let reply = callback(&world, cookie, &format!("code={CODE}&state={state}")).await;
        assert_eq!((reply.status, reply.code()), (400, "sign_in_expired"), "{cookie} {state}");
    }
    assert!(!world.calls().contains(&"POST".to_owned()), "the provider was not asked");
}

#[tokio::test(start_paused = true)]
async fn a_sign_in_takes_ten_minutes_at_most() {
    let world = World::new().await;
    let Browser { cookie, state } = login(&world).await;
    tokio::time::advance(Duration::from_secs(600)).await;
    assert_eq!(callback(&world, &cookie, &format!("code={CODE}&state={state}")).await.code(), "sign_in_expired");
}

#[tokio::test(start_paused = true)]
async fn a_refused_or_used_code_ends_the_sign_in() {
    let world = World::new().await;
    let Browser { cookie, state } = login(&world).await;
    for query in ["error=access_denied&error_description=Nope", "code=wrong"] {
        let reply = callback(&world, &cookie, &format!("{query}&state={state}")).await;
        assert_eq!((reply.status, reply.code()), (401, "sign_in_refused"), "{query}");
        assert!(ends(&reply, LOGIN) && !reply.body.to_string().contains("Nope"));
    }
    assert_eq!(callback(&world, &cookie, &format!("code={CODE}&state={state}")).await.status, 303);
    assert_eq!(callback(&world, &cookie, &format!("code={CODE}&state={state}")).await.code(), "sign_in_refused");
}

#[tokio::test(start_paused = true)]
async fn a_rotated_refresh_token_takes_the_place_of_the_old_one() {
    let world = World::new().await;
    world.servers().provider.rotates = true;
    let reply = world.send(refresh(REFRESH_TOKEN)).await;
    assert_eq!(reply.cookie(REFRESH).expect("a cookie").0, "__Secure-rez-refresh=refresh-2");
    assert!(!reply.body.to_string().contains("refresh-2"));
}

#[tokio::test(start_paused = true)]
async fn without_a_session_there_is_no_token() {
    let world = World::new().await;
    for ask in [refresh("stolen"), Ask::new("POST /api/auth/refresh").of_application()] {
        let reply = world.send(ask).await;
        assert_eq!((reply.status, reply.code()), (401, "session_expired"));
        assert!(ends(&reply, REFRESH));
    }
}

#[tokio::test(start_paused = true)]
async fn signing_out_revokes_the_token() {
    let world = World::new().await;
    let reply = world.send(logout(REFRESH_TOKEN)).await;
    assert!(reply.status == 204 && ends(&reply, REFRESH));
    assert_eq!(world.servers().provider.revoked, [REFRESH_TOKEN]);
    assert_eq!(world.send(refresh(REFRESH_TOKEN)).await.code(), "session_expired");
    assert_eq!(world.send(Ask::new("POST /api/auth/logout").of_application()).await.status, 204);
}

#[tokio::test(start_paused = true)]
async fn a_foreign_page_can_neither_refresh_nor_sign_out() {
    let world = World::new().await;
    for route in ["POST /api/auth/refresh", "POST /api/auth/logout"] {
        let cookie = format!("{REFRESH}={REFRESH_TOKEN}");
        let cases = [
            (Ask::new(route), "x-rez-csrf"),
            (Ask::new(route).header("origin", "https://app.example.com"), "x-rez-csrf"),
            (Ask::new(route).header("x-rez-csrf", "1"), "origin"),
            (Ask::new(route).header("x-rez-csrf", "1").header("origin", "https://evil.example"), "origin"),
            (Ask::new(route).header("x-rez-csrf", "1").header("origin", "null"), "origin"),
        ];
        for (ask, field) in cases {
            let reply = world.send(ask.cookie(&cookie)).await;
            assert_eq!((reply.status, reply.code(), reply.fields()), (403, "csrf_refused", vec![field]));
        }
    }
    assert!(world.calls().is_empty(), "the provider was not asked");
}

#[tokio::test(start_paused = true)]
async fn while_the_provider_does_not_answer_no_session_is_lost() {
    for fault in [Answer::Hang, Answer::Reset, Answer::text(503, "<html>"), Answer::text(429, "")] {
        let world = World::new().await;
        let Browser { cookie, state } = login(&world).await;
        world.fail("amazoncognito.com", fault);
        let replies = [
            callback(&world, &cookie, &format!("code={CODE}&state={state}")).await,
            world.send(refresh(REFRESH_TOKEN)).await,
            world.send(logout(REFRESH_TOKEN)).await,
        ];
        for reply in replies {
            assert_eq!((reply.status, reply.code()), (503, "identity_unavailable"));
            assert!(reply.cookies.is_empty(), "the cookies stay: {reply:?}");
        }
        assert_eq!(world.send(Ask::new("GET /api/health")).await.body["degraded"], json!(["identity"]));
        world.heal();
        assert_eq!(world.send(refresh(REFRESH_TOKEN)).await.status, 200);
    }
}
