//! Somebody at a browser with the application open in it.
//!
//! Cookies are carried by hand: they are `Secure`, and browsers alone make an exception for plain HTTP to this machine.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{HeaderMap, Method, Request};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

/// Of everybody whom `rez serve` knows.
pub const PASSWORD: &str = "rez-agent";
/// Where the application's pages come from, by the template's default.
const ORIGIN: &str = "http://localhost:3000";

pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// # Panics
    /// When the body is none.
    pub fn json(&self) -> Value {
        let text = String::from_utf8_lossy(&self.body);
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{} {text}: {error}", self.status))
    }

    /// The code of an error of the API's.
    pub fn code(&self) -> String {
        self.json()["error"]["code"].as_str().unwrap_or_default().to_owned()
    }
}

pub struct Browser {
    client: Client<HttpConnector, Full<Bytes>>,
    api: String,
    cookies: BTreeMap<String, String>,
    /// Empty for nobody in particular.
    pub access_token: String,
}

impl Browser {
    pub fn new(api: &str) -> Self {
        Self {
            client: Client::builder(TokioExecutor::new()).build_http(),
            api: api.to_owned(),
            cookies: BTreeMap::new(),
            access_token: String::new(),
        }
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.ask(Method::GET, path, &[], String::new()).await
    }

    pub async fn post(&mut self, path: &str, body: &Value) -> Answer {
        self.post_as(path, &[], body).await
    }

    pub async fn post_as(&mut self, path: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
        let headers = [&[("content-type", "application/json")], headers].concat();
        self.ask(Method::POST, path, &headers, body.to_string()).await
    }

    /// What the application's own page asks, which sends the cookies and proves that it is no other page.
    pub async fn post_with_cookies(&mut self, path: &str) -> Answer {
        self.ask(Method::POST, path, &[("origin", ORIGIN), ("x-rez-csrf", "1")], String::new()).await
    }

    /// From the login page to where that sends the browser. `None` when it shows the page again.
    pub async fn log_in(&mut self, user: &str, password: &str) -> Option<Answer> {
        let login = self.post_with_cookies("/api/auth/login").await;
        let mut page = login.json()["authorization_url"].as_str().expect("a page to log in at").to_owned();
        let mut shown = self.ask(Method::GET, &page, &[], String::new()).await;
        while let Some(next) = location(&page, &shown) {
            shown = self.ask(Method::GET, &next, &[], String::new()).await;
            page = next;
        }
        assert!(String::from_utf8_lossy(&shown.body).contains("type=password"), "a form to fill in: {}", shown.status);
        let form = format!("username={}&password={password}", user.replace('@', "%40"));
        let form_type = [("content-type", "application/x-www-form-urlencoded")];
        let answer = self.ask(Method::POST, &page, &form_type, form).await;
        let callback = location(&page, &answer)?;
        Some(self.ask(Method::GET, &callback, &[], String::new()).await)
    }

    /// Takes an access token for the refresh token in the cookie.
    pub async fn refresh(&mut self) -> Answer {
        let answer = self.post_with_cookies("/api/auth/refresh").await;
        if answer.status == 200 {
            self.access_token = answer.json()["access_token"].as_str().expect("an access token").to_owned();
        }
        answer
    }

    pub fn cookies(&self) -> &BTreeMap<String, String> {
        &self.cookies
    }

    /// `to` is a path of the API's, or a whole URL.
    async fn ask(&mut self, method: Method, to: &str, headers: &[(&str, &str)], body: String) -> Answer {
        let is_path = to.starts_with('/');
        let url = if is_path { format!("{}{to}", self.api) } else { to.to_owned() };
        let mut request = Request::builder().method(method).uri(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if is_path && !self.access_token.is_empty() {
            request = request.header("authorization", format!("Bearer {}", self.access_token));
        }
        if !self.cookies.is_empty() {
            let pairs: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header("cookie", pairs.join("; "));
        }
        let answer = self.client.request(request.body(Full::from(body)).unwrap()).await.expect("it answers");
        let (parts, body) = answer.into_parts();
        self.keep_cookies(&parts.headers);
        let body = body.collect().await.expect("a whole answer").to_bytes();
        Answer { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    /// What an answer sets; an empty value deletes.
    fn keep_cookies(&mut self, headers: &HeaderMap) {
        for set in headers.get_all("set-cookie").iter().filter_map(|value| value.to_str().ok()) {
            let pair = set.split(';').next().unwrap_or_default();
            match pair.split_once('=') {
                Some((name, "")) => drop(self.cookies.remove(name)),
                Some((name, value)) => drop(self.cookies.insert(name.to_owned(), value.to_owned())),
                None => {}
            }
        }
    }
}

/// Where an answer sends a browser that is at `page`.
fn location(page: &str, answer: &Answer) -> Option<String> {
    let location = answer.header("location")?;
    if !location.starts_with('/') {
        return Some(location.to_owned());
    }
    let host_end = page.match_indices('/').nth(2).map_or(page.len(), |(at, _)| at);
    Some(format!("{}{location}", &page[..host_end]))
}
