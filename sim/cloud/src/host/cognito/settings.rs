//! What is configured: the pool, its app clients, and its users.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use rez_topology::{UserPool, UserPoolClient};

use crate::services::names;

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

/// What is not modelled of a user pool.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    #[error("it has no domain, and no other way to sign in is modelled")]
    NoDomain,
    #[error("client `{0}` has a secret, which no template can hand to a function")]
    Secret(String),
}

impl Settings {
    /// # Errors
    /// What is not modelled of the pool.
    pub fn of(pool: &UserPool) -> Result<Self, SettingsError> {
        let domain = pool.domain.as_ref().ok_or(SettingsError::NoDomain)?;
        let client = |(id, spec): (&String, &UserPoolClient)| match spec.secret {
            true => Err(SettingsError::Secret(id.clone())),
            false => Ok((spec.id.clone(), Client::of(spec))),
        };
        Ok(Self {
            issuer: pool.issuer.clone(),
            login_url: format!("https://{domain}.auth.{}.amazoncognito.com", names::REGION),
            groups: pool.groups.values().map(|group| group.name.clone()).collect(),
            clients: pool.clients.iter().map(client).collect::<Result<_, _>>()?,
        })
    }

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

impl Client {
    fn of(spec: &UserPoolClient) -> Self {
        Self {
            secret: None,
            callback_urls: spec.callbacks.iter().cloned().collect(),
            scopes: spec.scopes.iter().cloned().collect(),
            access_token_validity: spec.access_token_validity,
            id_token_validity: spec.id_token_validity,
            refresh_token_validity: spec.refresh_token_validity,
            refresh_rotation: spec.refresh_rotation,
            token_revocation: spec.token_revocation,
        }
    }
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
