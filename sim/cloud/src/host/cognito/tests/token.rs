//! `POST /oauth2/token` with a code, and what is in the tokens.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::desk::*;

const TOKEN: &str = "/oauth2/token";

#[test]
fn a_code_gives_three_tokens() {
    let mut desk = Desk::new();
    let code = desk.code();
    let response = desk.post(TOKEN, &code_grant(&code));
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["cache-control"], "no-store");
    let body = json(&response);
    let mut names: Vec<_> = body.as_object().expect("an object").keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["access_token", "expires_in", "id_token", "refresh_token", "token_type"]);
    assert_eq!((&body["token_type"], &body["expires_in"]), (&json!("Bearer"), &json!(3600)));
    let refresh_token = body["refresh_token"].as_str().expect("it is text");
    assert!(refresh_token.split('.').count() == 5 && (1000..2500).contains(&refresh_token.len()));
}

/// A token's claims without those that are drawn.
fn fixed(claims: &Value) -> Value {
    let mut claims = claims.clone();
    for drawn in ["jti", "origin_jti", "event_id"] {
        let uuid = claims.as_object_mut().expect("an object").remove(drawn).expect("it is there");
        assert_eq!(uuid.as_str().map(str::len), Some(36), "{drawn}");
    }
    claims
}

#[test]
fn the_access_token_says_what_cognitos_says() {
    let mut desk = Desk::new();
    let body = desk.tokens();
    let [header, claims] = decoded(&body["access_token"]);
    assert_eq!(header, json!({"kid": desk.pool.keys.published(desk.now)["keys"][1]["kid"], "alg": "RS256"}));
    let now = desk.seconds();
    let expected = json!({
        "sub": "5b2c8e1a-0000-4000-8000-000000000001", "cognito:groups": ["user"], "iss": ISSUER, "version": 2,
        "client_id": "web", "token_use": "access", "scope": "openid email", "auth_time": now, "exp": now + 3600,
        "iat": now, "username": "alice",
    });
    assert_eq!(fixed(&claims), expected);
}

#[test]
fn the_id_token_says_what_cognitos_says() {
    let mut desk = Desk::new();
    let body = desk.tokens();
    let [header, claims] = decoded(&body["id_token"]);
    assert_eq!(header["kid"], desk.pool.keys.published(desk.now)["keys"][0]["kid"]);
    let now = desk.seconds();
    let digest = Sha256::digest(body["access_token"].as_str().expect("it is text"));
    let expected = json!({
        "sub": "5b2c8e1a-0000-4000-8000-000000000001", "cognito:groups": ["user"], "iss": ISSUER,
        "cognito:username": "alice", "aud": "web", "token_use": "id", "auth_time": now, "exp": now + 3600, "iat": now,
        "email": "alice@example.com", "email_verified": true, "nonce": "n-1",
        "at_hash": URL_SAFE_NO_PAD.encode(&digest[..16]),
    });
    assert_eq!(fixed(&claims), expected);
    assert_eq!(claims["origin_jti"], decoded(&body["access_token"])[1]["origin_jti"]);
}

#[test]
fn without_openid_there_is_no_id_token_and_without_groups_no_claim() {
    let mut desk = Desk::new();
    desk.pool.put_user(alice([])).expect("no group is unknown");
    let callback = desk.sign_in(&authorize_url(&[("scope", "email")]), "alice", "pass word").expect("she can");
    let code = parameter(&callback, "code").expect("there is a code");
    let body = json(&desk.post(TOKEN, &code_grant(&code)));
    assert!(body.get("id_token").is_none());
    assert!(decoded(&body["access_token"])[1].get("cognito:groups").is_none());
}

#[test]
fn without_a_scope_all_are_given() {
    let mut desk = Desk::new();
    let callback = desk.sign_in(&authorize_url(&[("scope", "")]), "alice", "pass word").expect("she can");
    let code = parameter(&callback, "code").expect("there is a code");
    let body = json(&desk.post(TOKEN, &code_grant(&code)));
    assert_eq!(decoded(&body["access_token"])[1]["scope"], "email openid");
}

#[test]
fn lifetimes_are_the_clients() {
    let mut desk = Desk::with(|client| {
        client.access_token_validity = std::time::Duration::from_secs(300);
        client.id_token_validity = std::time::Duration::from_secs(600);
    });
    let body = desk.tokens();
    assert_eq!(body["expires_in"], 300);
    for (name, seconds) in [("access_token", 300), ("id_token", 600)] {
        assert_eq!(decoded(&body[name])[1]["exp"], desk.seconds() + seconds, "{name}");
    }
}

