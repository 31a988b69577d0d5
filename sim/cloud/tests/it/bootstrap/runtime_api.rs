//! The Runtime API by hand, one connection a request, for what no proper runtime would do.

use std::io::{Read, Write};
use std::net::TcpStream;

/// An answer in parts.
pub struct Response {
    pub status: u16,
    head: String,
    pub body: String,
}

impl Response {
    pub fn header(&self, name: &str) -> String {
        let fields = self.head.lines().filter_map(|line| line.split_once(": "));
        let mut values = fields.filter(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value);
        values.next().unwrap_or_default().to_owned()
    }

    pub fn request_id(&self) -> String {
        self.header("lambda-runtime-aws-request-id")
    }
}

/// Waits for the next event.
pub fn next() -> Response {
    call("GET", "invocation/next", &[], "")
}

/// Answers the invocation `request_id`.
pub fn respond(request_id: &str, headers: &[(&str, &str)], body: &str) -> Response {
    call("POST", &format!("invocation/{request_id}/response"), headers, body)
}

/// A request to the Runtime API.
pub fn call(method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Response {
    let host = std::env::var("AWS_LAMBDA_RUNTIME_API").expect("the host sets it");
    send(&host, method, &format!("/2018-06-01/runtime/{path}"), headers, body)
}

/// A request to any host.
pub fn send(host: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Response {
    let mut stream = TcpStream::connect(host).expect("the host listens");
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let length = body.len();
    let head = format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-length: {length}\r\n");
    // A host that refuses a body may close before it has read all of it.
    let _ = stream.write_all(format!("{head}{headers}\r\n{body}").as_bytes());
    let mut response = Vec::new();
    let _ = stream.read_to_end(&mut response);
    let response = String::from_utf8_lossy(&response);
    let (head, body) = response.split_once("\r\n\r\n").unwrap_or((&response, ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    Response { status, head: head.to_owned(), body: body.to_owned() }
}
