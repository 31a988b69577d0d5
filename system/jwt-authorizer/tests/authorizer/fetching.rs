//! When the key server is asked, how often, and what happens when it does not answer.

use std::iter::repeat_n;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jwt_authorizer::{
    AuthorizerRequest, Deps, FAILED_FETCH_PAUSE, FETCH_INTERVAL_MIN, FETCH_TIME_MAX, KEYS_AGE_MAX, SimpleResponse,
    TRIES_MAX, TRY_TIMEOUT, handle, start,
};
use lambda_runtime::{Context, LambdaEvent};
use rez_core::testing::{Recorded, Reply, Wire};
use serde_json::json;
use tokio::time::{Instant, advance};

use crate::forge::*;

/// What the gateway gives an authorizer (`http-api-quotas`).
const DEADLINE: Duration = Duration::from_secs(10);

const VARIABLES: [(&str, &str); 3] =
    [("SIGN_IN_ISSUER", ISSUER), ("SIGN_IN_CLIENT_ID", CLIENT_ID), ("SIGN_IN_SCOPE", SCOPE)];

async fn deps(wire: &Arc<Wire>) -> Deps {
    start(wire.ambient(&VARIABLES)).await.expect("the configuration is good")
}

async fn ask(deps: &Deps, token: &str) -> SimpleResponse {
    let payload = AuthorizerRequest { identity_source: Some(vec![format!("Bearer {token}")]) };
    handle(deps, LambdaEvent::new(payload, Context::default())).await
}

fn document_reply() -> Reply {
    Reply::json(200, &document())
}

fn unknown_key(number: u32) -> String {
    token(&json!({"kid": format!("unknown-{number}"), "alg": "RS256"}), &claims(json!({})))
}

#[tokio::test(start_paused = true)]
async fn keys_are_fetched_once() {
    let wire = Wire::new([document_reply()]);
    let deps = deps(&wire).await;
    assert!(wire.requests().is_empty());
    for _ in 0..3 {
        assert!(ask(&deps, &good()).await.is_authorized);
    }
    let requests = wire.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].uri, format!("{ISSUER}/.well-known/jwks.json"));
}

#[tokio::test(start_paused = true)]
async fn the_answer_is_a_simple_response() {
    let wire = Wire::new([document_reply()]);
    let deps = deps(&wire).await;
    let allowed = serde_json::to_value(ask(&deps, &good()).await).expect("it serializes");
    let context = json!({
        "sub": "5b2c8e1a-0000-4000-8000-000000000001",
        "username": "alice",
        "groups": "user viewer",
        "scope": format!("openid {SCOPE}"),
    });
    assert_eq!(allowed, json!({"isAuthorized": true, "context": context}));
    let denied = serde_json::to_value(ask(&deps, "nonsense").await).expect("it serializes");
    assert_eq!(denied, json!({"isAuthorized": false}));
}

#[tokio::test(start_paused = true)]
async fn a_token_that_no_key_could_help_fetches_nothing() {
    let wire = Wire::new([]);
    let deps = deps(&wire).await;
    for token in ["nonsense", "", &rs512_token()] {
        assert!(!ask(&deps, token).await.is_authorized);
    }
    let nothing = LambdaEvent::new(AuthorizerRequest::default(), Context::default());
    assert!(!handle(&deps, nothing).await.is_authorized);
    assert!(wire.requests().is_empty());
}

#[tokio::test(start_paused = true)]
async fn after_a_rotation_the_new_key_is_fetched() {
    let old = json!({"keys": [foreign().public("old")]});
    let wire = Wire::new([Reply::json(200, &old), document_reply()]);
    let deps = deps(&wire).await;
    assert!(!ask(&deps, &good()).await.is_authorized);
    advance(FETCH_INTERVAL_MIN).await;
    assert!(ask(&deps, &good()).await.is_authorized);
}

#[tokio::test(start_paused = true)]
async fn hostile_key_ids_do_not_hammer_the_key_server() {
    let wire = Wire::answering(|_| document_reply());
    let deps = deps(&wire).await;
    let minute = Duration::from_secs(60);
    for number in 0..600 {
        assert!(!ask(&deps, &unknown_key(number)).await.is_authorized);
        advance(minute / 600).await;
    }
    assert_eq!(wire.requests().len() as u128, minute.as_millis() / FETCH_INTERVAL_MIN.as_millis());
    assert!(ask(&deps, &good()).await.is_authorized);
}

