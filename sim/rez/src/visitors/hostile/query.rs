//! Queries that are out of bounds, and paths that name no message.

use bytes::Bytes;
use http::Request;

use super::Case;
use super::loot::Loot;
use crate::visitors::answered::Refusal;

/// With the rest of the head above the gateway's 10,240 bytes.
const TOO_LONG_BYTES: usize = 11_000;

pub const CASES: [Case; 11] = [
    Case::at_the_gate("a query too long for the gateway", "GET /api/messages", 431, |loot| {
        list(loot, &format!("cursor={}", "a".repeat(TOO_LONG_BYTES)))
    }),
    wrong("a limit of none", "limit", |loot| list(loot, "limit=0")),
    wrong("a limit too high", "limit", |loot| list(loot, "limit=100000")),
    wrong("a parameter twice", "limit", |loot| list(loot, "limit=1&limit=100")),
    wrong("an unknown parameter", "sort", |loot| list(loot, "sort=created_date%3B%20DROP%20TABLE")),
    wrong("a status that is none", "status", |loot| list(loot, "status=lost")),
    wrong("a time that is none", "from", |loot| list(loot, "from=yesterday")),
    wrong("an end before the beginning", "to", |loot| list(loot, "from=2026-11-03T00:00:00Z&to=2026-11-02T00:00:00Z")),
    wrong("no UTF-8 in a parameter", "stage", |loot| list(loot, "stage=%ff%fe")),
    Case {
        what: "a path that is no id",
        route: "GET /api/messages/{id}",
        refusal: Refusal { status: 400, code: "invalid_request", field: "id" },
        build: |loot| without_body(loot, "/api/messages/1%20or%201%3D1"),
    },
    Case {
        what: "an id of nothing",
        route: "GET /api/messages/{id}",
        refusal: Refusal { status: 404, code: "message_not_found", field: "" },
        build: |loot| without_body(loot, "/api/messages/00000000-0000-4000-8000-000000000000"),
    },
];

const fn wrong(what: &'static str, field: &'static str, build: fn(&Loot) -> Option<Request<Bytes>>) -> Case {
    Case { what, route: "GET /api/messages", refusal: Refusal { status: 400, code: "invalid_request", field }, build }
}

fn list(loot: &Loot, query: &str) -> Option<Request<Bytes>> {
    without_body(loot, &format!("/api/messages?{query}"))
}

fn without_body(loot: &Loot, path: &str) -> Option<Request<Bytes>> {
    loot.get(path)?.body(Bytes::new()).ok()
}
