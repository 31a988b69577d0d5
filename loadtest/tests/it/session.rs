//! Signing in as a browser does, and staying signed in.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use http::Request;
use rez_loadtest::credentials::Credentials;
use rez_loadtest::session::{Session, SessionError};
use rez_loadtest::target::Target;
use tokio::time::timeout;

use crate::server::{Reply, Server};

const ORIGIN: &str = "http://localhost:3000";
const LONG: Duration = Duration::from_secs(20);

fn header<'a>(request: &'a Request<String>, name: &str) -> &'a str {
    request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn credentials(password: &str) -> Credentials {
    Credentials::Login { user: "me@example.com".into(), password: password.to_owned().into() }
}

/// The user pool, on a host of its own: a login page behind a redirect, and a code for whoever knows the password.
async fn pool() -> Server {
    Server::start(|_, request| match (request.method().as_str(), request.uri().path()) {
        _ if !header(request, "cookie").is_empty() => Reply::now(500).body("these are the API's"),
        ("GET", "/oauth2/authorize") => {
            Reply::redirect(format!("/login?{}", request.uri().query().unwrap_or_default()))
        }
        ("POST", "/login") if request.body() == "username=me%40example.com&password=right" => {
            let api = request.uri().query().unwrap_or_default().trim_start_matches("api=");
            Reply::redirect(format!("http://{api}/api/auth/callback?code=c"))
        }
        _ => Reply::now(200),
    })
    .await
}

/// The API: every step wants what the one before it gave. It counts the access tokens that it gives out, each of which
/// lives for so many seconds.
async fn api(pool: &Server, life_seconds: u64) -> Server {
    let (pool, tokens) = (pool.url().replace("127.0.0.1", "localhost"), Arc::new(AtomicU64::new(0)));
    Server::start(move |_, request| match (request.method().as_str(), request.uri().path()) {
        ("POST", "/api/auth/login") => {
            let url = format!("{pool}/oauth2/authorize?api={}", header(request, "host"));
            Reply::now(200).body(format!(r#"{{"authorization_url":"{url}"}}"#)).cookie("state=s")
        }
        ("GET", "/api/auth/callback") if request.uri().query() == Some("code=c") => {
            if header(request, "cookie") != "state=s" {
                return Reply::now(403);
            }
            Reply::redirect(ORIGIN.into()).cookie("refresh=0").cookie("state=")
        }
        ("POST", "/api/auth/refresh") => {
            let (number, csrf) = (tokens.fetch_add(1, Ordering::SeqCst), header(request, "x-rez-csrf"));
            // The refresh token is a new one each time.
            let known = header(request, "cookie") == format!("refresh={number}");
            if !known || csrf.is_empty() || header(request, "origin") != ORIGIN {
                return Reply::now(403);
            }
            let body = format!(r#"{{"access_token":"token-{number}","expires_in":{life_seconds}}}"#);
            Reply::now(200).body(body).cookie(&format!("refresh={}", number + 1))
        }
        _ => Reply::now(404),
    })
    .await
}

async fn open(api: &Server, password: &str) -> Result<Arc<Session>, SessionError> {
    let target = Target::parse(&api.url(), false).unwrap();
    Session::open(&target, &credentials(password), ORIGIN).await
}

#[tokio::test]
async fn whoever_knows_the_password_is_signed_in() {
    let pool = pool().await;
    let session = open(&api(&pool, 900).await, "right").await.unwrap();
    assert_eq!(session.access_token().expose(), "token-0");
}

#[tokio::test]
async fn a_wrong_password_is_told_without_it() {
    let pool = pool().await;
    let error = open(&api(&pool, 900).await, "wrong").await.unwrap_err();
    assert!(matches!(&error, SessionError::Password(user) if user == "me@example.com"), "{error}");
    assert!(!error.to_string().contains("password=") && !format!("{error:?}").contains("wrong"));
}

#[tokio::test]
async fn a_test_may_last_longer_than_a_token() {
    let pool = pool().await;
    let session = open(&api(&pool, 0).await, "right").await.unwrap();
    // Nobody waits for the new one: requests go on with the old one until it is there.
    assert_eq!(session.access_token().expose(), "token-0");
    let renewed = async {
        while session.access_token().expose() == "token-0" {
            tokio::task::yield_now().await;
        }
    };
    timeout(LONG, renewed).await.expect("a new token comes");
}

#[tokio::test]
async fn an_api_that_does_not_know_the_token_is_not_put_under_load() {
    let api = Server::start(|_, _| Reply::now(401)).await;
    let target = Target::parse(&api.url(), false).unwrap();
    let session = Session::open(&target, &Credentials::Token("eyJ".to_owned().into()), ORIGIN).await.unwrap();
    assert!(matches!(session.check(&target).await, Err(SessionError::Token)));
}

/// On a clock that jumps, because nobody wants to wait for it.
#[tokio::test(start_paused = true)]
async fn an_api_that_says_nothing_is_not_waited_for() {
    let api = Server::start(|_, _| Reply::never()).await;
    let opened = timeout(Duration::from_secs(60), open(&api, "right")).await.expect("it gives up");
    assert!(matches!(opened, Err(SessionError::NoAnswer { .. })));
}