#[tokio::test(start_paused = true)]
async fn a_key_server_that_hangs_means_denied_in_time() {
    let wire = Wire::answering(|_| Reply::Hang);
    let deps = deps(&wire).await;
    let begin = Instant::now();
    assert!(!ask(&deps, &good()).await.is_authorized);
    assert!(begin.elapsed() < DEADLINE / 2, "{:?}", begin.elapsed());
    assert_eq!(wire.requests().len() as u128, FETCH_TIME_MAX.as_millis() / TRY_TIMEOUT.as_millis());
    // The next one does not wait for it again.
    let begin = Instant::now();
    assert!(!ask(&deps, &good()).await.is_authorized);
    assert_eq!(begin.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn one_lost_answer_is_made_up_for() {
    let wire = Wire::new([Reply::Hang, document_reply()]);
    let deps = deps(&wire).await;
    assert!(ask(&deps, &good()).await.is_authorized);
}

#[tokio::test(start_paused = true)]
async fn bad_answers_are_no_keys_and_take_none_away() {
    let document = document().to_string();
    for bad in [
        Reply::Reset,
        Reply::text(500, &document),
        Reply::text(404, ""),
        Reply::text(200, ""),
        Reply::text(200, "<html>"),
        Reply::json(200, &json!({"keys": []})),
        Reply::json(200, &json!({"keys": [{"kid": KEY_ID, "kty": "oct", "k": "AAAA"}]})),
        Reply::text(200, &document.replace("RS256", "RS512")),
        Reply::text(200, &document.replace("sig", "enc")),
        Reply::text(200, &format!("{document}{}", " ".repeat(jwt_authorizer::DOCUMENT_BYTES_MAX))),
    ] {
        let bads = || repeat_n(bad.clone(), TRIES_MAX as usize);
        let wire = Wire::new(bads().chain([document_reply()]).chain(bads()));
        let deps = deps(&wire).await;
        assert!(!ask(&deps, &good()).await.is_authorized, "{bad:?}");
        advance(FETCH_INTERVAL_MIN).await;
        assert!(ask(&deps, &good()).await.is_authorized, "{bad:?}");
        advance(FETCH_INTERVAL_MIN).await;
        assert!(!ask(&deps, &unknown_key(1)).await.is_authorized, "{bad:?}");
        assert!(ask(&deps, &good()).await.is_authorized, "{bad:?}");
    }
}

/// A key server that fails until it is told to answer.
fn failing() -> (Arc<Wire>, Arc<AtomicBool>) {
    let up = Arc::new(AtomicBool::new(false));
    let answers = Arc::clone(&up);
    let reply = move |_: &Recorded| match answers.load(Ordering::Relaxed) {
        true => document_reply(),
        false => Reply::text(503, ""),
    };
    (Wire::answering(reply), up)
}

/// Regression: a good user was denied for 10 s after a fetch that failed, and by the gateway's memory for a minute more.
#[tokio::test(start_paused = true)]
async fn after_a_failed_fetch_the_next_question_soon_asks_again() {
    let (wire, up) = failing();
    let deps = deps(&wire).await;
    assert!(!ask(&deps, &good()).await.is_authorized);
    up.store(true, Ordering::Relaxed);
    advance(FAILED_FETCH_PAUSE).await;
    assert!(ask(&deps, &good()).await.is_authorized);
}

/// Regression: two tries at once met the same hiccup.
#[tokio::test(start_paused = true)]
async fn a_hiccup_of_the_key_server_denies_nobody() {
    for hiccup in [Reply::text(500, ""), Reply::Reset] {
        let wire = Wire::new(repeat_n(hiccup, TRIES_MAX as usize - 1).chain([document_reply()]));
        let deps = deps(&wire).await;
        let begin = Instant::now();
        assert!(ask(&deps, &good()).await.is_authorized);
        assert!(!begin.elapsed().is_zero() && begin.elapsed() < DEADLINE / 2, "{:?}", begin.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn hostile_key_ids_do_not_hammer_a_key_server_that_fails() {
    let (wire, up) = failing();
    let deps = deps(&wire).await;
    let begin = Instant::now();
    let mut number = 0;
    while begin.elapsed() < Duration::from_secs(600) {
        number += 1;
        assert!(!ask(&deps, &unknown_key(number)).await.is_authorized);
        advance(Duration::from_millis(100)).await;
    }
    // Pauses of 1, 2, 4 and 8 s, then of 10 s.
    let fetches = wire.requests().len() / TRIES_MAX as usize;
    assert!((50..=4 + 60).contains(&fetches), "{fetches}");
    // Who answers again is not asked sooner than before.
    up.store(true, Ordering::Relaxed);
    advance(FETCH_INTERVAL_MIN).await;
    let before = wire.requests().len();
    for _ in 0..100 {
        assert!(!ask(&deps, &unknown_key(0)).await.is_authorized);
        advance(FETCH_INTERVAL_MIN / 100).await;
    }
    assert_eq!(wire.requests().len(), before + 1);
}

/// A token that is good at any time of these tests.
fn lasting() -> String {
    token(&header(), &claims(json!({"exp": seconds(10 * 3600)})))
}

#[tokio::test(start_paused = true)]
async fn a_withdrawn_key_is_forgotten() {
    let others = json!({"keys": [foreign().public("new")]});
    let wire = Wire::new([document_reply(), Reply::json(200, &others)]);
    let deps = deps(&wire).await;
    assert!(ask(&deps, &lasting()).await.is_authorized);
    advance(KEYS_AGE_MAX).await;
    assert!(!ask(&deps, &lasting()).await.is_authorized);
}

#[tokio::test(start_paused = true)]
async fn known_keys_outlive_an_outage_of_the_key_server() {
    let mut answered = false;
    let wire =
        Wire::answering(move |_| if std::mem::replace(&mut answered, true) { Reply::Hang } else { document_reply() });
    let deps = deps(&wire).await;
    assert!(ask(&deps, &lasting()).await.is_authorized);
    advance(KEYS_AGE_MAX).await;
    for _ in 0..10 {
        let begin = Instant::now();
        assert!(ask(&deps, &lasting()).await.is_authorized);
        assert!(begin.elapsed() < DEADLINE / 2);
        advance(Duration::from_secs(60)).await;
    }
    // Keys that fit wait for the server no sooner than in the whole interval.
    assert!(ask(&deps, &lasting()).await.is_authorized);
    advance(FETCH_INTERVAL_MIN - Duration::from_millis(1)).await;
    let begin = Instant::now();
    assert!(ask(&deps, &lasting()).await.is_authorized);
    assert_eq!(begin.elapsed(), Duration::ZERO);
}

/// Regression: users whose keys fit waited out the back-off of a key server that failed.
#[tokio::test(start_paused = true)]
async fn who_has_keys_that_fit_does_not_wait_for_a_key_server_that_fails() {
    let (wire, up) = failing();
    let deps = deps(&wire).await;
    up.store(true, Ordering::Relaxed);
    assert!(ask(&deps, &lasting()).await.is_authorized);
    up.store(false, Ordering::Relaxed);
    advance(KEYS_AGE_MAX).await;
    for _ in 0..10 {
        let begin = Instant::now();
        assert!(ask(&deps, &lasting()).await.is_authorized);
        assert_eq!(begin.elapsed(), Duration::ZERO);
        advance(FETCH_INTERVAL_MIN).await;
    }
    assert!(wire.requests().len() > 10, "it was asked each time");
}

#[tokio::test(start_paused = true)]
async fn the_token_must_come_as_a_bearer_token() {
    let wire = Wire::new([document_reply()]);
    let deps = deps(&wire).await;
    let good = good();
    for (source, passes) in [
        (format!("Bearer {good}"), true),
        (format!("bearer {good}"), true),
        (format!("BEARER {good}"), true),
        (good.clone(), false),
        (format!("Basic {good}"), false),
        (format!("Bearer  {good}"), false),
        (format!("Bearer {good} "), false),
        (format!("Bearer {good},Bearer {good}"), false),
        ("Bearer ".to_owned(), false),
    ] {
        let payload = AuthorizerRequest { identity_source: Some(vec![source.clone()]) };
        let answer = handle(&deps, LambdaEvent::new(payload, Context::default())).await;
        assert_eq!(answer.is_authorized, passes, "{source}");
    }
}

/// The gateway's event, as documented (`http-api-lambda-authorizer`), with what a caller can put into it.
#[test]
fn the_gateways_event_is_read() {
    let event = json!({
        "version": "2.0", "type": "REQUEST",
        "routeArn": "arn:aws:execute-api:us-east-1:123456789012:abcdef123/$default/GET/api/messages",
        "identitySource": ["Bearer abc"],
        "routeKey": "GET /api/messages", "rawPath": "/api/messages", "rawQueryString": "a=%ff",
        "cookies": ["a=\u{1}"], "headers": {"authorization": "Bearer abc", "x\n": "\u{0}"},
        "requestContext": {"http": {"method": "GET"}, "timeEpoch": 1583348638390_u64},
    });
    let request: AuthorizerRequest = serde_json::from_value(event).expect("it is an event");
    assert_eq!(request.bearer_token(), Some("abc"));
    let bare: AuthorizerRequest = serde_json::from_value(json!({"identitySource": null})).expect("it is an event");
    assert_eq!(bare.bearer_token(), None);
}

#[tokio::test(start_paused = true)]
async fn a_cold_start_names_what_is_wrong() {
    let wire = Wire::new([]);
    let error =
        start(wire.ambient(&[("STAGE", "test"), ("SIGN_IN_ISSUER", "cognito")])).await.err().expect("it is wrong");
    let error = error.to_string();
    for name in ["STAGE", "SIGN_IN_ISSUER", "SIGN_IN_CLIENT_ID", "SIGN_IN_SCOPE"] {
        assert!(error.contains(name), "{error}");
    }
}
