//! A request as payload format 2.0 sees it: decoded, and with what stands in it twice joined
//! (`http-api-develop-integrations-lambda`).

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, COOKIE};
use http::{HeaderMap, HeaderName, HeaderValue, Request};
use percent_encoding::percent_decode_str;

/// The address that every caller outside has: one of those that are kept for documentation (RFC 5737).
pub const SOURCE_IP: &str = "203.0.113.7";

/// What every caller speaks.
pub const PROTOCOL: &str = "HTTP/1.1";

/// One request, borrowed from the wire.
#[derive(Debug)]
pub struct Incoming<'a> {
    pub method: &'a str,
    /// Decoded, and cut off at a `?` that comes out of that: HTTP APIs do both (captures of a live one, hotsock/voker#8).
    pub path: Cow<'a, str>,
    /// As it was sent.
    pub query: &'a str,
    /// By name; without cookies.
    pub headers: Vec<(&'a str, Cow<'a, str>)>,
    pub cookies: Vec<&'a str>,
    /// Decoded, by name.
    pub parameters: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    pub body: Option<Body<'a>>,
}

/// A body in the form in which JSON can carry it.
#[derive(Debug, PartialEq, Eq)]
pub enum Body<'a> {
    Text(Cow<'a, str>),
    Base64(String),
}

impl<'a> Incoming<'a> {
    /// `host` is the API's own name; callers within this process may not have sent it.
    pub fn read(request: &'a Request<Bytes>, host: &'a str) -> Self {
        Self {
            method: request.method().as_str(),
            path: path(request.uri().path()),
            query: request.uri().query().unwrap_or_default(),
            headers: headers(request, host),
            cookies: cookies(request.headers()),
            parameters: joined(form_urlencoded::parse(request.uri().query().unwrap_or_default().as_bytes())),
            body: body(request),
        }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let at = self.headers.binary_search_by_key(&name, |(name, _)| name).ok()?;
        Some(&self.headers[at].1)
    }

    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| &**value)
    }
}

fn path(raw: &str) -> Cow<'_, str> {
    match percent_decode_str(raw).decode_utf8_lossy() {
        Cow::Borrowed(path) => Cow::Borrowed(path),
        Cow::Owned(path) => Cow::Owned(path.split('?').next().unwrap_or_default().to_owned()),
    }
}

/// In the order of their names, with those that the gateway adds.
fn headers<'a>(request: &'a Request<Bytes>, host: &'a str) -> Vec<(&'a str, Cow<'a, str>)> {
    let sent = request.headers().iter().filter(|(name, _)| *name != COOKIE && !is_gateways(name));
    let forwarded = match request.headers().get("x-forwarded-for").map(text) {
        Some(earlier) => Cow::Owned(format!("{earlier}, {SOURCE_IP}")),
        None => Cow::Borrowed(SOURCE_IP),
    };
    let added = [
        ("content-length", Cow::Owned(request.body().len().to_string())),
        ("host", Cow::Borrowed(host)),
        ("x-forwarded-for", forwarded),
        ("x-forwarded-port", Cow::Borrowed("443")),
        ("x-forwarded-proto", Cow::Borrowed("https")),
    ];
    joined(sent.map(|(name, value)| (name.as_str(), text(value))).chain(added))
}

fn is_gateways(name: &HeaderName) -> bool {
    matches!(name.as_str(), "content-length" | "host" | "x-forwarded-for" | "x-forwarded-port" | "x-forwarded-proto")
}

fn cookies(headers: &HeaderMap) -> Vec<&str> {
    let sent = headers.get_all(COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    sent.flat_map(|value| value.split(';')).map(str::trim).filter(|cookie| !cookie.is_empty()).collect()
}

/// Pairs in the order of their names; the values of one name with commas between them.
fn joined<'a, N: Ord>(pairs: impl IntoIterator<Item = (N, Cow<'a, str>)>) -> Vec<(N, Cow<'a, str>)> {
    let mut pairs: Vec<_> = pairs.into_iter().collect();
    pairs.sort_by(|(one, _), (other, _)| one.cmp(other));
    pairs.dedup_by(|(later, more), (earlier, value)| {
        let same = later == earlier;
        if same {
            let value = value.to_mut();
            value.push(',');
            value.push_str(more);
        }
        same
    });
    pairs
}

fn text(value: &HeaderValue) -> Cow<'_, str> {
    String::from_utf8_lossy(value.as_bytes())
}

