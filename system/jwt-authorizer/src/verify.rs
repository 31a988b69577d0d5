//! May this token pass? A pure function of the token, the keys, what is expected, and the time.

use std::time::Duration;

use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::{Algorithm, Header, Validation};
use rez_core::clock::Moment;
use serde::Deserialize;

use crate::keys::KeySet;

/// Longer ones are refused unread. API Gateway takes 10,240 bytes of request line and headers in all (`http-api-quotas`).
pub const TOKEN_BYTES_MAX: usize = 10_240;

/// How far the clocks of Cognito and of Lambda may lie apart. Both follow Amazon's time service, so it is small.
pub const CLOCK_SKEW_MAX: Duration = Duration::from_secs(5);

/// Whose tokens, for whom.
pub struct Expectations {
    issuer: String,
    client_id: String,
    scope: String,
    signature_only: Validation,
}

impl Expectations {
    pub fn new(issuer: &str, client_id: &str, scope: &str) -> Self {
        let mut signature_only = Validation::new(Algorithm::RS256);
        // `jsonwebtoken` would read the machine's clock for these two, and lets a malformed `aud` pass: the claims are
        // checked here, by the clock that is given.
        signature_only.validate_exp = false;
        signature_only.validate_nbf = false;
        signature_only.validate_aud = false;
        signature_only.required_spec_claims.clear();
        let [issuer, client_id, scope] = [issuer, client_id, scope].map(str::to_owned);
        Self { issuer, client_id, scope, signature_only }
    }
}

/// What a good access token says of its bearer (`amazon-cognito-user-pools-using-the-access-token`). A claim that
/// stands twice makes a token malformed: two readers could disagree about which one counts.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct Claims {
    pub sub: String,
    pub username: String,
    #[serde(default)]
    pub scope: String,
    #[serde(default, rename = "cognito:groups")]
    pub groups: Vec<String>,
    iss: String,
    /// Absent unless the token is bound to a resource.
    aud: Option<String>,
    client_id: String,
    token_use: String,
    exp: u64,
    nbf: Option<u64>,
    iat: Option<u64>,
}

/// Why a token does not pass. For the log: the caller learns nothing but 403.
#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
pub enum Denied {
    #[error("no bearer token")]
    NoToken,
    #[error("too long")]
    TooLong,
    #[error("malformed")]
    Malformed,
    #[error("header brings its own key, address or extension")]
    ForeignHeader,
    #[error("algorithm is not RS256")]
    Algorithm,
    #[error("unknown key")]
    UnknownKey,
    #[error("bad signature")]
    Signature,
    #[error("wrong issuer")]
    Issuer,
    #[error("wrong audience")]
    Audience,
    #[error("no access token")]
    Use,
    #[error("wrong client")]
    Client,
    #[error("wrong scope")]
    Scope,
    #[error("expired")]
    Expired,
    #[error("not yet valid")]
    NotYetValid,
}

/// Checks everything, cheapest first; claims are not looked at before the signature is good.
///
/// # Errors
/// [`Denied::UnknownKey`] may pass with newer keys; nothing else will.
pub fn verify(token: &[u8], keys: &KeySet, expected: &Expectations, now: Moment) -> Result<Claims, Denied> {
    if token.len() > TOKEN_BYTES_MAX {
        return Err(Denied::TooLong);
    }
    let header = jsonwebtoken::decode_header(token).map_err(|_| Denied::Malformed)?;
    let key_id = key_id(&header)?;
    let key = keys.get(key_id).ok_or(Denied::UnknownKey)?;
    let claims: Claims = jsonwebtoken::decode(token, key, &expected.signature_only).map_err(denied)?.claims;
    check_claims(&claims, expected)?;
    check_time(&claims, now)?;
    Ok(claims)
}

/// The key that the header names, if the header says nothing that could make a verifier take another key.
fn key_id(header: &Header) -> Result<&str, Denied> {
    if header.alg != Algorithm::RS256 {
        return Err(Denied::Algorithm);
    }
    let plain = header.jwk.is_none()
        && header.jku.is_none()
        && header.x5u.is_none()
        && header.x5c.is_none()
        && header.crit.is_none();
    if !plain {
        return Err(Denied::ForeignHeader);
    }
    header.kid.as_deref().ok_or(Denied::Malformed)
}

fn check_claims(claims: &Claims, expected: &Expectations) -> Result<(), Denied> {
    if claims.iss != expected.issuer {
        return Err(Denied::Issuer);
    }
    if claims.aud.as_ref().is_some_and(|audience| *audience != expected.client_id) {
        return Err(Denied::Audience);
    }
    if claims.token_use != "access" {
        return Err(Denied::Use);
    }
    if claims.client_id != expected.client_id {
        return Err(Denied::Client);
    }
    if !claims.scope.split(' ').any(|scope| scope == expected.scope) {
        return Err(Denied::Scope);
    }
    // Groups travel on joined by spaces, where such a one would read as two. Cognito allows no spaces in a name.
    if claims.groups.iter().any(|group| group.is_empty() || group.contains(char::is_whitespace)) {
        return Err(Denied::Malformed);
    }
    Ok(())
}

fn check_time(claims: &Claims, now: Moment) -> Result<(), Denied> {
    let now = u64::try_from(now.epoch_seconds()).unwrap_or(0);
    let skew = CLOCK_SKEW_MAX.as_secs();
    if now >= claims.exp.saturating_add(skew) {
        return Err(Denied::Expired);
    }
    let begins = claims.nbf.max(claims.iat).unwrap_or(0);
    if begins > now.saturating_add(skew) { Err(Denied::NotYetValid) } else { Ok(()) }
}

fn denied(error: Error) -> Denied {
    match error.kind() {
        ErrorKind::InvalidSignature => Denied::Signature,
        ErrorKind::InvalidAlgorithm => Denied::Algorithm,
        _ => Denied::Malformed,
    }
}
