//! What is configured: the pool, its app clients, and its users.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// A pool, as a template describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// `https://cognito-idp.REGION.amazonaws.com/POOL`: the `iss` of every token, and where the keys are.
    pub issuer: String,
    /// `https://DOMAIN.auth.REGION.amazoncognito.com`: managed login and the OAuth 2.0 endpoints.
    pub login_url: String,
    pub groups: BTreeSet<String>,
    /// By client id.
    pub clients: BTreeMap<String, Client>,
}

impl Settings {
    /// A pool without groups and clients, at the URLs that AWS gives it.
    pub fn new(region: &str, pool_id: &str, domain: &str) -> Self {
        Self {
            issuer: format!("https://cognito-idp.{region}.amazonaws.com/{pool_id}"),
            login_url: format!("https://{domain}.auth.{region}.amazoncognito.com"),
            groups: BTreeSet::new(),
            clients: BTreeMap::new(),
        }
    }
}

impl Settings {
    /// `REGION_ID`, the last part of the issuer.
    pub fn pool_id(&self) -> &str {
        self.issuer.rsplit('/').next().unwrap_or_default()
    }
}

/// An app client, for the authorization-code grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// A public client has none.
    pub secret: Option<String>,
    /// The only places to which a browser is sent with a code.
    pub callback_urls: BTreeSet<String>,
    pub scopes: BTreeSet<String>,
    /// 5 minutes to 1 day.
    pub access_token_validity: Duration,
    /// 5 minutes to 1 day.
    pub id_token_validity: Duration,
    /// 1 hour to 10 years.
    pub refresh_token_validity: Duration,
    /// With rotation every refresh gives a new refresh token, and the old one ends after this grace period of up to 60 s.
    pub refresh_rotation: Option<Duration>,
    pub token_revocation: bool,
}

impl Default for Client {
    /// AWS's defaults (`CreateUserPoolClient`).
    fn default() -> Self {
        Self {
            secret: None,
            callback_urls: BTreeSet::new(),
            scopes: BTreeSet::new(),
            access_token_validity: Duration::from_secs(60 * 60),
            id_token_validity: Duration::from_secs(60 * 60),
            refresh_token_validity: Duration::from_secs(30 * 24 * 60 * 60),
            refresh_rotation: None,
            token_revocation: true,
        }
    }
}

/// Somebody who can sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub username: String,
    pub password: String,
    /// A UUID that stays the same whatever else changes.
    pub sub: String,
    pub email: String,
    pub groups: BTreeSet<String>,
}
