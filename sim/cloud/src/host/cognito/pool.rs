//! The state of a pool, and which endpoint answers a request.

use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;

use bytes::Bytes;
use http::{Method, Request};

use crate::world::{Seed, Stream};

use super::answer::{Answer, method_not_allowed, not_modelled};
use super::expiring::Expiring;
use super::keys::KeyRing;
use super::session::{Code, RefreshToken, Session};
use super::settings::{Settings, User};
use super::{authorize, discovery, login, revoke, token};

pub struct Pool {
    pub settings: Settings,
    pub keys: KeyRing,
    pub users: BTreeMap<String, User>,
    /// Names of the users who were given tokens, ever: those that AWS bills.
    pub active: BTreeSet<String>,
    /// Codes that were not exchanged yet.
    pub codes: Expiring<Code>,
    /// Names of signed-in users by their cookie.
    pub logins: Expiring<String>,
    /// By `origin_jti`.
    pub sessions: Expiring<Session>,
    pub refresh_tokens: Expiring<RefreshToken>,
    pub draws: Stream,
}

impl Pool {
    pub fn new(settings: Settings, seed: Seed) -> Self {
        Self {
            keys: KeyRing::new(seed.stream(&format!("cognito keys {}", settings.issuer))),
            users: BTreeMap::new(),
            active: BTreeSet::new(),
            codes: Expiring::default(),
            logins: Expiring::default(),
            sessions: Expiring::default(),
            refresh_tokens: Expiring::default(),
            draws: seed.stream(&format!("cognito {}", settings.issuer)),
            settings,
        }
    }

    pub fn put_user(&mut self, user: User) -> Result<(), String> {
        match user.groups.difference(&self.settings.groups).next() {
            Some(unknown) => Err(unknown.clone()),
            None => {
                self.users.insert(user.username.clone(), user);
                Ok(())
            }
        }
    }

    pub fn handle(&mut self, request: &Request<Bytes>, now: SystemTime) -> Answer {
        let (method, path) = (request.method(), request.uri().path());
        match (method, path) {
            (&Method::GET, "/oauth2/authorize") => authorize::authorize(self, request, now),
            (&Method::GET, "/login") => login::form(self, request),
            (&Method::POST, "/login") => login::submit(self, request, now),
            (&Method::POST, "/oauth2/token") => token::exchange(self, request, now),
            (&Method::POST, "/oauth2/revoke") => revoke::revoke(self, request, now),
            (_, "/oauth2/authorize") => method_not_allowed("GET"),
            (_, "/login") => method_not_allowed("GET, POST"),
            (_, "/oauth2/token" | "/oauth2/revoke") => method_not_allowed("POST"),
            (&Method::GET, _) => discovery::document(self, path, now).unwrap_or_else(|| unknown(method, path)),
            _ => unknown(method, path),
        }
    }
}

fn unknown(method: &Method, path: &str) -> Answer {
    not_modelled(&format!("{method} {path} of Cognito"))
}
