//! `POST /oauth2/revoke`.

use std::time::Duration;

use http::StatusCode;

use super::desk::*;

fn revoke(desk: &mut Desk, token: &str) -> http::Response<bytes::Bytes> {
    desk.post("/oauth2/revoke", &[("client_id", "web"), ("token", token)])
}

fn refresh_token(desk: &mut Desk) -> String {
    desk.tokens()["refresh_token"].as_str().expect("it is text").to_owned()
}

#[test]
fn a_revoked_session_gives_no_more_tokens() {
    let mut desk = Desk::new();
    let (token, other) = (refresh_token(&mut desk), refresh_token(&mut desk));
    for _ in 0..2 {
        let response = revoke(&mut desk, &token);
        assert_eq!((response.status(), response.body().len()), (StatusCode::OK, 0));
    }
    assert_eq!(error(&desk.refresh(&token)), (400, "invalid_grant".into()));
    assert_eq!(desk.refresh(&other).status(), StatusCode::OK);
}

#[test]
fn a_revoked_session_ends_for_all_tokens_of_a_rotation() {
    let mut desk = Desk::with(|client| client.refresh_rotation = Some(Duration::from_secs(60)));
    let first = refresh_token(&mut desk);
    let second = json(&desk.refresh(&first))["refresh_token"].as_str().expect("it is text").to_owned();
    assert_eq!(revoke(&mut desk, &first).status(), StatusCode::OK);
    assert_eq!(error(&desk.refresh(&second)), (400, "invalid_grant".into()));
}

#[test]
fn a_token_that_nobody_knows_is_revoked_already() {
    assert_eq!(revoke(&mut Desk::new(), "guess").status(), StatusCode::OK);
}

#[test]
fn what_cannot_be_revoked() {
    let mut desk = Desk::new();
    let tokens = desk.tokens();
    let token = tokens["refresh_token"].as_str().expect("it is text");
    let access_token = tokens["access_token"].as_str().expect("it is text");
    for (form, status, expected) in [
        (&[("client_id", "web")][..], 400, "invalid_request"),
        (&[("client_id", "web"), ("token", access_token)], 400, "unsupported_token_type"),
        (&[("token", token)], 400, "invalid_request"),
        (&[("client_id", "nobody"), ("token", token)], 401, "invalid_client"),
        (&[("client_id", "web"), ("client_secret", "guess"), ("token", token)], 401, "invalid_client"),
    ] {
        assert_eq!(error(&desk.post("/oauth2/revoke", form)), (status, expected.into()), "{form:?}");
    }
    let others = desk.post_as("desk:s:cret", "/oauth2/revoke", &[("token", token)]);
    assert_eq!(error(&others), (400, "invalid_request".into()));
    assert_eq!(desk.refresh(token).status(), StatusCode::OK);
}

#[test]
fn a_client_may_have_no_revocation() {
    let mut desk = Desk::with(|client| client.token_revocation = false);
    let token = refresh_token(&mut desk);
    assert_eq!(error(&revoke(&mut desk, &token)), (400, "invalid_request".into()));
}
