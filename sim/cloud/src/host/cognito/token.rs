//! `POST /oauth2/token`: a code or a refresh token against new tokens (`token-endpoint`).

use std::time::SystemTime;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{Request, StatusCode};
use sha2::{Digest, Sha256};

use super::answer::{Answer, OAuthError, private_json};
use super::form::Form;
use super::pool::Pool;
use super::session::{Code, RefreshToken, Session, Tokens};
use super::settings::Settings;
use crate::services::ids;

pub fn exchange(pool: &mut Pool, request: &Request<Bytes>, now: SystemTime) -> Answer {
    match tokens(pool, request, now) {
        Ok(tokens) => private_json(StatusCode::OK, &tokens),
        Err(error) => error.answer(StatusCode::BAD_REQUEST),
    }
}

fn tokens(pool: &mut Pool, request: &Request<Bytes>, now: SystemTime) -> Result<Tokens, OAuthError> {
    let form = Form::of_body(request).map_err(|_| OAuthError::InvalidRequest)?;
    let client_id = authenticate(request, &form, &pool.settings)?;
    match form.get("grant_type").ok_or(OAuthError::InvalidRequest)? {
        "authorization_code" => by_code(pool, &form, &client_id, now),
        "refresh_token" => by_refresh_token(pool, &form, &client_id, now),
        // No client of this pool is allowed to act for itself.
        "client_credentials" => Err(OAuthError::UnauthorizedClient),
        _ => Err(OAuthError::UnsupportedGrantType),
    }
}

/// Who asks: by `Authorization: Basic` or in the body. A client with a secret must show it; one without has none to show.
pub fn authenticate(request: &Request<Bytes>, form: &Form, settings: &Settings) -> Result<String, OAuthError> {
    let header = request.headers().get(AUTHORIZATION).map(|value| basic(value.as_bytes()));
    let (id, secret) = match header {
        Some(credentials) => credentials.ok_or(OAuthError::InvalidClient)?,
        None => (
            form.get("client_id").ok_or(OAuthError::InvalidRequest)?.to_owned(),
            form.get("client_secret").map(str::to_owned),
        ),
    };
    let client = settings.clients.get(&id).ok_or(OAuthError::InvalidClient)?;
    let same_in_body = form.get("client_id").is_none_or(|other| other == id);
    if same_in_body && client.secret == secret { Ok(id) } else { Err(OAuthError::InvalidClient) }
}

fn basic(header: &[u8]) -> Option<(String, Option<String>)> {
    let credentials = STANDARD.decode(header.strip_prefix(b"Basic ")?).ok()?;
    let (id, secret) = std::str::from_utf8(&credentials).ok()?.split_once(':')?;
    Some((id.to_owned(), Some(secret.to_owned())))
}

fn by_code(pool: &mut Pool, form: &Form, client_id: &str, now: SystemTime) -> Result<Tokens, OAuthError> {
    let id = form.get("code").ok_or(OAuthError::InvalidRequest)?;
    let redirect_uri = form.get("redirect_uri").ok_or(OAuthError::InvalidRequest)?;
    // Whoever shows it uses it up, so that a verifier cannot be guessed at.
    let code = pool.codes.take_live(id, now).ok_or(OAuthError::InvalidGrant)?;
    let fits = code.client_id == client_id && code.redirect_uri == redirect_uri;
    if !fits || !proves_possession(&code, form.get("code_verifier")) {
        return Err(OAuthError::InvalidGrant);
    }
    begin_session(pool, code, now).ok_or(OAuthError::InvalidGrant)
}

/// PKCE (RFC 7636 §4.6). A verifier where no challenge was is refused too: somebody stripped the challenge.
fn proves_possession(code: &Code, verifier: Option<&str>) -> bool {
    code.challenge == verifier.map(|verifier| URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)))
}

fn begin_session(pool: &mut Pool, code: Code, now: SystemTime) -> Option<Tokens> {
    let id = ids::uuid(&mut pool.draws);
    let Code { client_id, username, scope, nonce, auth_time, .. } = code;
    let end = now + pool.settings.clients.get(&client_id)?.refresh_token_validity;
    let session = Session { client_id, username, scope, nonce, auth_time };
    let tokens = pool.tokens(&id, &session, now)?;
    pool.sessions.put(id.clone(), session, end, now);
    let refresh_token = Some(issue_refresh_token(pool, id, end, now));
    Some(Tokens { refresh_token, ..tokens })
}

fn by_refresh_token(pool: &mut Pool, form: &Form, client_id: &str, now: SystemTime) -> Result<Tokens, OAuthError> {
    let presented = form.get("refresh_token").ok_or(OAuthError::InvalidRequest)?;
    let RefreshToken { session: id } = pool.refresh_tokens.get(presented, now).ok_or(OAuthError::InvalidGrant)?.clone();
    let session = pool.sessions.get(&id, now).ok_or(OAuthError::InvalidGrant)?.clone();
    if session.client_id != client_id {
        return Err(OAuthError::InvalidGrant);
    }
    let tokens = pool.tokens(&id, &session, now).ok_or(OAuthError::InvalidGrant)?;
    Ok(Tokens { refresh_token: rotate(pool, presented, id, client_id, now), ..tokens })
}

/// With rotation, a successor that ends when the first refresh token of the session would have.
fn rotate(pool: &mut Pool, old: &str, session: String, client_id: &str, now: SystemTime) -> Option<String> {
    let grace = pool.settings.clients.get(client_id)?.refresh_rotation?;
    let end = pool.sessions.end(&session)?;
    pool.refresh_tokens.shorten(old, now + grace);
    Some(issue_refresh_token(pool, session, end, now))
}

fn issue_refresh_token(pool: &mut Pool, session: String, end: SystemTime, now: SystemTime) -> String {
    let token = pool.draw_refresh_token();
    pool.refresh_tokens.put(token.clone(), RefreshToken { session }, end, now);
    token
}
