//! Tokens of every bad kind, on a route that wants a good one. Whoever has no signing key can alter a token, but not sign it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::Request;
use http::header::AUTHORIZATION;
use ring::hmac;
use serde_json::{Map, Value, json};

use super::Case;
use super::loot::{Loot, bearing};

const ROUTE: &str = "GET /api/messages";
const PATH: &str = "/api/messages";
/// With the rest of the head below the gateway's 10,240 bytes: the authorizer is to see it.
const HUGE_BYTES: usize = 8_000;

pub const CASES: [Case; 19] = [
    Case::at_the_gate("no token", ROUTE, 401, |loot| without_body(Request::get(loot.url(PATH)))),
    denied("another scheme", |loot| {
        without_body(Request::get(loot.url(PATH)).header(AUTHORIZATION, "Basic dXNlcjpwYXNzd29yZA=="))
    }),
    denied("a scheme alone", |loot| without_body(Request::get(loot.url(PATH)).header(AUTHORIZATION, "Bearer"))),
    denied("no JSON in the token", |loot| ask(loot, "not.a.token")),
    denied("a token cut short", |loot| ask(loot, loot.token.as_ref()?.get(..40)?)),
    denied("a token that has ended", |loot| ask(loot, loot.ended.as_ref()?)),
    denied("a huge token", |loot| ask(loot, &"a".repeat(HUGE_BYTES))),
    denied("no UTF-8 in the claims", |loot| ask(loot, &format!("e30.{}.AA", URL_SAFE_NO_PAD.encode(b"\xff\xfe")))),
    denied("a refresh token", |loot| ask(loot, loot.cookies.as_ref()?.split_once('=')?.1)),
    denied("the algorithm `none`", |loot| {
        let unsigned = with_header(loot, json!({"alg": "none"}))?;
        ask(loot, &format!("{}.", unsigned.rsplit_once('.')?.0))
    }),
    denied("HS256 with the public key", |loot| ask(loot, &signed_with_public_key(loot)?)),
    denied("RS512 instead of RS256", |loot| ask(loot, &with_header(loot, json!({"alg": "RS512"}))?)),
    denied("an unknown key id", |loot| ask(loot, &with_header(loot, json!({"kid": "somebody-else"}))?)),
    denied("a key id that is a path", |loot| ask(loot, &with_header(loot, json!({"kid": "../../../dev/null"}))?)),
    denied("a key of its own", |loot| {
        ask(loot, &with_header(loot, json!({"jwk": {"kty": "RSA", "n": "AQAB", "e": "AQAB"}}))?)
    }),
    denied("an address of its own keys", |loot| {
        ask(loot, &with_header(loot, json!({"jku": "https://evil.example/jwks.json"}))?)
    }),
    denied("another group in the claims", |loot| ask(loot, &with_claims(loot, json!({"cognito:groups": ["admin"]}))?)),
    denied("another issuer and audience", |loot| {
        ask(loot, &with_claims(loot, json!({"iss": "https://evil.example", "client_id": "evil"}))?)
    }),
    denied("a later end in the claims", |loot| {
        ask(loot, &with_claims(loot, json!({"exp": 9_999_999_999_u64, "nbf": 0, "token_use": "id"}))?)
    }),
];

const fn denied(what: &'static str, build: fn(&Loot) -> Option<Request<Bytes>>) -> Case {
    Case::at_the_gate(what, ROUTE, 403, build)
}

fn ask(loot: &Loot, token: &str) -> Option<Request<Bytes>> {
    without_body(bearing(Request::get(loot.url(PATH)), token))
}

fn without_body(request: http::request::Builder) -> Option<Request<Bytes>> {
    request.body(Bytes::new()).ok()
}

/// The good token with other members in its header, and the signature that it had.
fn with_header(loot: &Loot, changes: Value) -> Option<String> {
    let (header, rest) = loot.token.as_ref()?.split_once('.')?;
    Some(format!("{}.{rest}", altered(header, changes)?))
}

fn with_claims(loot: &Loot, changes: Value) -> Option<String> {
    let (header, rest) = loot.token.as_ref()?.split_once('.')?;
    let (claims, signature) = rest.split_once('.')?;
    Some(format!("{header}.{}.{signature}", altered(claims, changes)?))
}

fn altered(part: &str, changes: Value) -> Option<String> {
    let mut members: Map<String, Value> = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()?;
    members.extend(changes.as_object()?.clone());
    Some(URL_SAFE_NO_PAD.encode(Value::Object(members).to_string()))
}

/// A verifier that lets the token choose the algorithm takes the public key for a shared secret.
fn signed_with_public_key(loot: &Loot) -> Option<String> {
    let forged = with_header(loot, json!({"alg": "HS256"}))?;
    let (message, _) = forged.rsplit_once('.')?;
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, loot.keys.as_bytes()), message.as_bytes());
    Some(format!("{message}.{}", URL_SAFE_NO_PAD.encode(tag)))
}
