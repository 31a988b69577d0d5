//! The identity provider: Cognito's OAuth 2.0 endpoints, called as a public client with PKCE.
//!
//! Nothing is retried here. A code can be used once, and so can a rotated refresh token: after a lost answer a second try
//! would be refused where the user only needs to wait.

use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use rez_core::Environment;
use rez_core::http::{Answer, Outbound, OutboundError, Request};
use serde::Deserialize;

use super::attempt::Attempt;
use crate::config::SignInConfig;
use crate::error::{ApiError, ErrorCode};

/// Well below the gateway's 30 s; Cognito's p99 is about 0.25 s.
const TIMEOUT: Duration = Duration::from_secs(5);

/// RFC 3986 §2.3: what a URL carries as it is.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What the token endpoint hands out.
#[derive(Clone, Deserialize)]
pub struct Tokens {
    pub access_token: String,
    /// With a code always; with a refresh token only where the provider rotates them.
    pub refresh_token: Option<String>,
    /// Seconds.
    pub expires_in: u32,
}

/// Why there are no tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The code or the refresh token is used, expired, revoked, or not for this client.
    NotValid,
    /// The provider does not answer, or not as it should. The text is for the log.
    Unavailable(String),
}

impl Refusal {
    /// What the caller is told when `not_valid` is the code of a token that does not hold.
    pub fn into_error(self, not_valid: ErrorCode) -> ApiError {
        match self {
            Self::NotValid => not_valid.into(),
            Self::Unavailable(cause) => ApiError::caused(ErrorCode::IdentityUnavailable, cause),
        }
    }
}

#[derive(Debug)]
pub struct Identity {
    config: SignInConfig,
    server: Outbound,
}

impl Identity {
    pub fn new(config: SignInConfig, environment: &Environment) -> Self {
        let server = environment.outbound(&config.domain, TIMEOUT);
        Self { config, server }
    }

    /// Where to send the browser. Without `scope` it is all that the client may ask for.
    pub fn authorization_url(&self, attempt: &Attempt) -> String {
        let query = form(&[
            ("response_type", "code"),
            ("client_id", &self.config.client_id),
            ("redirect_uri", &self.config.redirect_url),
            ("state", &attempt.state),
            ("code_challenge", &attempt.challenge()),
            ("code_challenge_method", "S256"),
        ]);
        format!("{}/oauth2/authorize?{query}", self.config.domain)
    }

    /// # Errors
    /// See [`Refusal`].
    pub async fn exchange(&self, code: &str, attempt: &Attempt) -> Result<Tokens, Refusal> {
        let fields = [
            ("grant_type", "authorization_code"),
            ("client_id", &self.config.client_id),
            ("redirect_uri", &self.config.redirect_url),
            ("code", code),
            ("code_verifier", &attempt.verifier),
        ];
        tokens(self.post("/oauth2/token", &fields).await)
    }

    /// # Errors
    /// See [`Refusal`].
    pub async fn refresh(&self, refresh_token: &str) -> Result<Tokens, Refusal> {
        let fields = [
            ("grant_type", "refresh_token"),
            ("client_id", self.config.client_id.as_str()),
            ("refresh_token", refresh_token),
        ];
        tokens(self.post("/oauth2/token", &fields).await)
    }

    /// Revokes a refresh token; one that is unknown or already revoked is as good.
    ///
    /// # Errors
    /// [`Refusal::Unavailable`].
    pub async fn revoke(&self, refresh_token: &str) -> Result<(), Refusal> {
        let fields = [("token", refresh_token), ("client_id", self.config.client_id.as_str())];
        revoked(self.post("/oauth2/revoke", &fields).await)
    }

    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Result<Answer, OutboundError> {
        let headers = vec![("content-type", "application/x-www-form-urlencoded".to_owned())];
        let body = form(fields).into_bytes().into();
        self.server.send(Request { method: "POST", path: path.to_owned(), headers, body }).await
    }
}

/// The error body of RFC 6749 §5.2.
#[derive(Deserialize)]
struct OAuthError {
    error: String,
}

