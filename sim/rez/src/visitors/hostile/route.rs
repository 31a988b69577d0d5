//! Methods and paths that no route takes: what strangers try at every address of the internet.

use bytes::Bytes;
use http::{Method, Request};

use super::Case;
use super::loot::Loot;

pub const CASES: [Case; 8] = [
    nowhere("PUT to a list", |loot| send(loot, Method::PUT, "/api/messages")),
    nowhere("DELETE of a list", |loot| send(loot, Method::DELETE, "/api/messages")),
    nowhere("PATCH of a message", |loot| {
        send(loot, Method::PATCH, "/api/messages/00000000-0000-4000-8000-000000000000")
    }),
    nowhere("POST to the metrics", |loot| send(loot, Method::POST, "/api/metrics")),
    nowhere("TRACE", |loot| send(loot, Method::TRACE, "/api/health")),
    nowhere("a path that is none", |loot| send(loot, Method::GET, "/.env")),
    nowhere("a path out of the API", |loot| send(loot, Method::GET, "/api/messages/..%2F..%2Fetc%2Fpasswd")),
    nowhere("a path into the administration", |loot| send(loot, Method::GET, "/api/admin/users")),
];

const fn nowhere(what: &'static str, build: fn(&Loot) -> Option<Request<Bytes>>) -> Case {
    Case::at_the_gate(what, "", 404, build)
}

fn send(loot: &Loot, method: Method, path: &str) -> Option<Request<Bytes>> {
    Request::builder().method(method).uri(loot.url(path)).body(Bytes::new()).ok()
}
