//! The table of contents: which request goes where, and in which order it is checked.

use std::time::SystemTime;

use bytes::Bytes;
use http::{Method, Request};

use crate::limits::Visitor;
use crate::parameters::Source;
use crate::publish::Publication;
use crate::{Accepted, Ntfy, NtfyError, credentials, message};

/// Names that are pages of the server and cannot be topics.
const RESERVED: [&str; 10] =
    ["docs", "static", "file", "app", "metrics", "account", "settings", "signup", "login", "v1"];
const TOPIC_BYTES_MAX: usize = 64;

pub enum Answer {
    Accepted(Box<Accepted>),
    Health,
    ReadBack(String),
}

impl Ntfy {
    pub(crate) fn route(
        &mut self,
        request: &Request<Bytes>,
        address: &str,
        now: SystemTime,
    ) -> Result<Answer, NtfyError> {
        let query = query(request.uri().query());
        let segments: Vec<&str> = request.uri().path().trim_start_matches('/').split('/').collect();
        let publishing = request.method() == Method::PUT || request.method() == Method::POST;
        let visitor = self.visitor(request, &query, address, now)?;
        match segments.as_slice() {
            ["v1", "health"] if request.method() == Method::GET => Ok(Answer::Health),
            [""] if publishing => self.publish_json(request, &visitor, now),
            [topic] if publishing && is_topic(topic) => {
                self.publish(Publication::of_body(topic, request, &query), &visitor, now)
            }
            [topic, "publish" | "send" | "trigger"] if request.method() == Method::GET && is_topic(topic) => {
                self.publish(Publication::of_query(topic, request, &query), &visitor, now)
            }
            [topic, "json"] if request.method() == Method::GET && is_topic(topic) && asks_to_poll(&query) => {
                Ok(Answer::ReadBack(self.read_back(topic)))
            }
            _ => Err(NtfyError::NOT_FOUND),
        }
    }

    /// Checks credentials, before any limit of requests is asked, and names the visitor: a user, or an address.
    ///
    /// Whoever has used up the failures of his address is refused before his credentials are looked at, so that good ones do
    /// not help either: `maybeAuthenticate` in ntfy's `server/server.go` asks `AuthAllowed` first, and counts a failure after it.
    fn visitor(
        &mut self,
        request: &Request<Bytes>,
        query: &[(String, String)],
        address: &str,
        now: SystemTime,
    ) -> Result<String, NtfyError> {
        let header = request.headers().get("authorization").map(|value| String::from_utf8_lossy(value.as_bytes()));
        let in_query = query.iter().find(|(name, _)| name == "auth").map(|(_, value)| value.as_str());
        let at_address = format!("ip:{}", network_of(address));
        match credentials::token(header.as_deref(), in_query) {
            Ok(None) => Ok(at_address),
            _ if !self.visitor_entry(&at_address).auth_failures.has_token(now) => Err(NtfyError::AUTH_FAILURES),
            Ok(Some(token)) if self.settings.token.as_ref() == Some(&token) => Ok("user".to_owned()),
            Ok(Some(_)) | Err(_) => {
                self.visitor_entry(&at_address).auth_failures.take(now);
                Err(NtfyError::UNAUTHORIZED)
            }
        }
    }

    pub(crate) fn visitor_entry(&mut self, name: &str) -> &mut Visitor {
        let (burst, interval) = (self.settings.request_burst, self.settings.request_interval);
        self.visitors.entry(name.to_owned()).or_insert_with(|| Visitor::new(burst, interval))
    }

    fn read_back(&self, topic: &str) -> String {
        self.recent.iter().filter(|message| message.topic == topic).map(message::text).collect()
    }
}

/// Whether a name can be a topic at all. A path that is none leads nowhere.
pub fn is_topic(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=TOPIC_BYTES_MAX).contains(&name.len()) && name.bytes().all(allowed)
}

/// # Errors
/// The refusal of a page of the server.
pub fn check_allowed(topic: &str) -> Result<(), NtfyError> {
    if RESERVED.contains(&topic) { Err(NtfyError::TOPIC_DISALLOWED) } else { Ok(()) }
}

/// A visitor is an IPv4 address or an IPv6 /64.
fn network_of(address: &str) -> String {
    match address.parse() {
        Ok(std::net::IpAddr::V6(v6)) => {
            let [a, b, c, d, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        _ => address.to_owned(),
    }
}

fn asks_to_poll(query: &[(String, String)]) -> bool {
    query.iter().any(|(name, value)| name == "poll" && value != "0")
}

fn query(text: Option<&str>) -> Vec<(String, String)> {
    form_urlencoded::parse(text.unwrap_or_default().as_bytes()).into_owned().collect()
}

impl<'a> Source<'a> {
    pub fn of(request: &'a Request<Bytes>, query: &'a [(String, String)]) -> Self {
        Self { headers: request.headers(), query }
    }
}
