//! The keys that this environment knows, and when it asks for newer ones.
//!
//! Anybody can send a token that names an unknown key, so asking is bounded: once in [`FETCH_INTERVAL_MIN`], whatever
//! comes. Keys are never given up for a failed fetch.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use rez_core::Environment;
use rez_core::clock::{Clock, Moment};
use rez_core::http::{Outbound, OutboundError, Request};

use crate::keys::{BadDocument, KeySet};

/// Between two fetches, whether or not the first one succeeded.
pub const FETCH_INTERVAL_MIN: Duration = Duration::from_secs(10);

/// Older keys are fetched anew even if they fit, so that a key which was withdrawn is forgotten.
pub const KEYS_AGE_MAX: Duration = Duration::from_secs(60 * 60);

/// Of one try. [`TRIES_MAX`] of them end well within the 10 s that the gateway gives an authorizer.
pub const TRY_TIMEOUT: Duration = Duration::from_secs(2);

pub const TRIES_MAX: u32 = 2;

pub struct KeyCache {
    server: Outbound,
    clock: Clock,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    keys: Arc<KeySet>,
    fetched: Option<Moment>,
    /// When the last fetch began. It is set before, so that a fetch which the deadline cut off counts.
    asked: Option<Moment>,
}

impl KeyCache {
    /// The keys of `issuer`, none of which is fetched before a token asks for it.
    pub fn new(issuer: &str, environment: &Environment) -> Self {
        let server = environment.outbound(issuer, TRY_TIMEOUT);
        Self { server, clock: environment.clock.clone(), state: Mutex::default() }
    }

    /// The keys to try first.
    pub async fn current(&self) -> Arc<KeySet> {
        let (keys, fetched) = {
            let state = self.state();
            (Arc::clone(&state.keys), state.fetched)
        };
        match fetched {
            Some(fetched) if self.clock.now().since(fetched) >= KEYS_AGE_MAX => self.newer().await.unwrap_or(keys),
            _ => keys,
        }
    }

    /// Keys fetched just now; `None` if it is too early to ask again, or there was no good answer.
    pub async fn newer(&self) -> Option<Arc<KeySet>> {
        if !self.may_ask() {
            return None;
        }
        // Boxed, because it is rare and by far the largest part of every invocation's future.
        match Box::pin(self.fetch()).await {
            Ok(keys) => {
                tracing::info!(keys = keys.len(), "keys fetched");
                let keys = Arc::new(keys);
                let mut state = self.state();
                state.keys = Arc::clone(&keys);
                state.fetched = Some(self.clock.now());
                Some(keys)
            }
            Err(error) => {
                tracing::warn!(%error, "keys could not be fetched");
                None
            }
        }
    }

    fn may_ask(&self) -> bool {
        let now = self.clock.now();
        let mut state = self.state();
        let may = state.asked.is_none_or(|asked| now.since(asked) >= FETCH_INTERVAL_MIN);
        if may {
            state.asked = Some(now);
        }
        may
    }

    /// Tries at once again: whoever waits for an answer has no time for a pause.
    async fn fetch(&self) -> Result<KeySet, FetchError> {
        let mut outcome = self.fetch_once().await;
        for _ in 1..TRIES_MAX {
            if outcome.is_ok() {
                break;
            }
            outcome = self.fetch_once().await;
        }
        outcome
    }

    async fn fetch_once(&self) -> Result<KeySet, FetchError> {
        let path = "/.well-known/jwks.json".to_owned();
        let request = Request { method: "GET", path, headers: Vec::new(), body: Default::default() };
        let answer = self.server.send(request).await?;
        match answer.status {
            200 => Ok(KeySet::parse(&answer.body)?),
            status => Err(FetchError::Status(status)),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nothing panics while it holds the keys")
    }
}

#[derive(Debug, thiserror::Error)]
enum FetchError {
    #[error(transparent)]
    Outbound(#[from] OutboundError),
    #[error("the key server answered {0}")]
    Status(u16),
    #[error(transparent)]
    Document(#[from] BadDocument),
}
