//! A user pool of Amazon Cognito, as far as OAuth 2.0 sees it: managed login with a password, the token and revocation
//! endpoints, and the documents about its keys (`cognito-userpools-server-contract-reference`). Everything in it follows
//! the world's clock and the seed.
//!
//! Not modelled: the JSON API (`AdminCreateUser` and its like), other identity providers, the implicit grant,
//! `client_credentials`, `userInfo` and `/logout`. A request for one of these is answered 501 with its name.
//! Nor are quotas: AWS answers 429 where a pool is asked for more than some 120 to 150 tokens a second; here it answers
//! however many there are.

mod answer;
mod authorize;
mod discovery;
mod expiring;
mod form;
mod keys;
mod login;
mod pool;
mod revoke;
mod server;
mod session;
mod settings;
mod sign_in;
#[cfg(test)]
mod tests;
mod token;

use std::sync::Mutex;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};

use crate::services::ids;
use crate::world::{Clock, Seed};

use pool::Pool;
pub use settings::{Client, Settings, SettingsError, User};
pub use sign_in::SignInError;

/// One user pool, with its managed login and its key server.
pub struct Cognito {
    clock: Clock,
    pool: Mutex<Pool>,
}

impl Cognito {
    pub fn new(settings: Settings, seed: Seed, clock: Clock) -> Self {
        Self { clock, pool: Mutex::new(Pool::new(settings, seed)) }
    }

    /// Answers one request to any of the pool's hosts. Their paths differ, so the path alone decides.
    pub fn handle(&self, request: &Request<Bytes>) -> Response<Bytes> {
        self.with(|pool| pool.handle(request, self.clock.now()))
    }

    /// `REGION_ID`.
    pub fn id(&self) -> String {
        self.with(|pool| pool.settings.pool_id().to_owned())
    }

    /// Host and beginning of the path at which the pool is to be reached: of its issuer, which is one host for all pools
    /// of a Region, and of its managed login.
    pub fn places(&self) -> [(String, String); 2] {
        self.with(|pool| {
            let issuer = &pool.settings.issuer;
            let documents = (authority(issuer).to_owned(), format!("/{}/", pool.settings.pool_id()));
            [documents, (authority(&pool.settings.login_url).to_owned(), String::new())]
        })
    }

    /// Adds a user with a `sub` and an e-mail address of his own, and answers with the `sub`.
    ///
    /// # Errors
    /// The name of a group that the pool does not have.
    pub fn add_user(&self, username: &str, password: &str, groups: &[&str]) -> Result<String, String> {
        self.with(|pool| {
            let sub = ids::uuid(&mut pool.draws);
            let (username, password, sub) = (username.to_owned(), password.to_owned(), sub);
            let email = format!("{username}@example.com");
            let groups = groups.iter().map(|group| (*group).to_owned()).collect();
            pool.put_user(User { username, password, sub: sub.clone(), email, groups })?;
            Ok(sub)
        })
    }

    /// How many users were given tokens so far.
    pub fn active_users(&self) -> usize {
        self.with(|pool| pool.active.len())
    }

    /// Adds a user, or replaces the one of that name. Tokens that were issued stay as they are; new ones show the change.
    ///
    /// # Errors
    /// The name of a group that the pool does not have.
    pub fn put_user(&self, user: User) -> Result<(), String> {
        self.with(|pool| pool.put_user(user))
    }

    /// Signs with new keys from now on. The old ones stay published for `overlap`: Cognito's longest token lives a day;
    /// zero withdraws them at once.
    pub fn rotate_keys(&self, overlap: Duration) {
        self.with(|pool| pool.keys.rotate(self.clock.now(), overlap));
    }

    /// Does what a person does in front of the login page: goes to `authorize_url`, types the name and the password, and
    /// follows the redirects. Returns the URL of the application's callback, with the code in it.
    ///
    /// # Errors
    /// What the person would see instead.
    pub fn sign_in(&self, authorize_url: &str, username: &str, password: &str) -> Result<String, SignInError> {
        sign_in::sign_in(|request| self.handle(request), authorize_url, username, password)
    }

    fn with<T>(&self, act: impl FnOnce(&mut Pool) -> T) -> T {
        act(&mut self.pool.lock().expect("no request panicked"))
    }
}

/// Host, and port if there is one, of a URL.
fn authority(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?']).next().unwrap_or_default()
}
