//! `/login`: managed login's page, with a form for name and password.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::SET_COOKIE;
use http::{HeaderValue, Request, StatusCode};

use super::answer::{Answer, page};
use super::authorize::{Ask, LOGIN_COOKIE, send_back};
use super::form::Form;
use super::pool::Pool;
use crate::services::ids;

/// How long somebody stays signed in to managed login.
const LOGIN_VALIDITY: Duration = Duration::from_secs(60 * 60);

/// The page with the form; its query is that of the authorization request.
pub fn form(pool: &Pool, request: &Request<Bytes>) -> Answer {
    match Ask::read(request, &pool.settings) {
        Ok(_) => sign_in_page(""),
        Err(refusal) => refusal.answer(),
    }
}

/// Name and password were typed in.
pub fn submit(pool: &mut Pool, request: &Request<Bytes>, now: SystemTime) -> Answer {
    let ask = match Ask::read(request, &pool.settings) {
        Ok(ask) => ask,
        Err(refusal) => return refusal.answer(),
    };
    let Some(username) = Form::of_body(request).ok().and_then(|form| recognised(pool, &form)) else {
        return sign_in_page("<p role=alert>Incorrect username or password.");
    };
    let cookie = ids::uuid(&mut pool.draws);
    pool.logins.put(cookie.clone(), username.clone(), now + LOGIN_VALIDITY, now);
    let mut answer = send_back(pool, ask, username, now);
    answer.headers_mut().insert(SET_COOKIE, login_cookie(&cookie));
    answer
}

fn recognised(pool: &Pool, form: &Form) -> Option<String> {
    let user = pool.users.get(form.get("username")?)?;
    (form.get("password") == Some(&user.password)).then(|| user.username.clone())
}

fn login_cookie(value: &str) -> HeaderValue {
    let max_age = LOGIN_VALIDITY.as_secs();
    let cookie = format!("{LOGIN_COOKIE}={value}; Path=/; Max-Age={max_age}; Secure; HttpOnly; SameSite=Lax");
    HeaderValue::try_from(cookie).expect("a UUID fits into a header")
}

/// A form without an action posts to the page's own address, so the query stays.
fn sign_in_page(alert: &str) -> Answer {
    let html = format!(
        "<!doctype html><html lang=en><meta charset=utf-8><title>Sign in</title><h1>Sign in</h1>{alert}
<form method=post>
<p><label>Username <input name=username autocomplete=username required autofocus></label>
<p><label>Password <input name=password type=password autocomplete=current-password required></label>
<p><button>Sign in</button>
</form></html>
"
    );
    page(StatusCode::OK, html)
}
