//! Somebody who is signed in, and stays so: an access token lives for some minutes, a load test for as long as it is told.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use reqwest::StatusCode;
use serde::Deserialize;

use crate::api::Request;
use crate::client::{PAGE_TIMEOUT, client};
use crate::credentials::{Credentials, Secret};
use crate::target::Target;
use browser::Browser;

mod browser;

/// A new access token is asked for after this share of the life of the old one.
const RENEW_AFTER: f64 = 2.0 / 3.0;
/// Between tries to get one; the old one is used meanwhile.
const RETRY_INTERVAL: Duration = Duration::from_secs(5);

/// Somebody who is signed in.
#[derive(Debug)]
pub struct Session {
    access: Mutex<Access>,
    /// Where its cookies are; nothing for a token that somebody had.
    browser: Option<tokio::sync::Mutex<Browser>>,
}

#[derive(Debug)]
struct Access {
    token: Secret,
    /// `None` when nothing is known of its end.
    renew_at: Option<Instant>,
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
    #[error("the API does not accept the access token (expired, or of another deployment)")]
    Token,
}

/// The answer of `POST /api/auth/refresh`.
#[derive(Deserialize)]
struct Refreshed {
    access_token: String,
    /// Seconds.
    expires_in: u64,
}

impl Session {
    /// # Errors
    /// The step that failed. Tokens and passwords are in no error.
    pub async fn open(target: &Target, credentials: &Credentials, origin: &str) -> Result<Arc<Self>, SessionError> {
        let (access, browser) = match credentials {
            Credentials::Token(token) => (Access { token: token.clone(), renew_at: None }, None),
            Credentials::Login { user, password } => {
                let mut browser = Browser::new(target, origin);
                browser.sign_in(user, password).await?;
                let access = Access::from(browser.refresh().await?);
                (access, Some(tokio::sync::Mutex::new(browser)))
            }
        };
        Ok(Arc::new(Self { access: Mutex::new(access), browser }))
    }

    /// Asks the API for something small, so that a load is never sent by somebody whom it does not know.
    ///
    /// # Errors
    /// When it does not answer, or does not accept the token. Whatever else it says is a finding of the test.
    pub async fn check(&self, target: &Target) -> Result<(), SessionError> {
        const STEP: &str = "GET /api/messages";
        let asked = client(PAGE_TIMEOUT).get(target.at(Request::Page.path())).bearer_auth(self.current().expose());
        let answer =
            asked.send().await.map_err(|error| SessionError::NoAnswer { step: STEP, error: error.without_url() })?;
        if answer.status() == StatusCode::UNAUTHORIZED { Err(SessionError::Token) } else { Ok(()) }
    }

    /// The token of the moment. When its end is near a new one is asked for, while nobody waits.
    pub fn access_token(self: &Arc<Self>) -> Secret {
        if self.is_due() {
            let session = self.clone();
            tokio::spawn(async move { session.renew().await });
        }
        self.current()
    }

    fn current(&self) -> Secret {
        self.access.lock().unwrap_or_else(PoisonError::into_inner).token.clone()
    }

    /// Whether it is time for a new one: told to one caller, and to another after a while.
    fn is_due(&self) -> bool {
        let mut access = self.access.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let due = access.renew_at.is_some_and(|at| at <= now);
        if due {
            access.renew_at = Some(now + RETRY_INTERVAL);
        }
        due
    }

    async fn renew(&self) {
        let Some(browser) = &self.browser else { return };
        if let Ok(refreshed) = browser.lock().await.refresh().await {
            *self.access.lock().unwrap_or_else(PoisonError::into_inner) = refreshed.into();
        }
    }
}

impl From<Refreshed> for Access {
    fn from(refreshed: Refreshed) -> Self {
        let life = Duration::from_secs(refreshed.expires_in).mul_f64(RENEW_AFTER);
        Self { token: refreshed.access_token.into(), renew_at: Instant::now().checked_add(life) }
    }
}
