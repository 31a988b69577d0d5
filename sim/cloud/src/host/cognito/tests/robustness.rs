//! What no application sends, and what is not modelled.

use std::time::{Duration, UNIX_EPOCH};

use bytes::Bytes;
use http::header::{ALLOW, AUTHORIZATION, CONTENT_TYPE, COOKIE};
use http::{Method, Request, StatusCode};
use proptest::prelude::*;

use super::desk::*;
use crate::host::cognito::Cognito;
use crate::world::{Clock, Seed};

#[test]
fn what_is_not_modelled_says_so_by_name() {
    let mut desk = Desk::new();
    for (method, path) in [(Method::GET, "/oauth2/userInfo"), (Method::GET, "/logout"), (Method::POST, "/")] {
        let request = Request::builder().method(&method).uri(format!("{LOGIN}{path}")).body(Bytes::new());
        let response = desk.send(request.expect("a request"));
        assert_eq!(response.status(), StatusCode::NOT_IMPLEMENTED);
        assert_eq!(response.body(), format!("{method} {path} of Cognito is not modelled\n").as_bytes());
    }
}

#[test]
fn each_endpoint_has_its_method() {
    let mut desk = Desk::new();
    for (method, path, allowed) in [
        (Method::GET, "/oauth2/token", "POST"),
        (Method::GET, "/oauth2/revoke", "POST"),
        (Method::POST, "/oauth2/authorize", "GET"),
        (Method::PUT, "/login", "GET, POST"),
    ] {
        let request = Request::builder().method(method).uri(format!("{LOGIN}{path}")).body(Bytes::new());
        let response = desk.send(request.expect("a request"));
        assert_eq!(
            (response.status(), &response.headers()[ALLOW]),
            (StatusCode::METHOD_NOT_ALLOWED, &allowed.parse().unwrap())
        );
    }
}

#[test]
fn only_forms_are_read() {
    let mut desk = Desk::new();
    for (kind, body) in [
        ("application/json", r#"{"grant_type":"refresh_token"}"#),
        ("", "grant_type=refresh_token&client_id=web"),
        ("application/x-www-form-urlencoded", "client_id=web&client_id=web&grant_type=refresh_token"),
        ("application/x-www-form-urlencoded", ""),
    ] {
        for path in ["/oauth2/token", "/oauth2/revoke"] {
            let mut request = post(path, &[]);
            request.headers_mut().insert(CONTENT_TYPE, kind.parse().expect("it is text"));
            *request.body_mut() = Bytes::from(body);
            assert_eq!(error(&desk.send(request)), (400, "invalid_request".into()), "{kind} {body}");
        }
    }
    let mut request = post("/oauth2/token", &[("grant_type", "password"), ("client_id", "web")]);
    let with_charset = "Application/X-WWW-form-urlencoded; charset=UTF-8".parse().expect("it is text");
    request.headers_mut().insert(CONTENT_TYPE, with_charset);
    assert_eq!(error(&desk.send(request)), (400, "unsupported_grant_type".into()));
}

#[test]
fn credentials_that_are_none() {
    for header in ["Basic", "Basic ", "Basic !!", "Bearer abc", "Basic gA==", "basic d2ViOg=="] {
        let mut request = post("/oauth2/token", &[("grant_type", "refresh_token"), ("client_id", "web")]);
        request.headers_mut().insert(AUTHORIZATION, header.parse().expect("it is text"));
        assert_eq!(error(&Desk::new().send(request)), (400, "invalid_client".into()), "{header}");
    }
}

/// Memory does not grow with the time simulated.
#[test]
fn what_has_expired_is_forgotten() {
    let mut desk = Desk::with(|client| client.refresh_token_validity = Duration::from_secs(3600));
    let counts: Vec<_> = (0..100)
        .map(|_| {
            desk.wait(600);
            desk.tokens();
            [desk.pool.codes.len(), desk.pool.logins.len(), desk.pool.sessions.len(), desk.pool.refresh_tokens.len()]
        })
        .collect();
    assert_eq!(counts.iter().flatten().max(), Some(&6));
}

#[tokio::test(start_paused = true)]
async fn the_pool_follows_the_worlds_clock() {
    let settings = Desk::new().pool.settings;
    let cognito = Cognito::new(settings, Seed(1), Clock::starting_at(UNIX_EPOCH + Duration::from_secs(1_795_435_200)));
    cognito.put_user(alice(["user"])).expect("the pool has the group");
    let documents = ("cognito-idp.us-east-1.amazonaws.com".to_owned(), "/us-east-1_Desk/".to_owned());
    let login = ("desk.auth.us-east-1.amazoncognito.com".to_owned(), String::new());
    assert_eq!(cognito.places(), [documents, login]);
    for (waiting, status) in [(299, StatusCode::OK), (300, StatusCode::BAD_REQUEST)] {
        let callback = cognito.sign_in(&authorize_url(&[]), "alice", "pass word").expect("she can");
        let code = parameter(&callback, "code").expect("there is a code");
        tokio::time::advance(Duration::from_secs(waiting)).await;
        assert_eq!(cognito.handle(&post("/oauth2/token", &code_grant(&code))).status(), status);
    }
    let keys = Request::get(format!("{ISSUER}/.well-known/jwks.json")).body(Bytes::new()).expect("a request");
    let before = cognito.handle(&keys);
    cognito.rotate_keys(Duration::ZERO);
    assert_ne!(cognito.handle(&keys).body(), before.body());
}

fn any_pairs() -> impl Strategy<Value = Vec<(String, String)>> {
    let known = prop::sample::select(vec![
        "grant_type",
        "client_id",
        "client_secret",
        "code",
        "redirect_uri",
        "code_verifier",
        "refresh_token",
        "token",
        "response_type",
        "scope",
        "state",
        "code_challenge",
        "code_challenge_method",
        "username",
        "password",
        "prompt",
    ]);
    let values = prop::sample::select(vec!["code", "web", CALLBACK, "S256", "openid", "authorization_code", "alice"]);
    let value = prop_oneof![values.prop_map(str::to_owned), ".{0,30}"];
    prop::collection::vec((known.prop_map(str::to_owned), value), 0..10)
}

proptest! {
    #[test]
    fn any_request_gets_an_answer(
        get in any::<bool>(),
        path in prop::sample::select(vec!["/oauth2/authorize", "/login", "/oauth2/token", "/oauth2/revoke", "/x"]),
        query in any_pairs(),
        body in prop_oneof![any_pairs().prop_map(|pairs| encoded(&pairs).into_bytes()), prop::collection::vec(any::<u8>(), 0..80)],
        cookie in "[ -~]{0,30}",
    ) {
        let request = Request::builder()
            .method(if get { Method::GET } else { Method::POST })
            .uri(format!("{LOGIN}{path}?{}", encoded(&query)))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(COOKIE, cookie)
            .body(Bytes::from(body))
            .expect("a request");
        let status = Desk::new().send(request).status();
        prop_assert!(!status.is_server_error() || path == "/x", "{}", status);
    }
}

fn encoded(pairs: &[(String, String)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}
