//! `POST /oauth2/token` with a refresh token, without rotation and with it.

use std::time::Duration;

use http::StatusCode;

use super::desk::*;

const DAY: u64 = 24 * 60 * 60;

fn text(value: &serde_json::Value) -> String {
    value.as_str().expect("it is text").to_owned()
}

#[test]
fn a_refresh_token_gives_new_tokens_of_the_same_session() {
    let mut desk = Desk::new();
    let first = desk.tokens();
    desk.wait(1800);
    let response = desk.refresh(&text(&first["refresh_token"]));
    assert_eq!(response.status(), StatusCode::OK);
    let second = json(&response);
    assert!(second.get("refresh_token").is_none() && second.get("id_token").is_some());
    let [[_, before], [_, after]] = [&first, &second].map(|body| decoded(&body["access_token"]));
    for same in ["sub", "origin_jti", "auth_time", "scope", "username", "client_id"] {
        assert_eq!(before[same], after[same], "{same}");
    }
    assert_ne!(before["jti"], after["jti"]);
    assert_eq!((&after["iat"], &after["exp"]), (&desk.seconds().into(), &(desk.seconds() + 3600).into()));
}

#[test]
fn groups_are_those_of_the_day() {
    let mut desk = Desk::new();
    let first = desk.tokens();
    desk.pool.put_user(alice(["admin", "user"])).expect("the pool has the groups");
    let second = json(&desk.refresh(&text(&first["refresh_token"])));
    assert_eq!(decoded(&second["access_token"])[1]["cognito:groups"], serde_json::json!(["admin", "user"]));
    assert_eq!(desk.pool.put_user(alice(["root"])), Err("root".into()));
}

#[test]
fn a_refresh_token_lasts_as_long_as_the_client_says() {
    let mut desk = Desk::with(|client| client.refresh_token_validity = Duration::from_secs(2 * DAY));
    let token = text(&desk.tokens()["refresh_token"]);
    desk.wait(2 * DAY - 1);
    assert_eq!(desk.refresh(&token).status(), StatusCode::OK);
    desk.wait(1);
    assert_eq!(error(&desk.refresh(&token)), (400, "invalid_grant".into()));
}

#[test]
fn what_is_wrong_with_a_refresh() {
    let mut desk = Desk::new();
    let tokens = desk.tokens();
    assert_eq!(error(&desk.refresh("")), (400, "invalid_request".into()));
    assert_eq!(error(&desk.refresh("guess")), (400, "invalid_grant".into()));
    assert_eq!(error(&desk.refresh(&text(&tokens["access_token"]))), (400, "invalid_grant".into()));
    let refresh_token = text(&tokens["refresh_token"]);
    let form = [("grant_type", "refresh_token"), ("refresh_token", refresh_token.as_str())];
    assert_eq!(error(&desk.post_as("desk:s:cret", "/oauth2/token", &form)), (400, "invalid_grant".into()));
}

fn rotating(grace: u64) -> Desk {
    Desk::with(|client| client.refresh_rotation = Some(Duration::from_secs(grace)))
}

#[test]
fn with_rotation_each_refresh_token_is_good_once() {
    let mut desk = rotating(0);
    let first = text(&desk.tokens()["refresh_token"]);
    let second = text(&json(&desk.refresh(&first))["refresh_token"]);
    assert_ne!(first, second);
    assert_eq!(error(&desk.refresh(&first)), (400, "invalid_grant".into()));
    assert_eq!(desk.refresh(&second).status(), StatusCode::OK);
}

#[test]
fn a_lost_answer_may_be_asked_for_again_within_the_grace_period() {
    let mut desk = rotating(60);
    let first = text(&desk.tokens()["refresh_token"]);
    assert_eq!(desk.refresh(&first).status(), StatusCode::OK);
    desk.wait(59);
    let again = text(&json(&desk.refresh(&first))["refresh_token"]);
    desk.wait(1);
    assert_eq!(error(&desk.refresh(&first)), (400, "invalid_grant".into()));
    assert_eq!(desk.refresh(&again).status(), StatusCode::OK);
}

#[test]
fn rotation_does_not_prolong_a_session() {
    let mut desk = rotating(0);
    let mut token = text(&desk.tokens()["refresh_token"]);
    for _ in 0..29 {
        desk.wait(DAY);
        token = text(&json(&desk.refresh(&token))["refresh_token"]);
    }
    desk.wait(DAY);
    assert_eq!(error(&desk.refresh(&token)), (400, "invalid_grant".into()));
}
