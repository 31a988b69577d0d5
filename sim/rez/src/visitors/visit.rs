//! What happens in one visit: requests, one after the other, each shown to the observer with its answer.

mod steering;
mod writing;

use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, ORIGIN, SET_COOKIE};
use http::request::Builder;
use http::{Method, Request, StatusCode};
use rez_cloud::world::Clock;
use serde::Deserialize;
use tokio::sync::Mutex;

use super::answered::{Answered, Sender};
use super::client::{Answer, Client};
use super::mix::{PAGES, Visit};
use super::person::{Group, Person};
use super::tokens::Token;
use crate::observer::SharedObserver;

/// Where the application's pages come from: on the API's allow-list.
pub const APPLICATION: &str = "http://localhost:3000";
/// A header that a page of another site cannot send.
pub const CSRF: &str = "x-rez-csrf";
const FILTERS: [&str; 4] =
    ["status=completed", "status=failed", "stage=dev", "from=2026-11-02T00:00:00Z&status=created"];

/// What nobody should read, for whoever may not write it.
const TRESPASS: &str = r#"{"title": "I was here", "body": "and may not"}"#;
/// Every route that wants a group. Whether there is such a message is no outsider's business.
const DOORS: [(&str, Method, &str); 6] = [
    ("GET /api/messages", Method::GET, "/api/messages"),
    ("POST /api/messages", Method::POST, "/api/messages"),
    ("GET /api/messages/{id}", Method::GET, "/api/messages/00000000-0000-4000-8000-000000000000"),
    ("DELETE /api/messages/{id}", Method::DELETE, "/api/messages/00000000-0000-4000-8000-000000000000"),
    ("POST /api/messages/{id}/redrive", Method::POST, "/api/messages/00000000-0000-4000-8000-000000000000/redrive"),
    ("GET /api/metrics", Method::GET, "/api/metrics"),
];

struct Visitor<'a> {
    person: &'a mut Person,
    client: &'a Client,
    observer: &'a SharedObserver,
    clock: Clock,
}

pub async fn make(
    person: Arc<Mutex<Person>>,
    visit: Visit,
    client: Arc<Client>,
    observer: SharedObserver,
    clock: Clock,
) {
    let mut person = person.lock().await;
    let mut visitor = Visitor { person: &mut person, client: &client, observer: &observer, clock };
    visitor.visit(visit).await;
}

#[derive(Deserialize)]
struct Page {
    messages: Vec<Listed>,
    next_cursor: Option<String>,
}

#[derive(Deserialize)]
struct Listed {
    message_id: String,
    created_by: String,
}

#[derive(Deserialize)]
struct SignInStart {
    authorization_url: String,
}

