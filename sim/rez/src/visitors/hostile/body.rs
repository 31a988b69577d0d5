//! Bodies that are no message, of somebody who may write.

use bytes::Bytes;
use http::Request;
use http::header::CONTENT_TYPE;
use serde_json::json;

use super::Case;
use super::loot::Loot;
use crate::visitors::answered::Refusal;

const ROUTE: &str = "POST /api/messages";
const PATH: &str = "/api/messages";
/// Above the 16 KiB that the API takes.
const TOO_LARGE_BYTES: usize = 20_000;
/// Above the 10 MiB that the gateway takes.
const TOO_LARGE_FOR_THE_GATEWAY_BYTES: usize = 10 * 1024 * 1024 + 1;
/// Above what Lambda takes, 6 MiB, though the gateway takes it.
const TOO_LARGE_FOR_LAMBDA_BYTES: usize = 7 * 1024 * 1024;
const NESTING: usize = 5_000;

pub const CASES: [Case; 17] = [
    Case::at_the_gate("a body too large for the gateway", ROUTE, 413, |loot| {
        post(loot, vec![b' '; TOO_LARGE_FOR_THE_GATEWAY_BYTES])
    }),
    Case::at_the_gate("a body too large for Lambda", ROUTE, 413, |loot| {
        post(loot, vec![b' '; TOO_LARGE_FOR_LAMBDA_BYTES])
    }),
    refused("a body too large", 413, "body_too_large", "", |loot| {
        post(loot, json!({"title": "t", "body": "x".repeat(TOO_LARGE_BYTES)}).to_string())
    }),
    refused("no body", 400, "invalid_json", "", |loot| post(loot, "")),
    refused("no JSON", 400, "invalid_json", "", |loot| post(loot, "title=t&body=b")),
    refused("half a JSON", 400, "invalid_json", "", |loot| post(loot, r#"{"title": "t", "bo"#)),
    refused("no UTF-8", 400, "invalid_json", "body", |loot| {
        post(loot, b"{\"title\": \"\xff\xfe\", \"body\": \"b\"}".to_vec())
    }),
    refused("no object", 400, "invalid_json", "", |loot| post(loot, "[1]")),
    refused("a field twice", 400, "invalid_json", "", |loot| {
        post(loot, r#"{"title": "t", "title": "u", "body": "b"}"#)
    }),
    refused("a deeply nested body", 400, "invalid_json", "body", |loot| {
        post(loot, format!("{{\"title\": {}{}}}", "[".repeat(NESTING), "]".repeat(NESTING)))
    }),
    refused("an unknown field", 400, "invalid_request", "status", |loot| {
        post(loot, r#"{"title": "t", "body": "b", "status": "completed"}"#)
    }),
    refused("a field that is missing", 400, "invalid_request", "body", |loot| post(loot, r#"{"title": "t"}"#)),
    refused("a field of another type", 400, "invalid_request", "title", |loot| {
        post(loot, r#"{"title": {"$ne": ""}, "body": "b"}"#)
    }),
    refused("a number out of bounds", 400, "invalid_request", "priority", |loot| {
        post(loot, r#"{"title": "t", "body": "b", "priority": 1e300}"#)
    }),
    refused("a line break in a header of ntfy's", 400, "invalid_request", "title", |loot| {
        post(loot, r#"{"title": "t\r\nAuthorization: Bearer x", "body": "b"}"#)
    }),
    refused("another media type", 415, "unsupported_media_type", "content-type", |loot| {
        let request = loot.signed(Request::post(loot.url(PATH)))?.header(CONTENT_TYPE, "text/xml");
        request.body(Bytes::from_static(b"<message/>")).ok()
    }),
    refused("an idempotency key too long", 400, "invalid_request", "idempotency-key", |loot| {
        let request = loot.signed(Request::post(loot.url(PATH)))?.header("idempotency-key", "k".repeat(65));
        request
            .header(CONTENT_TYPE, "application/json")
            .body(Bytes::from_static(br#"{"title": "t", "body": "b"}"#))
            .ok()
    }),
];

const fn refused(
    what: &'static str,
    status: u16,
    code: &'static str,
    field: &'static str,
    build: fn(&Loot) -> Option<Request<Bytes>>,
) -> Case {
    Case { what, route: ROUTE, refusal: Refusal { status, code, field }, build }
}

fn post(loot: &Loot, body: impl Into<Bytes>) -> Option<Request<Bytes>> {
    let request = loot.signed(Request::post(loot.url(PATH)))?.header(CONTENT_TYPE, "application/json");
    request.body(body.into()).ok()
}
