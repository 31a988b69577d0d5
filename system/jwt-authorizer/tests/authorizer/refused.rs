//! What is counted when a token is refused. An alarm goes by it, so our users' good tokens must show, whatever is wrong with us,
//! and ordinary refusals must not.

use std::sync::{Arc, Mutex};

use jwt_authorizer::{AuthorizerRequest, TOKEN_BYTES_MAX, handle, looks_live, start};
use lambda_runtime::{Context, LambdaEvent};
use rez_core::telemetry;
use rez_core::testing::{Reply, Wire};
use serde_json::{Value, json};
use tracing_subscriber::layer::SubscriberExt;

use crate::forge::*;

/// How many tokens are counted when an authorizer for this issuer and client is shown one header.
async fn counted(variables: [(&str, &str); 2], keys: Reply, authorization: &str) -> f64 {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let writer = Arc::clone(&lines);
    let wire = Wire::answering(move |_| keys.clone());
    let ambient = wire.ambient(&[variables[0], variables[1], ("SIGN_IN_SCOPE", SCOPE)]);
    let write = move |line: &str| writer.lock().expect("no writer panicked").push(line.to_owned());
    let log = tracing_subscriber::registry().with(telemetry::layer(write, ambient.time.clone()));
    let _guard = tracing::subscriber::set_default(log);
    let deps = start(ambient).await.expect("the configuration is good");
    let payload = AuthorizerRequest { identity_source: Some(vec![authorization.to_owned()]) };
    let passed = handle(&deps, LambdaEvent::new(payload, Context::default())).await.is_authorized;
    let lines = lines.lock().expect("no writer panicked");
    let lines = lines.iter().map(|line| serde_json::from_str::<Value>(line).expect("a line is JSON"));
    let sum = lines.filter_map(|line| line["LiveTokensRefused"].as_f64()).sum();
    assert!(!passed || sum == 0.0, "counted, and let in");
    sum
}

async fn counted_of(authorization: &str) -> f64 {
    let variables = [("SIGN_IN_ISSUER", ISSUER), ("SIGN_IN_CLIENT_ID", CLIENT_ID)];
    counted(variables, Reply::json(200, &document()), authorization).await
}

#[tokio::test(start_paused = true)]
async fn a_good_token_counts_whatever_makes_us_refuse_it() {
    let good = format!("Bearer {}", good());
    let ours = ("SIGN_IN_ISSUER", ISSUER);
    let keys = || Reply::json(200, &document());
    let other_pool = Reply::json(200, &json!({"keys": [foreign().public("another")]}));
    let other_key = Reply::json(200, &json!({"keys": [foreign().public(KEY_ID)]}));
    assert_eq!(counted([ours, ("SIGN_IN_CLIENT_ID", CLIENT_ID)], keys(), &good).await, 0.0, "it passes");
    for (what, variables, keys) in [
        ("client", [ours, ("SIGN_IN_CLIENT_ID", "another")], keys()),
        ("issuer", [("SIGN_IN_ISSUER", "https://example.com/pool"), ("SIGN_IN_CLIENT_ID", CLIENT_ID)], keys()),
        ("no keys", [ours, ("SIGN_IN_CLIENT_ID", CLIENT_ID)], Reply::json(503, &json!({}))),
        ("keys of another pool", [ours, ("SIGN_IN_CLIENT_ID", CLIENT_ID)], other_pool),
        ("another key", [ours, ("SIGN_IN_CLIENT_ID", CLIENT_ID)], other_key),
    ] {
        assert_eq!(counted(variables, keys, &good).await, 1.0, "{what}");
    }
    // Even where a token is not understood: its claims may have changed, or what reads them.
    let strange = token(&header(), &claims(json!({"sub": 7, "scope": ["a"]})));
    assert_eq!(counted_of(&format!("Bearer {strange}")).await, 1.0);
}

#[tokio::test(start_paused = true)]
async fn ordinary_refusals_are_not_counted() {
    let ended = token(&header(), &claims(json!({"exp": seconds(-60)})));
    let foreign_header = token(&json!({"alg": "RS512", "kid": KEY_ID}), &claims(json!({})));
    for authorization in ["", "Bearer", "Bearer null", "Bearer a.b.c", "Basic dXNlcjpwYXNzd29yZA=="] {
        assert_eq!(counted_of(authorization).await, 0.0, "{authorization}");
    }
    for token in [&ended, &foreign_header, &rs512_token(), &"a".repeat(TOKEN_BYTES_MAX + 1)] {
        assert_eq!(counted_of(&format!("Bearer {token}")).await, 0.0, "{token}");
    }
}

#[test]
fn a_token_looks_live_until_the_second_in_which_it_ends() {
    for (ends, expected) in [(1, true), (0, false), (-1, false)] {
        let token = token(&header(), &claims(json!({"exp": seconds(ends)})));
        assert_eq!(looks_live(token.as_bytes(), now()), expected, "{ends}");
    }
    for exp in [json!("tomorrow"), json!(null), json!(-1)] {
        assert!(!looks_live(token(&header(), &claims(json!({"exp": exp}))).as_bytes(), now()));
    }
}
