//! Signing in as a browser does: login, the user pool's page, the callback, and a first access token.
//!
//! The cookies are `Secure`, and `rez serve` speaks plain HTTP on this machine. A browser makes an exception for localhost;
//! a cookie jar does not, so they are carried by hand.

use std::collections::BTreeMap;

use reqwest::header::{COOKIE, LOCATION, ORIGIN, SET_COOKIE};
use reqwest::{Client, RequestBuilder, Response, StatusCode, Url};
use serde::Deserialize;

use crate::credentials::{Credentials, Secret};
use crate::target::Target;

/// Proof towards the API that a script of the application's own page asks (`openapi.yaml`).
const CSRF: (&str, &str) = ("x-rez-csrf", "1");
/// Between the login page and the application: more would be a loop.
const REDIRECTS_MAX: usize = 5;

/// Somebody who is signed in.
#[derive(Clone, Debug)]
pub struct Session {
    access_token: Secret,
}

/// Where signing in ended.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    #[error("`{step}` got no answer: {error}")]
    NoAnswer { step: &'static str, error: reqwest::Error },
    #[error("`{step}` was answered {status}, and nobody is signed in")]
    Refused { step: &'static str, status: StatusCode },
    #[error("the user pool does not let `{0}` in (wrong name or password)")]
    Password(String),
}

#[derive(Deserialize)]
struct Login {
    authorization_url: String,
}

#[derive(Deserialize)]
struct Refreshed {
    access_token: String,
}

impl Session {
    /// # Errors
    /// The step that failed. Tokens and passwords are in no error.
    pub async fn open(target: &Target, credentials: &Credentials, origin: &str) -> Result<Self, SessionError> {
        match credentials {
            Credentials::Token(token) => Ok(Self { access_token: token.clone() }),
            Credentials::Login { user, password } => {
                let mut browser = Browser::new(target, origin);
                browser.sign_in(user, password).await
            }
        }
    }

    pub fn access_token(&self) -> &str {
        self.access_token.expose()
    }
}

struct Browser<'a> {
    client: Client,
    target: &'a Target,
    origin: &'a str,
    cookies: BTreeMap<String, String>,
}

impl<'a> Browser<'a> {
    fn new(target: &'a Target, origin: &'a str) -> Self {
        let client = Client::builder().redirect(reqwest::redirect::Policy::none()).build();
        Self { client: client.expect("TLS is built in"), target, origin, cookies: BTreeMap::new() }
    }

    async fn sign_in(&mut self, user: &str, password: &Secret) -> Result<Session, SessionError> {
        const LOGIN: &str = "POST /api/auth/login";
        const REFRESH: &str = "POST /api/auth/refresh";
        let answer = self.send(LOGIN, self.client.post(self.target.at("/api/auth/login"))).await?;
        let login: Login = read(LOGIN, answer).await?;
        let callback = self.type_password(&login.authorization_url, user, password).await?;
        const CALLBACK: &str = "GET /api/auth/callback";
        let answer = self.send(CALLBACK, self.client.get(callback)).await?;
        if !answer.status().is_redirection() {
            return Err(SessionError::Refused { step: CALLBACK, status: answer.status() });
        }
        let request = self.client.post(self.target.at("/api/auth/refresh"));
        let answer = self.send(REFRESH, request.header(CSRF.0, CSRF.1).header(ORIGIN, self.origin)).await?;
        let refreshed: Refreshed = read(REFRESH, answer).await?;
        Ok(Session { access_token: refreshed.access_token.into() })
    }

    /// Follows the redirects to the login page, fills in its form, and answers with where the browser is sent then.
    async fn type_password(&mut self, url: &str, user: &str, password: &Secret) -> Result<Url, SessionError> {
        const STEP: &str = "the sign-in page";
        let refused = |status| SessionError::Refused { step: STEP, status };
        let mut page = Url::parse(url).map_err(|_| refused(StatusCode::BAD_GATEWAY))?;
        for _ in 0..REDIRECTS_MAX {
            let answer = self.send(STEP, self.client.get(page.clone())).await?;
            let Some(next) = location(&page, &answer) else { break };
            page = next;
        }
        let answer = self
            .send(STEP, self.client.post(page.clone()).form(&[("username", user), ("password", password.expose())]))
            .await?;
        match (location(&page, &answer), answer.status()) {
            (Some(callback), _) => Ok(callback),
            (None, StatusCode::OK) => Err(SessionError::Password(user.to_owned())),
            (None, status) => Err(refused(status)),
        }
    }

    async fn send(&mut self, step: &'static str, request: RequestBuilder) -> Result<Response, SessionError> {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = if cookies.is_empty() { request } else { request.header(COOKIE, cookies.join("; ")) };
        // The URL may carry a code, which is a secret for as long as it lives.
        let answer =
            request.send().await.map_err(|error| SessionError::NoAnswer { step, error: error.without_url() })?;
        for set in answer.headers().get_all(SET_COOKIE).into_iter().filter_map(|value| value.to_str().ok()) {
            self.keep(set);
        }
        Ok(answer)
    }

    /// What an answer sets; an empty value deletes.
    fn keep(&mut self, set_cookie: &str) {
        let pair = set_cookie.split(';').next().unwrap_or_default();
        let Some((name, value)) = pair.split_once('=') else { return };
        if value.is_empty() {
            self.cookies.remove(name);
        } else {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }
}

fn location(page: &Url, answer: &Response) -> Option<Url> {
    let location = answer.headers().get(LOCATION)?.to_str().ok()?;
    page.join(location).ok().filter(|_| answer.status().is_redirection())
}

async fn read<T: for<'de> Deserialize<'de>>(step: &'static str, answer: Response) -> Result<T, SessionError> {
    let status = answer.status();
    if !status.is_success() {
        return Err(SessionError::Refused { step, status });
    }
    answer.json().await.map_err(|error| SessionError::NoAnswer { step, error: error.without_url() })
}
