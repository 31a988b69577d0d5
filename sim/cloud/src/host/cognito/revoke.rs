//! `POST /oauth2/revoke`: ends a session (`revocation-endpoint`). Access tokens out there go on verifying by their signature
//! until they expire.

use std::time::SystemTime;

use bytes::Bytes;
use http::{Request, StatusCode};

use super::answer::{Answer, OAuthError, empty};
use super::form::Form;
use super::pool::Pool;
use super::session::RefreshToken;
use super::token::authenticate;

pub fn revoke(pool: &mut Pool, request: &Request<Bytes>, now: SystemTime) -> Answer {
    match end_session(pool, request, now) {
        Ok(()) => empty(StatusCode::OK),
        Err(error @ OAuthError::InvalidClient) => error.answer(StatusCode::UNAUTHORIZED),
        Err(error) => error.answer(StatusCode::BAD_REQUEST),
    }
}

/// A token that nobody knows is a success: it is worth nothing, as was asked for (RFC 7009 §2.2).
fn end_session(pool: &mut Pool, request: &Request<Bytes>, now: SystemTime) -> Result<(), OAuthError> {
    let form = Form::of_body(request).map_err(|_| OAuthError::InvalidRequest)?;
    let client_id = authenticate(request, &form, &pool.settings)?;
    let token = form.get("token").ok_or(OAuthError::InvalidRequest)?;
    if !pool.settings.clients.get(&client_id).is_some_and(|client| client.token_revocation) {
        return Err(OAuthError::InvalidRequest);
    }
    if is_signed_token(token) {
        return Err(OAuthError::UnsupportedTokenType);
    }
    let Some(RefreshToken { session: id }) = pool.refresh_tokens.get(token, now).cloned() else { return Ok(()) };
    match pool.sessions.get(&id, now) {
        Some(session) if session.client_id != client_id => Err(OAuthError::InvalidRequest),
        _ => {
            pool.sessions.take_live(&id, now);
            pool.refresh_tokens.take_live(token, now);
            Ok(())
        }
    }
}

/// Access and ID tokens have three parts; refresh tokens have five.
fn is_signed_token(token: &str) -> bool {
    token.split('.').count() == 3
}