#[test]
fn a_code_is_good_once() {
    let mut desk = Desk::new();
    let code = desk.code();
    assert_eq!(desk.post(TOKEN, &code_grant(&code)).status(), StatusCode::OK);
    assert_eq!(error(&desk.post(TOKEN, &code_grant(&code))), (400, "invalid_grant".into()));
}

#[test]
fn a_code_is_good_for_five_minutes() {
    let mut desk = Desk::new();
    let (first, second) = (desk.code(), desk.code());
    desk.wait(299);
    assert_eq!(desk.post(TOKEN, &code_grant(&first)).status(), StatusCode::OK);
    desk.wait(1);
    assert_eq!(error(&desk.post(TOKEN, &code_grant(&second))), (400, "invalid_grant".into()));
}

#[test]
fn what_is_wrong_with_a_code_grant() {
    for (name, value, expected) in [
        ("grant_type", None, "invalid_request"),
        ("grant_type", Some("password"), "unsupported_grant_type"),
        ("grant_type", Some("client_credentials"), "unauthorized_client"),
        ("client_id", None, "invalid_request"),
        ("client_id", Some("nobody"), "invalid_client"),
        ("client_secret", Some("guess"), "invalid_client"),
        ("code", None, "invalid_request"),
        ("code", Some("guess"), "invalid_grant"),
        ("redirect_uri", None, "invalid_request"),
        ("redirect_uri", Some("https://app.example.com/other"), "invalid_grant"),
        ("code_verifier", None, "invalid_grant"),
        ("code_verifier", Some("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXK"), "invalid_grant"),
    ] {
        let mut desk = Desk::new();
        let code = desk.code();
        let form = changed(&code_grant(&code), name, value);
        assert_eq!(error(&desk.post(TOKEN, &form)), (400, expected.into()), "{name} {value:?}");
    }
}

#[test]
fn a_wrong_verifier_uses_the_code_up() {
    let mut desk = Desk::new();
    let code = desk.code();
    let guess = changed(&code_grant(&code), "code_verifier", Some("guess"));
    assert_eq!(error(&desk.post(TOKEN, &guess)), (400, "invalid_grant".into()));
    assert_eq!(error(&desk.post(TOKEN, &code_grant(&code))), (400, "invalid_grant".into()));
}

#[test]
fn without_a_challenge_there_is_no_verifier() {
    let without = [("code_challenge", ""), ("code_challenge_method", "")];
    for (verifier, status) in [(None, StatusCode::OK), (Some(VERIFIER), StatusCode::BAD_REQUEST)] {
        let mut desk = Desk::new();
        let callback = desk.sign_in(&authorize_url(&without), "alice", "pass word").expect("she can");
        let code = parameter(&callback, "code").expect("there is a code");
        let form = changed(&code_grant(&code), "code_verifier", verifier);
        assert_eq!(desk.post(TOKEN, &form).status(), status, "{verifier:?}");
    }
}

#[test]
fn a_client_with_a_secret_shows_it() {
    for (credentials, form_id, form_secret, expected) in [
        (Some("desk:s:cret"), None, None, StatusCode::OK),
        (Some("desk:s:cret"), Some("desk"), None, StatusCode::OK),
        (None, Some("desk"), Some("s:cret"), StatusCode::OK),
        (Some("desk:wrong"), None, None, StatusCode::BAD_REQUEST),
        (Some("desk:"), None, None, StatusCode::BAD_REQUEST),
        (Some("desk"), None, None, StatusCode::BAD_REQUEST),
        (Some("web:s:cret"), None, None, StatusCode::BAD_REQUEST),
        (Some("desk:s:cret"), Some("web"), None, StatusCode::BAD_REQUEST),
        (None, Some("desk"), None, StatusCode::BAD_REQUEST),
        (None, Some("desk"), Some("wrong"), StatusCode::BAD_REQUEST),
    ] {
        let mut desk = Desk::new();
        let callback = desk.sign_in(&authorize_url(&[("client_id", "desk")]), "alice", "pass word").expect("she can");
        let code = parameter(&callback, "code").expect("there is a code");
        let form = changed(&code_grant(&code), "client_id", form_id);
        let form = changed(&form, "client_secret", form_secret);
        let response = match credentials {
            Some(credentials) => desk.post_as(credentials, TOKEN, &form),
            None => desk.post(TOKEN, &form),
        };
        assert_eq!(response.status(), expected, "{credentials:?} {form_id:?} {form_secret:?}");
        if expected != StatusCode::OK {
            assert_eq!(error(&response), (400, "invalid_client".into()));
        }
    }
}

#[test]
fn another_clients_code_is_none() {
    let mut desk = Desk::new();
    let code = desk.code();
    let form = changed(&code_grant(&code), "client_id", None);
    assert_eq!(error(&desk.post_as("desk:s:cret", TOKEN, &form)), (400, "invalid_grant".into()));
}
