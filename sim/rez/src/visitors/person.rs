//! A person with a browser: a group, a password, cookies, and a token for as long as it is good.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::SystemTime;

use anyhow::{Context, anyhow};
use rez_cloud::Cloud;

use super::tokens::Token;
use crate::world::names::USER_POOL;

/// What somebody may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    Admin,
    User,
    Viewer,
    /// In none of them.
    Outsider,
}

impl Group {
    pub fn name(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::User => "user",
            Self::Viewer => "viewer",
            Self::Outsider => "outsider",
        }
    }

    /// Groups of the user pool.
    fn of_pool(self) -> Vec<&'static str> {
        if self == Self::Outsider { Vec::new() } else { vec![self.name()] }
    }

    pub fn may_read(self) -> bool {
        self != Self::Outsider
    }

    pub fn may_write(self) -> bool {
        matches!(self, Self::Admin | Self::User)
    }

    /// Whether the contract lets a member take this route with a good token.
    pub fn may(self, route: &str) -> bool {
        match route {
            "POST /api/messages/{id}/redrive" => self == Self::Admin,
            "POST /api/messages" | "DELETE /api/messages/{id}" => self.may_write(),
            _ => self.may_read() || !is_protected(route),
        }
    }
}

/// Whether a route wants a token.
pub fn is_protected(route: &str) -> bool {
    !route.is_empty() && !route.contains(" /api/auth/") && !route.contains(" /api/health")
}

pub struct Person {
    pub group: Group,
    pub username: String,
    /// What Cognito calls them, and `created_by` of what they write.
    pub sub: String,
    password: String,
    cloud: Arc<Cloud>,
    pub cookies: BTreeMap<String, String>,
    pub token: Option<Token>,
    /// The one before, when it had ended by itself.
    pub ended_token: Option<Token>,
    /// Of the last list without filters that had a further page.
    pub cursor: Option<String>,
    /// The message that was seen last.
    pub last_seen: Option<String>,
    /// How many messages were written; it numbers the idempotency keys.
    pub written: u64,
}

impl Person {
    /// # Errors
    /// When there is no user pool, or it has no such group.
    pub fn enrol(cloud: &Arc<Cloud>, group: Group, number: usize) -> anyhow::Result<Self> {
        let username = format!("{}-{number}", group.name());
        let password = format!("Correct-{username}-battery-9");
        let pool = cloud.user_pool(USER_POOL).context("the template has no user pool")?;
        let sub = pool
            .add_user(&username, &password, &group.of_pool())
            .map_err(|group| anyhow!("there is no group `{group}`"))?;
        Ok(Self {
            group,
            username,
            sub,
            password,
            cloud: cloud.clone(),
            cookies: BTreeMap::new(),
            token: None,
            ended_token: None,
            cursor: None,
            last_seen: None,
            written: 0,
        })
    }

    /// A token that is good at `now`, if there is one.
    pub fn token_at(&self, now: SystemTime) -> Option<&Token> {
        self.token.as_ref().filter(|token| token.good_until > now)
    }

    /// Forgets a token that has ended.
    pub fn put_away_token(&mut self, now: SystemTime) {
        if self.token_at(now).is_none()
            && let Some(token) = self.token.take()
        {
            self.ended_token = Some(token);
        }
    }

    /// Types the password into the login page that the application sent the browser to; where that sends it then.
    pub fn type_password(&self, login_url: &str) -> Option<String> {
        let pool = self.cloud.user_pool(USER_POOL)?;
        pool.sign_in(login_url, &self.username, &self.password).ok()
    }

    /// Takes what an answer sets; an empty value deletes.
    pub fn keep_cookie(&mut self, set_cookie: &str) {
        let pair = set_cookie.split(';').next().unwrap_or_default();
        let Some((name, value)) = pair.split_once('=') else { return };
        if value.is_empty() {
            self.cookies.remove(name);
        } else {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }

    pub fn cookie_header(&self) -> Option<String> {
        let pairs: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }
}
