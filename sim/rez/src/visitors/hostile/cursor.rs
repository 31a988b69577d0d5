//! Cursors that we did not make, or made for another query.

use bytes::Bytes;
use http::Request;

use super::Case;
use super::loot::Loot;
use crate::visitors::answered::Refusal;

const NOT_OURS: Refusal = Refusal { status: 400, code: "invalid_cursor", field: "" };

pub const CASES: [Case; 6] = [
    forged("a made-up cursor", |loot| list(loot, "", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")),
    forged("a cursor that is no base64", |loot| list(loot, "", "....")),
    forged("half a cursor", |loot| {
        let cursor = loot.cursor.as_ref()?;
        list(loot, "", cursor.get(..cursor.len() / 2)?)
    }),
    forged("an altered cursor", |loot| {
        let cursor = loot.cursor.as_ref()?;
        let first = if cursor.starts_with('A') { 'B' } else { 'A' };
        list(loot, "", &format!("{first}{}", cursor.get(1..)?))
    }),
    forged("a cursor of another query", |loot| list(loot, "status=failed&", loot.cursor.as_ref()?)),
    Case {
        what: "a cursor too long",
        route: "GET /api/messages",
        refusal: Refusal { status: 400, code: "invalid_request", field: "cursor" },
        build: |loot| list(loot, "", &"A".repeat(600)),
    },
];

const fn forged(what: &'static str, build: fn(&Loot) -> Option<Request<Bytes>>) -> Case {
    Case { what, route: "GET /api/messages", refusal: NOT_OURS, build }
}

fn list(loot: &Loot, filter: &str, cursor: &str) -> Option<Request<Bytes>> {
    loot.get(&format!("/api/messages?{filter}cursor={cursor}"))?.body(Bytes::new()).ok()
}
