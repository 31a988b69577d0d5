//! `GET /oauth2/authorize` and `/login`.

use http::StatusCode;

use super::desk::*;
use crate::host::cognito::SignInError;

#[test]
fn a_person_comes_back_with_a_code_and_the_state() {
    let mut desk = Desk::new();
    let callback = desk.sign_in(&authorize_url(&[]), "alice", "pass word").expect("she can sign in");
    assert!(callback.starts_with(&format!("{CALLBACK}&code=")), "{callback}");
    assert_eq!(parameter(&callback, "state").as_deref(), Some("a state & more"));
}

#[test]
fn without_a_state_none_comes_back() {
    let mut desk = Desk::new();
    let callback = desk.sign_in(&authorize_url(&[("state", "")]), "alice", "pass word").expect("she can sign in");
    assert_eq!(parameter(&callback, "state"), None);
}

#[test]
fn what_is_wrong_is_told_to_the_application() {
    let challenge_too_short = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-c";
    for (changes, error) in [
        (&[("response_type", "")][..], "invalid_request"),
        (&[("response_type", "id_token")], "invalid_request"),
        (&[("response_type", "token")], "unauthorized_client"),
        (&[("scope", "openid admin")], "invalid_scope"),
        (&[("scope", "openid  email")], "invalid_scope"),
        (&[("code_challenge_method", "plain")], "invalid_request"),
        (&[("code_challenge_method", "s256")], "invalid_request"),
        (&[("code_challenge_method", "")], "invalid_request"),
        (&[("code_challenge", "")], "invalid_request"),
        (&[("code_challenge", challenge_too_short)], "invalid_request"),
        (&[("prompt", "consent")], "invalid_request"),
        (&[("prompt", "none")], "login_required"),
        (&[("identity_provider", "Google")], "invalid_request"),
    ] {
        let response = Desk::new().get(&authorize_url(changes));
        assert_eq!(response.status(), StatusCode::FOUND, "{changes:?}");
        let to = location(&response);
        assert!(to.starts_with(CALLBACK), "{to}");
        assert_eq!(parameter(to, "error").as_deref(), Some(error), "{changes:?}");
        assert_eq!(parameter(to, "state").as_deref(), Some("a state & more"));
        assert!(parameter(to, "error_description").is_some() && parameter(to, "code").is_none());
    }
}

#[test]
fn nobody_is_sent_to_a_place_that_is_not_registered() {
    for changes in [
        [("client_id", "")],
        [("client_id", "nobody")],
        [("redirect_uri", "")],
        [("redirect_uri", "https://evil.example/callback")],
        [("redirect_uri", "https://app.example.com/callback")],
        [("redirect_uri", "https://app.example.com/callback?from=cognito#")],
    ] {
        for url in [authorize_url(&changes), authorize_url(&changes).replace("/oauth2/authorize", "/login")] {
            let response = Desk::new().get(&url);
            assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{changes:?}");
            assert!(!response.headers().contains_key("location"));
        }
    }
    let twice = format!("{}&client_id=web", authorize_url(&[]));
    assert_eq!(Desk::new().get(&twice).status(), StatusCode::BAD_REQUEST);
}

#[test]
fn parameters_without_effect_are_taken() {
    for change in [("lang", "de"), ("login_hint", "alice"), ("identity_provider", "COGNITO"), ("prompt", "login")] {
        let url = authorize_url(&[change]);
        assert!(Desk::new().sign_in(&url, "alice", "pass word").expect(change.0).contains("code="), "{change:?}");
    }
}

#[test]
fn the_login_page_has_a_form() {
    let mut desk = Desk::new();
    let page = location(&desk.get(&authorize_url(&[]))).to_owned();
    assert!(page.starts_with(&format!("{LOGIN}/login?response_type=code&")), "{page}");
    let response = desk.get(&page);
    assert_eq!(
        (response.status(), &response.headers()["content-type"]),
        (StatusCode::OK, &"text/html;charset=UTF-8".parse().unwrap())
    );
    let html = String::from_utf8(response.body().to_vec()).expect("it is text");
    assert!(html.contains("<form method=post>") && html.contains("name=password"));
}

#[test]
fn a_wrong_password_leads_nowhere() {
    for (username, password) in
        [("alice", "wrong"), ("alice", ""), ("bob", "pass word"), ("", ""), ("Alice", "pass word")]
    {
        let mut desk = Desk::new();
        let refused = desk.sign_in(&authorize_url(&[]), username, password);
        assert_eq!(refused, Err(SignInError::Password), "{username} {password}");
    }
}

#[test]
fn what_a_person_meets_instead_of_the_page_is_told() {
    let mut desk = Desk::new();
    let unregistered = authorize_url(&[("client_id", "nobody")]);
    assert_eq!(desk.sign_in(&unregistered, "alice", "x"), Err(SignInError::Page(StatusCode::BAD_REQUEST)));
    assert_eq!(desk.sign_in("a b", "alice", "x"), Err(SignInError::NotAUrl("a b".into())));
    let refused =
        desk.sign_in(&authorize_url(&[("scope", "admin")]), "alice", "x").expect("it leads to the application");
    assert_eq!(parameter(&refused, "error").as_deref(), Some("invalid_scope"));
}

#[test]
fn who_signed_in_is_remembered_for_an_hour() {
    let mut desk = Desk::new();
    let page = location(&desk.get(&authorize_url(&[]))).replace(LOGIN, "");
    let response = desk.post(&page, &[("username", "alice"), ("password", "pass word")]);
    let cookie = cookie(&response).to_owned();
    assert!(cookie.ends_with("; Path=/; Max-Age=3600; Secure; HttpOnly; SameSite=Lax"), "{cookie}");
    let sent = format!("other=1; {}", cookie.split(';').next().expect("it has a value"));
    let lead = |desk: &mut Desk, changes: &[Pair<'_>]| {
        let response = desk.get_with_cookie(&authorize_url(changes), &sent);
        location(&response).to_owned()
    };
    assert!(parameter(&lead(&mut desk, &[]), "code").is_some());
    assert!(parameter(&lead(&mut desk, &[("prompt", "none")]), "code").is_some());
    assert!(lead(&mut desk, &[("prompt", "login")]).starts_with(&format!("{LOGIN}/login?")));
    desk.wait(3600);
    assert!(lead(&mut desk, &[]).starts_with(&format!("{LOGIN}/login?")));
}