fn body(request: &Request<Bytes>) -> Option<Body<'_>> {
    let body = request.body();
    if body.is_empty() {
        None
    } else if is_text(request.headers()) {
        Some(Body::Text(String::from_utf8_lossy(body)))
    } else {
        Some(Body::Base64(STANDARD.encode(body)))
    }
}

/// What is text goes as it is, anything else (a form too) in Base64. AWS does not say what it takes for text; this is
/// what is reported of it.
fn is_text(headers: &HeaderMap) -> bool {
    let value = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let encoded = value(CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity");
    let kind = value(CONTENT_TYPE).unwrap_or_default().split(';').next().unwrap_or_default().trim();
    let texts = ["application/json", "application/javascript", "application/xml"];
    !encoded && (kind.starts_with("text/") || texts.contains(&kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOST: &str = "abc.execute-api.us-east-1.amazonaws.com";

    fn request(uri: &str, headers: &[(&str, &str)], body: &'static [u8]) -> Request<Bytes> {
        let builder = headers.iter().fold(Request::get(uri), |builder, (name, value)| builder.header(*name, *value));
        builder.body(Bytes::from_static(body)).expect("the request is good")
    }

    #[test]
    fn headers_are_lower_cased_sorted_and_joined() {
        let request = request("/", &[("X-Two", "1"), ("Accept", "a"), ("X-Two", "2")], b"");
        let incoming = Incoming::read(&request, HOST);
        let names: Vec<_> = incoming.headers.iter().map(|(name, _)| *name).collect();
        let added = ["x-forwarded-for", "x-forwarded-port", "x-forwarded-proto"];
        assert_eq!(names[..3], ["accept", "content-length", "host"]);
        assert_eq!(names[3..6], added);
        assert_eq!((incoming.header("x-two"), incoming.header("host")), (Some("1,2"), Some(HOST)));
        assert_eq!(incoming.header("x-three"), None);
    }

    #[test]
    fn who_forwarded_it_earlier_stays_in_the_list() {
        let request = request("/", &[("X-Forwarded-For", "198.51.100.1"), ("Host", "lies.example.com")], b"");
        let incoming = Incoming::read(&request, HOST);
        assert_eq!(incoming.header("x-forwarded-for"), Some("198.51.100.1, 203.0.113.7"));
        assert_eq!(incoming.header("host"), Some(HOST));
    }

    #[test]
    fn cookies_are_a_list_of_their_own() {
        let request = request("/", &[("cookie", "a=1; b=2"), ("cookie", "c=3;")], b"");
        let incoming = Incoming::read(&request, HOST);
        assert_eq!(incoming.cookies, ["a=1", "b=2", "c=3"]);
        assert_eq!(incoming.header("cookie"), None);
    }

    #[test]
    fn the_path_is_decoded_and_the_query_is_not() {
        let request = request("/a%20b/%C3%A9?q=%20x&r=1+2&q=y", &[], b"");
        let incoming = Incoming::read(&request, HOST);
        assert_eq!((&*incoming.path, incoming.query), ("/a b/é", "q=%20x&r=1+2&q=y"));
        assert_eq!((incoming.parameter("q"), incoming.parameter("r")), (Some(" x,y"), Some("1 2")));
    }

    #[test]
    fn a_question_mark_that_was_encoded_ends_the_path() {
        let request = request("/me%3Fadmin=true?x=1", &[], b"");
        let incoming = Incoming::read(&request, HOST);
        assert_eq!((&*incoming.path, incoming.query), ("/me", "x=1"));
    }

    #[test]
    fn only_text_goes_as_text() {
        let check = |kind: &str, encoding: &str, expected: Body<'static>| {
            let request = request("/", &[("content-type", kind), ("content-encoding", encoding)], b"{}");
            assert_eq!(Incoming::read(&request, HOST).body, Some(expected), "{kind} {encoding}");
        };
        check("application/json; charset=utf-8", "identity", Body::Text("{}".into()));
        check("text/csv", "identity", Body::Text("{}".into()));
        check("application/json", "gzip", Body::Base64("e30=".into()));
        check("application/x-www-form-urlencoded", "identity", Body::Base64("e30=".into()));
        check("", "identity", Body::Base64("e30=".into()));
        assert_eq!(Incoming::read(&request("/", &[], b""), HOST).body, None);
    }

    #[test]
    fn text_that_is_none_is_mended() {
        let request = request("/", &[("content-type", "application/json")], b"\xff{}");
        assert_eq!(Incoming::read(&request, HOST).body, Some(Body::Text("\u{fffd}{}".into())));
    }
}