impl Visitor<'_> {
    async fn visit(&mut self, visit: Visit) {
        match visit {
            Visit::Health => {
                drop(self.send("GET /api/health", Request::get(self.url("/api/health")), Bytes::new()).await)
            }
            Visit::SignIn => self.sign_in_anew().await,
            Visit::Refresh => drop(self.refresh().await),
            visit => {
                if self.have_token().await {
                    self.visit_signed_in(visit).await;
                }
            }
        }
    }

    async fn visit_signed_in(&mut self, visit: Visit) {
        match visit {
            Visit::List => drop(self.list("").await),
            Visit::Filter => {
                let filter = FILTERS[self.person.written as usize % FILTERS.len()];
                self.person.written += 1;
                self.list(&format!("?{filter}")).await;
            }
            Visit::Page => self.turn_pages().await,
            Visit::Show => self.show_last().await,
            Visit::Metrics => drop(self.get("GET /api/metrics", "/api/metrics").await),
            Visit::Write(content) => self.write(&content).await,
            Visit::Regret(content) => self.regret(&content).await,
            Visit::Cancel => self.cancel_own().await,
            Visit::Redrive => self.redrive_failed().await,
            Visit::Trespass => self.trespass().await,
            Visit::Health | Visit::SignIn | Visit::Refresh => {}
        }
    }

    /// Signs in on the first visit, and renews the token when it has ended.
    async fn have_token(&mut self) -> bool {
        self.person.put_away_token(self.clock.now());
        if self.person.token.is_some() {
            return true;
        }
        if self.person.cookies.is_empty() {
            return self.sign_in().await;
        }
        self.refresh().await || self.sign_in().await
    }

    async fn sign_in_anew(&mut self) {
        if !self.person.cookies.is_empty() {
            let request = self.of_application(Request::post(self.url("/api/auth/logout")));
            self.send("POST /api/auth/logout", request, Bytes::new()).await;
            self.person.token = None;
        }
        self.sign_in().await;
    }

    async fn sign_in(&mut self) -> bool {
        let request = Request::post(self.url("/api/auth/login"));
        let Some(started) = self.send("POST /api/auth/login", request, Bytes::new()).await else { return false };
        let Ok(SignInStart { authorization_url }) = serde_json::from_slice(started.body()) else { return false };
        let Some(callback) = self.person.type_password(&authorization_url) else { return false };
        let Some((_, query)) = callback.split_once('?') else { return false };
        let request = Request::get(self.url(&format!("/api/auth/callback?{query}")));
        let done = self.send("GET /api/auth/callback", request, Bytes::new()).await;
        done.is_some_and(|answer| answer.status() == StatusCode::SEE_OTHER) && self.refresh().await
    }

    async fn refresh(&mut self) -> bool {
        let request = self.of_application(Request::post(self.url("/api/auth/refresh")));
        let Some(answer) = self.send("POST /api/auth/refresh", request, Bytes::new()).await else { return false };
        self.person.token = Token::read(answer.body(), self.clock.now());
        self.person.token.is_some()
    }

    async fn list(&mut self, query: &str) -> Option<Page> {
        let answer = self.get("GET /api/messages", &format!("/api/messages{query}")).await?;
        let page: Page = serde_json::from_slice(answer.body()).ok()?;
        if let Some(listed) = page.messages.first() {
            self.person.last_seen = Some(listed.message_id.clone());
        }
        if query.is_empty() && page.next_cursor.is_some() {
            self.person.cursor.clone_from(&page.next_cursor);
        }
        Some(page)
    }

    async fn turn_pages(&mut self) {
        let mut query = "?limit=10".to_owned();
        for _ in 0..PAGES {
            let Some(Page { next_cursor: Some(cursor), .. }) = self.list(&query).await else { return };
            query = format!("?limit=10&cursor={cursor}");
        }
    }

    async fn show_last(&mut self) {
        match self.person.last_seen.clone() {
            Some(id) => drop(self.get("GET /api/messages/{id}", &format!("/api/messages/{id}")).await),
            None => drop(self.list("").await),
        }
    }

    /// A viewer tries to write or to cancel, a user to redrive, and an outsider everything. What an admin may not do is
    /// what nobody may: read without a token.
    async fn trespass(&mut self) {
        if self.person.group == Group::Outsider {
            return self.try_every_door().await;
        }
        let Some(id) = self.person.last_seen.clone() else { return };
        let (route, request) = match self.person.group {
            Group::Viewer if id.as_bytes()[0] % 2 == 0 => {
                let request = self.signed(Request::post(self.url("/api/messages")));
                ("POST /api/messages", request.header(CONTENT_TYPE, "application/json"))
            }
            Group::Viewer => {
                ("DELETE /api/messages/{id}", self.signed(Request::delete(self.url(&format!("/api/messages/{id}")))))
            }
            Group::User => {
                let path = format!("/api/messages/{id}/redrive");
                ("POST /api/messages/{id}/redrive", self.signed(Request::post(self.url(&path))))
            }
            Group::Admin | Group::Outsider => ("GET /api/messages", Request::get(self.url("/api/messages"))),
        };
        let body = if route == "POST /api/messages" { TRESPASS } else { "" };
        self.send(route, request, Bytes::from_static(body.as_bytes())).await;
    }

    async fn try_every_door(&mut self) {
        for (route, method, path) in DOORS {
            let request = self.signed(Request::builder().method(method).uri(self.url(path)));
            let (request, body) = match route {
                "POST /api/messages" => (request.header(CONTENT_TYPE, "application/json"), TRESPASS),
                _ => (request, ""),
            };
            self.send(route, request, Bytes::from_static(body.as_bytes())).await;
        }
    }

    async fn get(&mut self, route: &'static str, path: &str) -> Option<Answer> {
        let request = self.signed(Request::get(self.url(path)));
        self.send(route, request, Bytes::new()).await
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.client.origin())
    }

    fn signed(&self, request: Builder) -> Builder {
        match &self.person.token {
            Some(token) => request.header(AUTHORIZATION, format!("Bearer {}", token.value)),
            None => request,
        }
    }

    /// What a cookie alone authorizes has to come from a page of the application.
    fn of_application(&self, request: Builder) -> Builder {
        request.header(ORIGIN, APPLICATION).header(CSRF, "1")
    }

    async fn send(&mut self, route: &'static str, request: Builder, body: Bytes) -> Option<Answer> {
        let for_cookies = route.contains(" /api/auth/");
        let cookies = self.person.cookie_header().filter(|_| for_cookies);
        let request = cookies.into_iter().fold(request, |request, cookies| request.header(COOKIE, cookies));
        let has_token = request.headers_ref().is_some_and(|headers| headers.contains_key(AUTHORIZATION));
        let request = request.body(body).ok()?;
        let path = request.uri().path().to_owned();
        let sent = self.clock.now();
        let answer = self.client.send(request).await;
        self.tell(route, message_id(&path), has_token, sent, answer.as_ref());
        if has_token && answer.as_ref().is_some_and(|answer| self.is_turned_away(route, answer)) {
            self.person.token = None;
        }
        for cookie in answer.iter().flat_map(|answer| answer.headers().get_all(SET_COOKIE)) {
            self.person.keep_cookie(cookie.to_str().unwrap_or_default());
        }
        answer
    }

    /// Whether the gateway did not take the token for what the group may do: it was signed with a key that was withdrawn.
    fn is_turned_away(&self, route: &str, answer: &Answer) -> bool {
        let refused = matches!(answer.status(), StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN);
        refused && self.person.group.may(route)
    }

    fn tell(
        &self,
        route: &'static str,
        message_id: Option<&str>,
        has_token: bool,
        sent: SystemTime,
        answer: Option<&Answer>,
    ) {
        let now = self.clock.now();
        let took = now.duration_since(sent).unwrap_or_default();
        let group = has_token.then_some(self.person.group);
        let answered = Answered { route, message_id, group, sender: Sender::Person, took, answer };
        self.observer.lock().expect("no observer panicked").answered(now, &answered);
    }
}

/// The message that a path names.
fn message_id(path: &str) -> Option<&str> {
    path.strip_prefix("/api/messages/")?.split('/').next()
}
