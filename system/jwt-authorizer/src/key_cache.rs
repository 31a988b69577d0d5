//! The keys that this environment knows, and when it asks for newer ones.
//!
//! Anybody can send a token that names an unknown key, so asking is bounded: while the key server answers, once in
//! [`FETCH_INTERVAL_MIN`], whatever comes. A denial is remembered by the gateway for a minute, so a server that fails is
//! asked again within the question, and soon by the next one. Keys are never given up for a failed fetch.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use rez_core::Environment;
use rez_core::clock::Moment;
use rez_core::http::{Outbound, OutboundError, Request};
use rez_core::retry::Backoff;

use crate::keys::{BadDocument, KeySet};

/// Between the beginnings of two fetches, of which the first one succeeded.
pub const FETCH_INTERVAL_MIN: Duration = Duration::from_secs(10);

/// After the first fetch that failed. It doubles for each one after, up to [`FETCH_INTERVAL_MIN`].
pub const FAILED_FETCH_PAUSE: Duration = Duration::from_secs(1);

/// Older keys are fetched anew even if they fit, so that a key which was withdrawn is forgotten.
pub const KEYS_AGE_MAX: Duration = Duration::from_secs(60 * 60);

/// Of one try.
pub const TRY_TIMEOUT: Duration = Duration::from_secs(2);

/// In one fetch no try starts that cannot end by then: half of the 10 s that the gateway gives an authorizer.
pub const FETCH_TIME_MAX: Duration = Duration::from_secs(5);

pub const TRIES_MAX: u32 = 4;

/// Between the tries of one fetch: somebody waits for the answer.
const BETWEEN_TRIES: Backoff =
    Backoff { first: Duration::from_millis(250), longest: Duration::from_secs(1), retries_max: TRIES_MAX - 1 };

/// The same where there are keys that fit as a rule: one lost answer is made up for, and nobody waits for more.
const BETWEEN_TRIES_IN_PASSING: Backoff = Backoff { first: Duration::ZERO, longest: Duration::ZERO, retries_max: 1 };

/// Between the end of a fetch that failed, and the next one. It is met by chance, so it needs no jitter.
const AFTER_FAILURES: Backoff =
    Backoff { first: FAILED_FETCH_PAUSE, longest: FETCH_INTERVAL_MIN, retries_max: u32::MAX };

pub struct KeyCache {
    server: Outbound,
    environment: Environment,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    keys: Arc<KeySet>,
    fetched: Option<Moment>,
    /// When the last fetch began; if it failed, when it ended. It is set before, so that a fetch which the deadline cut off
    /// counts.
    asked: Option<Moment>,
    /// Consecutive fetches that failed.
    failures: u32,
}

impl State {
    /// How long after [`State::asked`] the next fetch may begin.
    fn pause(&self) -> Duration {
        let after_failure = self.failures.checked_sub(1).and_then(|retry| AFTER_FAILURES.wait(retry, 1.0));
        after_failure.unwrap_or(FETCH_INTERVAL_MIN)
    }
}

impl KeyCache {
    /// The keys of `issuer`, none of which is fetched before a token asks for it.
    pub fn new(issuer: &str, environment: &Environment) -> Self {
        let server = environment.outbound(issuer, TRY_TIMEOUT);
        Self { server, environment: environment.clone(), state: Mutex::default() }
    }

    /// The keys to try first. Old ones fit as a rule, so a server that fails is spared for the whole interval: nobody
    /// should wait for it again and again.
    pub async fn current(&self) -> Arc<KeySet> {
        let (keys, fetched) = {
            let state = self.state();
            (Arc::clone(&state.keys), state.fetched)
        };
        match fetched {
            Some(fetched) if self.now().since(fetched) >= KEYS_AGE_MAX => {
                self.fetched_after(FETCH_INTERVAL_MIN, BETWEEN_TRIES_IN_PASSING).await.unwrap_or(keys)
            }
            _ => keys,
        }
    }

    /// Keys fetched just now; `None` if it is too early to ask again, or there was no good answer.
    pub async fn newer(&self) -> Option<Arc<KeySet>> {
        let pause = self.state().pause();
        self.fetched_after(pause, BETWEEN_TRIES).await
    }

    async fn fetched_after(&self, pause: Duration, between_tries: Backoff) -> Option<Arc<KeySet>> {
        if !self.may_ask(pause) {
            return None;
        }
        // Boxed, because it is rare and by far the largest part of every invocation's future.
        let fetched = Box::pin(self.fetch(between_tries)).await;
        let now = self.now();
        let mut state = self.state();
        match fetched {
            Ok(keys) => {
                tracing::info!(keys = keys.len(), "keys fetched");
                state.keys = Arc::new(keys);
                state.fetched = Some(now);
                state.failures = 0;
                Some(Arc::clone(&state.keys))
            }
            Err(error) => {
                tracing::warn!(%error, failures = state.failures, "keys could not be fetched");
                state.asked = Some(now);
                None
            }
        }
    }

    /// Whether a fetch may begin now. It is taken for a failed one until it has succeeded.
    fn may_ask(&self, pause: Duration) -> bool {
        let now = self.now();
        let mut state = self.state();
        let may = state.asked.is_none_or(|asked| now.since(asked) >= pause);
        if may {
            state.asked = Some(now);
            state.failures = state.failures.saturating_add(1);
        }
        may
    }

    async fn fetch(&self, between_tries: Backoff) -> Result<KeySet, FetchError> {
        let last_begin = self.now() + (FETCH_TIME_MAX - TRY_TIMEOUT);
        let mut retry = 0;
        loop {
            let outcome = self.fetch_once().await;
            let wait = between_tries.wait(retry, self.environment.entropy.fraction());
            match (outcome, wait) {
                (Err(error), Some(wait)) if self.now() + wait <= last_begin => {
                    tracing::info!(%error, "keys are asked for again");
                    self.environment.sleep(wait).await;
                }
                (outcome, _) => return outcome,
            }
            retry += 1;
        }
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

    fn now(&self) -> Moment {
        self.environment.clock.now()
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
