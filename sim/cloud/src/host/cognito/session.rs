//! What a sign-in leaves behind, and the tokens that are made of it.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::RngExt;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::keys::SigningKey;
use super::pool::Pool;
use super::settings::User;
use crate::services::ids;

/// What a code stands for until it is exchanged.
#[derive(Clone, Debug)]
pub struct Code {
    pub client_id: String,
    pub redirect_uri: String,
    pub username: String,
    pub scope: String,
    pub nonce: Option<String>,
    /// S256 of the verifier (RFC 7636).
    pub challenge: Option<String>,
    pub auth_time: SystemTime,
}

/// One sign-in; all its tokens carry its id as `origin_jti`.
#[derive(Clone, Debug)]
pub struct Session {
    pub client_id: String,
    pub username: String,
    pub scope: String,
    pub nonce: Option<String>,
    pub auth_time: SystemTime,
}

/// Points to its session.
#[derive(Clone, Debug)]
pub struct RefreshToken {
    pub session: String,
}

/// The body of the token endpoint's success.
#[derive(Serialize)]
pub struct Tokens {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token: Option<String>,
    pub access_token: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    /// Seconds, of the access token.
    pub expires_in: u64,
    pub token_type: &'static str,
}

/// Claims of both tokens.
#[derive(Serialize)]
struct Shared<'a> {
    sub: &'a str,
    #[serde(rename = "cognito:groups", skip_serializing_if = "<[_]>::is_empty")]
    groups: &'a [&'a str],
    iss: &'a str,
    origin_jti: &'a str,
    event_id: &'a str,
    auth_time: u64,
    exp: u64,
    iat: u64,
    jti: String,
}

/// `amazon-cognito-user-pools-using-the-access-token`.
#[derive(Serialize)]
struct AccessClaims<'a> {
    #[serde(flatten)]
    shared: Shared<'a>,
    version: u8,
    client_id: &'a str,
    token_use: &'static str,
    scope: &'a str,
    username: &'a str,
}

/// `amazon-cognito-user-pools-using-the-id-token`.
#[derive(Serialize)]
struct IdClaims<'a> {
    #[serde(flatten)]
    shared: Shared<'a>,
    aud: &'a str,
    token_use: &'static str,
    #[serde(rename = "cognito:username")]
    username: &'a str,
    email: &'a str,
    email_verified: bool,
    at_hash: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'a str>,
}

impl Pool {
    /// Signs new tokens for a session; groups are those that the user has now. There is an ID token if the scope `openid`
    /// was asked for. `None` when client or user are gone.
    pub fn tokens(&mut self, id: &str, session: &Session, now: SystemTime) -> Option<Tokens> {
        let client = self.settings.clients.get(&session.client_id)?;
        let user = self.users.get(&session.username)?;
        let groups: Vec<_> = user.groups.iter().map(String::as_str).collect();
        let event_id = ids::uuid(&mut self.draws);
        let issuer = &self.settings.issuer;
        let mut shared = |validity| Shared {
            sub: &user.sub,
            groups: &groups,
            iss: issuer,
            origin_jti: id,
            event_id: &event_id,
            auth_time: seconds(session.auth_time),
            exp: seconds(now + validity),
            iat: seconds(now),
            jti: ids::uuid(&mut self.draws),
        };
        let access_token = sign_access(&self.keys.access_token, shared(client.access_token_validity), session);
        let wants_id = session.scope.split(' ').any(|scope| scope == "openid");
        let id_token = wants_id
            .then(|| sign_id(&self.keys.id_token, shared(client.id_token_validity), session, user, &access_token));
        let expires_in = client.access_token_validity.as_secs();
        if !self.active.contains(&session.username) {
            self.active.insert(session.username.clone());
        }
        Some(Tokens { id_token, access_token, refresh_token: None, expires_in, token_type: "Bearer" })
    }

    /// A refresh token: opaque, but as long as Cognito's (an encrypted JWT of five parts), since it has to fit into a cookie.
    pub fn draw_refresh_token(&mut self) -> String {
        let header = r#"{"cty":"JWT","enc":"A256GCM","alg":"RSA-OAEP"}"#;
        let parts = [256, 12, 1024, 16].map(|length| {
            let bytes: Vec<u8> = (0..length).map(|_| self.draws.random()).collect();
            URL_SAFE_NO_PAD.encode(bytes)
        });
        format!("{}.{}", URL_SAFE_NO_PAD.encode(header), parts.join("."))
    }
}

fn sign_access(key: &SigningKey, shared: Shared<'_>, session: &Session) -> String {
    let Session { client_id, username, scope, .. } = session;
    key.sign(&AccessClaims { shared, version: 2, client_id, token_use: "access", scope, username })
}

fn sign_id(key: &SigningKey, shared: Shared<'_>, session: &Session, user: &User, access_token: &str) -> String {
    key.sign(&IdClaims {
        shared,
        aud: &session.client_id,
        token_use: "id",
        username: &session.username,
        email: &user.email,
        email_verified: true,
        at_hash: access_token_hash(access_token),
        nonce: session.nonce.as_deref(),
    })
}

/// The left half of the SHA-256 (OpenID Connect Core §3.1.3.6).
fn access_token_hash(access_token: &str) -> String {
    URL_SAFE_NO_PAD.encode(&Sha256::digest(access_token)[..16])
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
