//! What an attacker has to go by: an account of their own, what they overheard, and what is public.

use std::time::{Duration, SystemTime};

use http::Request;
use http::header::AUTHORIZATION;
use http::request::Builder;

use crate::visitors::Visitors;
use crate::visitors::person::Group;
use crate::visitors::tokens::Token;

/// Gathered anew for each attack.
#[derive(Clone)]
pub struct Loot {
    /// `https://HOST` of the API.
    pub origin: String,
    /// A user's access token that is good.
    pub token: Option<String>,
    /// One that was good until it ended.
    pub ended: Option<String>,
    /// A cursor of a list without filters.
    pub cursor: Option<String>,
    /// The user's cookies, as a header.
    pub cookies: Option<String>,
    /// The key server's document, as anybody can read it.
    pub keys: String,
}

impl Loot {
    pub async fn gather(visitors: &Visitors) -> Self {
        let person = visitors.first(Group::User).lock().await;
        let now = visitors.clock.now();
        let value = |token: &Token| token.value.clone();
        Self {
            origin: visitors.client.origin().to_owned(),
            token: person.token_at(now).map(value),
            ended: person.ended_token.as_ref().filter(|token| has_surely_ended(token, now)).map(value),
            cursor: person.cursor.clone(),
            cookies: person.cookie_header(),
            keys: visitors.keys.to_string(),
        }
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// Carries the good token, if there is one.
    pub fn signed(&self, request: Builder) -> Option<Builder> {
        Some(bearing(request, self.token.as_ref()?))
    }

    /// `GET` of a path, with the good token.
    pub fn get(&self, path: &str) -> Option<Builder> {
        self.signed(Request::get(self.url(path)))
    }
}

/// Whether nobody takes it any more: not a clock that is a minute slow, nor the gateway, which recalls a decision for
/// another minute. The application puts a token away half a minute early.
fn has_surely_ended(token: &Token, now: SystemTime) -> bool {
    now > token.good_until + Duration::from_secs(180)
}

pub fn bearing(request: Builder, token: &str) -> Builder {
    request.header(AUTHORIZATION, format!("Bearer {token}"))
}

#[cfg(test)]
impl Loot {
    /// Of somebody who has everything. `e30` is an empty object; a signature is long.
    pub fn example() -> Self {
        Self {
            origin: "https://api.example".to_owned(),
            token: Some(format!("e30.e30.{}", "A".repeat(342))),
            ended: Some("e30.e30.ZW5kZWQ".to_owned()),
            cursor: Some("AAECAwQFBgcICQ".to_owned()),
            cookies: Some("a=b".to_owned()),
            keys: r#"{"keys":[]}"#.to_owned(),
        }
    }
}
