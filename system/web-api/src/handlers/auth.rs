//! `/api/auth/…`: signing in, keeping the session, and signing out.

use http::StatusCode;
use serde::Serialize;

use crate::answer::Answer;
use crate::call::Call;
use crate::decode::callback_query;
use crate::deps::Deps;
use crate::error::{ApiError, ErrorCode};
use crate::health::Dependency;
use crate::sign_in::attempt::{AGE_MAX, Attempt};
use crate::sign_in::identity::{Refusal, Tokens};
use crate::sign_in::{cookies, csrf};

#[derive(Serialize)]
struct SignInStart {
    authorization_url: String,
    /// Seconds.
    expires_in: u64,
}

#[derive(Serialize)]
struct AccessToken {
    access_token: String,
    token_type: &'static str,
    /// Seconds.
    expires_in: u32,
}

/// `POST /api/auth/login`
pub async fn login(deps: &Deps, call: &Call) -> Result<Answer, ApiError> {
    call.demand_nothing_more()?;
    let seal = deps.seal().await?;
    let attempt = Attempt::begin(&seal, &deps.unique(call), deps.now_ms());
    let cookie = cookies::start_sign_in(&attempt.to_cookie(&seal), AGE_MAX)
        .ok_or_else(|| ApiError::caused(ErrorCode::InternalError, "a sealed attempt is no cookie"))?;
    let authorization_url = deps.identity.authorization_url(&attempt);
    let answer = Answer::ok(&SignInStart { authorization_url, expires_in: AGE_MAX.as_secs() })?;
    Ok(answer.with_cookie(cookie))
}

/// `GET /api/auth/callback`
pub async fn callback(deps: &Deps, call: &Call) -> Result<Answer, ApiError> {
    let query = callback_query::decode(call.query())?;
    call.demand_no_body()?;
    let seal = deps.seal().await?;
    let cookie = cookies::read(call.headers(), cookies::SIGN_IN).unwrap_or_default();
    let attempt = Attempt::resume(&seal, cookie, &query.state, deps.now_ms()).ok_or(ErrorCode::SignInExpired)?;
    let code = query.code.ok_or_else(|| refused_sign_in(Refusal::NotValid))?;
    let tokens = learned(deps, deps.identity.exchange(&code, &attempt).await).map_err(refused_sign_in)?;
    let refresh = kept(&tokens)?.ok_or_else(|| ApiError::caused(ErrorCode::IdentityUnavailable, "no refresh token"))?;
    let answer = Answer::see_other(&deps.config.application_url);
    Ok(answer.with_cookie(refresh).with_cookie(cookies::end_sign_in()))
}

/// `POST /api/auth/refresh`
pub async fn refresh(deps: &Deps, call: &Call) -> Result<Answer, ApiError> {
    csrf::check(call.headers(), &deps.config.origins_allowed)?;
    call.demand_nothing_more()?;
    let token = cookies::read(call.headers(), cookies::REFRESH).ok_or_else(|| ended_session(Refusal::NotValid))?;
    let tokens = learned(deps, deps.identity.refresh(token).await).map_err(ended_session)?;
    let rotated = kept(&tokens)?;
    let Tokens { access_token, expires_in, .. } = tokens;
    let answer = Answer::ok(&AccessToken { access_token, token_type: "Bearer", expires_in })?;
    Ok(rotated.into_iter().fold(answer, Answer::with_cookie))
}

/// `POST /api/auth/logout`. While the token could not be revoked its cookie stays, so that this can be tried again.
pub async fn logout(deps: &Deps, call: &Call) -> Result<Answer, ApiError> {
    csrf::check(call.headers(), &deps.config.origins_allowed)?;
    call.demand_nothing_more()?;
    if let Some(token) = cookies::read(call.headers(), cookies::REFRESH) {
        learned(deps, deps.identity.revoke(token).await)
            .map_err(|refusal| refusal.into_error(ErrorCode::SessionExpired))?;
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT).with_cookie(cookies::end_refresh()))
}

/// The cookie of the refresh token, if the provider handed one out.
fn kept(tokens: &Tokens) -> Result<Option<http::HeaderValue>, ApiError> {
    let keep = |token: &String| {
        let cookie = cookies::keep_refresh(token);
        cookie.ok_or_else(|| ApiError::caused(ErrorCode::IdentityUnavailable, "the refresh token is no cookie"))
    };
    tokens.refresh_token.as_ref().map(keep).transpose()
}

/// A refused code is used up, and so is the attempt.
fn refused_sign_in(refusal: Refusal) -> ApiError {
    match refusal {
        Refusal::NotValid => refusal.into_error(ErrorCode::SignInRefused).with_cookie(cookies::end_sign_in()),
        Refusal::Unavailable(_) => refusal.into_error(ErrorCode::SignInRefused),
    }
}

fn ended_session(refusal: Refusal) -> ApiError {
    match refusal {
        Refusal::NotValid => refusal.into_error(ErrorCode::SessionExpired).with_cookie(cookies::end_refresh()),
        Refusal::Unavailable(_) => refusal.into_error(ErrorCode::SessionExpired),
    }
}

fn learned<T>(deps: &Deps, outcome: Result<T, Refusal>) -> Result<T, Refusal> {
    deps.health.learn(Dependency::Identity, !matches!(outcome, Err(Refusal::Unavailable(_))));
    outcome
}
