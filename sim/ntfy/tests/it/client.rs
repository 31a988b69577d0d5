//! A client so plain that nothing of what happens to a connection is hidden from a test.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

/// How long an answer may take. Nobody waits so long unless something is broken.
const PATIENCE: Duration = Duration::from_secs(20);

pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// The status, and ntfy's own code; 0 where there is none.
    pub fn code(&self) -> (u16, u64) {
        (self.status, self.json()["code"].as_u64().unwrap_or_default())
    }
}

/// `METHOD /path` with headers and a body, on a connection of its own.
pub fn ask(url: &str, line: &str, headers: &[(&str, &str)], body: &[u8]) -> io::Result<Answer> {
    let (answer, error) = exchange(url, line, headers, body, PATIENCE)?;
    error.map_or_else(|| parse(&answer), Err)
}

/// All bytes that came, and how it ended if not well.
pub fn exchange(
    url: &str,
    line: &str,
    headers: &[(&str, &str)],
    body: &[u8],
    patience: Duration,
) -> io::Result<(String, Option<io::Error>)> {
    let host = url.trim_start_matches("http://").trim_end_matches('/');
    let mut stream = TcpStream::connect(host)?;
    stream.set_read_timeout(Some(patience))?;
    let mut request =
        format!("{line} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    stream.write_all(&[request.as_bytes(), b"\r\n", body].concat())?;
    let mut answer = Vec::new();
    let error = stream.read_to_end(&mut answer).err();
    Ok((String::from_utf8_lossy(&answer).into_owned(), error))
}

fn parse(answer: &str) -> io::Result<Answer> {
    let (head, body) = answer.split_once("\r\n\r\n").ok_or(ErrorKind::UnexpectedEof)?;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or(ErrorKind::InvalidData)?;
    Ok(Answer { status, head: head.to_ascii_lowercase(), body: body.to_owned() })
}
