//! Signing in as a browser does: login, the user pool's page, the callback, and access tokens.
//!
//! The cookies are `Secure`, and `rez serve` speaks plain HTTP on this machine. A browser makes an exception for localhost;
//! a cookie jar does not, so they are carried by hand.

use std::collections::BTreeMap;

use reqwest::header::{COOKIE, LOCATION, ORIGIN, SET_COOKIE};
use reqwest::{Client, RequestBuilder, Response, StatusCode, Url};
use serde::Deserialize;

use super::{Refreshed, SessionError};
use crate::client::{PAGE_TIMEOUT, client};
use crate::credentials::Secret;
use crate::target::Target;

/// Proof towards the API that a script of the application's own page asks (`openapi.yaml`).
const CSRF: (&str, &str) = ("x-rez-csrf", "1");
/// Between the login page and the application: more would be a loop.
const REDIRECTS_MAX: usize = 5;

/// A browser with the application open in it.
#[derive(Debug)]
pub struct Browser {
    client: Client,
    target: Target,
    origin: String,
    /// By host and name. Ports have the cookies of their host in common (RFC 6265, section 8.5).
    cookies: BTreeMap<(String, String), Secret>,
}

#[derive(Deserialize)]
struct Login {
    authorization_url: String,
}

impl Browser {
    pub fn new(target: &Target, origin: &str) -> Self {
        Self {
            client: client(PAGE_TIMEOUT),
            target: target.clone(),
            origin: origin.to_owned(),
            cookies: BTreeMap::new(),
        }
    }

    pub async fn sign_in(&mut self, user: &str, password: &Secret) -> Result<(), SessionError> {
        const LOGIN: &str = "POST /api/auth/login";
        const CALLBACK: &str = "GET /api/auth/callback";
        let answer = self.send(LOGIN, self.client.post(self.target.at("/api/auth/login"))).await?;
        let login: Login = read(LOGIN, answer).await?;
        let callback = self.type_password(&login.authorization_url, user, password).await?;
        let answer = self.send(CALLBACK, self.client.get(callback)).await?;
        if !answer.status().is_redirection() {
            return Err(SessionError::Refused { step: CALLBACK, status: answer.status() });
        }
        Ok(())
    }

    /// An access token, for the refresh token in a cookie.
    pub async fn refresh(&mut self) -> Result<Refreshed, SessionError> {
        const REFRESH: &str = "POST /api/auth/refresh";
        let request = self.client.post(self.target.at("/api/auth/refresh"));
        let request = request.header(CSRF.0, CSRF.1).header(ORIGIN, &self.origin);
        let answer = self.send(REFRESH, request).await?;
        read(REFRESH, answer).await
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
        let form = [("username", user), ("password", password.expose())];
        let answer = self.send(STEP, self.client.post(page.clone()).form(&form)).await?;
        match (location(&page, &answer), answer.status()) {
            (Some(callback), _) => Ok(callback),
            (None, StatusCode::OK) => Err(SessionError::Password(user.to_owned())),
            (None, status) => Err(refused(status)),
        }
    }

    async fn send(&mut self, step: &'static str, request: RequestBuilder) -> Result<Response, SessionError> {
        // The URL may carry a code, which is a secret for as long as it lives.
        let no_answer = |error: reqwest::Error| SessionError::NoAnswer { step, error: error.without_url() };
        let mut request = request.build().map_err(no_answer)?;
        let host = request.url().host_str().unwrap_or_default().to_owned();
        if let Some(cookies) = self.cookies_for(&host).and_then(|cookies| cookies.parse().ok()) {
            request.headers_mut().insert(COOKIE, cookies);
        }
        let answer = self.client.execute(request).await.map_err(no_answer)?;
        for set in answer.headers().get_all(SET_COOKIE).into_iter().filter_map(|value| value.to_str().ok()) {
            self.keep(&host, set);
        }
        Ok(answer)
    }

    fn cookies_for(&self, host: &str) -> Option<String> {
        let of_host = self.cookies.iter().filter(|((owner, _), _)| owner == host);
        let pairs: Vec<String> = of_host.map(|((_, name), value)| format!("{name}={}", value.expose())).collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }

    /// What an answer sets; an empty value deletes.
    fn keep(&mut self, host: &str, set_cookie: &str) {
        let pair = set_cookie.split(';').next().unwrap_or_default();
        let Some((name, value)) = pair.split_once('=') else { return };
        let key = (host.to_owned(), name.trim().to_owned());
        if value.is_empty() {
            self.cookies.remove(&key);
        } else {
            self.cookies.insert(key, value.to_owned().into());
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
