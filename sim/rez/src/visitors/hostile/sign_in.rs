//! Sign-ins that nobody started here, sessions of others, and requests from other sites.

use bytes::Bytes;
use http::Request;
use http::header::{CONTENT_TYPE, COOKIE, ORIGIN};

use super::Case;
use super::loot::Loot;
use crate::visitors::answered::Refusal;
use crate::visitors::visit::{APPLICATION, CSRF};

const CALLBACK: &str = "GET /api/auth/callback";
const REFRESH: &str = "POST /api/auth/refresh";
const LOGOUT: &str = "POST /api/auth/logout";
const REFRESH_COOKIE: &str = "__Secure-rez-refresh";
const EVIL: &str = "https://evil.example";

pub const CASES: [Case; 9] = [
    refused("a callback of nobody's sign-in", CALLBACK, 400, "sign_in_expired", "", |loot| {
        call_back(loot, "code=stolen&state=guessed")
    }),
    refused("a callback of nothing", CALLBACK, 400, "invalid_request", "state", |loot| call_back(loot, "")),
    refused("a callback with a way out", CALLBACK, 400, "invalid_request", "next", |loot| {
        call_back(loot, "code=a&state=b&next=https%3A%2F%2Fevil.example")
    }),
    refused("a refresh without a session", REFRESH, 401, "session_expired", "", |loot| {
        refresh(loot).header(ORIGIN, APPLICATION).header(CSRF, "1").body(Bytes::new()).ok()
    }),
    refused("a refresh with a made-up session", REFRESH, 401, "session_expired", "", |loot| {
        let request = refresh(loot).header(ORIGIN, APPLICATION).header(CSRF, "1");
        request.header(COOKIE, format!("{REFRESH_COOKIE}=made-up")).body(Bytes::new()).ok()
    }),
    refused("a refresh from another site", REFRESH, 403, "csrf_refused", "", |loot| {
        refresh(loot)
            .header(ORIGIN, EVIL)
            .header(CSRF, "1")
            .header(COOKIE, loot.cookies.as_ref()?)
            .body(Bytes::new())
            .ok()
    }),
    refused("a refresh by a plain form", REFRESH, 403, "csrf_refused", "", |loot| {
        let request = refresh(loot).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        request.header(COOKIE, loot.cookies.as_ref()?).body(Bytes::new()).ok()
    }),
    refused("a logout from another site", LOGOUT, 403, "csrf_refused", "", |loot| {
        let request = Request::post(loot.url("/api/auth/logout")).header(ORIGIN, EVIL).header(CSRF, "1");
        request.header(COOKIE, loot.cookies.as_ref()?).body(Bytes::new()).ok()
    }),
    refused("a login with a body", "POST /api/auth/login", 400, "invalid_request", "username", |loot| {
        Request::post(loot.url("/api/auth/login")).body(Bytes::from_static(br#"{"username": "root"}"#)).ok()
    }),
];

const fn refused(
    what: &'static str,
    route: &'static str,
    status: u16,
    code: &'static str,
    field: &'static str,
    build: fn(&Loot) -> Option<Request<Bytes>>,
) -> Case {
    Case { what, route, refusal: Refusal { status, code, field }, build }
}

fn call_back(loot: &Loot, query: &str) -> Option<Request<Bytes>> {
    Request::get(loot.url(&format!("/api/auth/callback?{query}"))).body(Bytes::new()).ok()
}

fn refresh(loot: &Loot) -> http::request::Builder {
    Request::post(loot.url("/api/auth/refresh"))
}