fn tokens(answer: Result<Answer, OutboundError>) -> Result<Tokens, Refusal> {
    let answer = answer.map_err(|error| Refusal::Unavailable(error.to_string()))?;
    match answer.status {
        200 => match serde_json::from_slice::<Tokens>(&answer.body) {
            Ok(tokens) if !tokens.access_token.is_empty() && tokens.expires_in > 0 => Ok(tokens),
            _ => Err(Refusal::Unavailable("the token endpoint answered 200 without tokens".to_owned())),
        },
        400 if oauth_error(&answer) == "invalid_grant" => Err(Refusal::NotValid),
        _ => Err(unexpected(&answer)),
    }
}

fn revoked(answer: Result<Answer, OutboundError>) -> Result<(), Refusal> {
    let answer = answer.map_err(|error| Refusal::Unavailable(error.to_string()))?;
    match answer.status {
        200 => Ok(()),
        // No refresh token at all: there is nothing that could be used any more.
        400 if oauth_error(&answer) == "unsupported_token_type" => Ok(()),
        _ => Err(unexpected(&answer)),
    }
}

/// Everything else is either their trouble or our configuration; both are ours to mend, not the user's.
fn unexpected(answer: &Answer) -> Refusal {
    Refusal::Unavailable(format!("the identity provider answered {} `{}`", answer.status, oauth_error(answer)))
}

/// The provider's error code, reduced to what such a code can be: a body may hold anything.
fn oauth_error(answer: &Answer) -> String {
    let error = serde_json::from_slice::<OAuthError>(&answer.body).map(|body| body.error).unwrap_or_default();
    error.chars().filter(|character| character.is_ascii_lowercase() || *character == '_').take(40).collect()
}

fn form(fields: &[(&str, &str)]) -> String {
    let pairs: Vec<_> =
        fields.iter().map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, RESERVED))).collect();
    pairs.join("&")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn answer(status: u16, body: &str) -> Result<Answer, OutboundError> {
        Ok(Answer { status, retry_after: None, body: body.to_owned().into() })
    }

    fn outcome(answer: Result<Answer, OutboundError>) -> Result<String, &'static str> {
        tokens(answer).map(|tokens| tokens.access_token).map_err(|refusal| match refusal {
            Refusal::NotValid => "not valid",
            Refusal::Unavailable(_) => "unavailable",
        })
    }

    #[test]
    fn only_an_invalid_grant_is_the_users_matter() {
        let good = r#"{"access_token":"a","token_type":"Bearer","expires_in":3600,"id_token":"i"}"#;
        let cases = [
            (answer(200, good), Ok("a".to_owned())),
            (answer(200, "{}"), Err("unavailable")),
            (answer(200, r#"{"access_token":"","expires_in":3600}"#), Err("unavailable")),
            (answer(200, "\u{0}"), Err("unavailable")),
            (answer(400, r#"{"error":"invalid_grant"}"#), Err("not valid")),
            (answer(400, r#"{"error":"invalid_client"}"#), Err("unavailable")),
            (answer(400, "<html>"), Err("unavailable")),
            (answer(401, r#"{"error":"invalid_grant"}"#), Err("unavailable")),
            (answer(429, ""), Err("unavailable")),
            (answer(500, ""), Err("unavailable")),
            (Err(OutboundError::Timeout), Err("unavailable")),
        ];
        for (answer, expected) in cases {
            assert_eq!(outcome(answer.clone()), expected, "{answer:?}");
        }
    }

    #[test]
    fn what_cannot_be_used_any_more_counts_as_revoked() {
        assert_eq!(revoked(answer(200, "")), Ok(()));
        assert_eq!(revoked(answer(400, r#"{"error":"unsupported_token_type"}"#)), Ok(()));
        assert!(revoked(answer(400, r#"{"error":"invalid_request"}"#)).is_err());
        assert!(revoked(Err(OutboundError::Connection)).is_err());
    }

    #[test]
    fn a_form_is_encoded() {
        assert_eq!(form(&[("a", "x y&z=ä"), ("b", "-._~")]), "a=x%20y%26z%3D%C3%A4&b=-._~");
    }

    proptest! {
        #[test]
        fn any_answer_is_tokens_or_a_refusal(status in 100_u16..600, body in proptest::collection::vec(any::<u8>(), 0..200)) {
            let answer = Ok(Answer { status, retry_after: None, body: body.into() });
            let _ = tokens(answer.clone());
            let _ = revoked(answer);
        }
    }
}
