//! What a function answered, as a response (`http-api-develop-integrations-lambda`, format 2.0): an object with a
//! `statusCode` says what the response is; any other JSON is the body of a 200.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, SET_COOKIE, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use serde::Deserialize;
use serde::de::{self, Deserializer, IgnoredAny, Visitor};

use super::refusal::Refusal;

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const TEXT: HeaderValue = HeaderValue::from_static("text/plain;charset=UTF-8");

/// Of the connection between gateway and client, which is the gateway's business.
const HOP_BY_HOP: [HeaderName; 3] = [CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING];

/// # Errors
/// [`Refusal::IntegrationMalformed`] for what is no response.
pub fn response(payload: &Bytes) -> Result<Response<Bytes>, Refusal> {
    let malformed = Refusal::IntegrationMalformed;
    match structured(payload) {
        Some(Ok(structured)) => match structured.status_code {
            Some(status) => structured.respond(status).ok_or(malformed),
            None => Ok(inferred(payload.clone())),
        },
        // An object may be no structured response only because its members mean something else.
        Some(Err(_)) if has_status(payload) => Err(malformed),
        _ => infer(payload).ok_or(malformed),
    }
}

/// `None` when the payload is no object.
fn structured(payload: &[u8]) -> Option<serde_json::Result<Structured>> {
    payload.trim_ascii_start().starts_with(b"{").then(|| serde_json::from_slice(payload))
}

fn has_status(payload: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Probe {
        #[serde(rename = "statusCode")]
        status: Option<IgnoredAny>,
    }
    serde_json::from_slice::<Probe>(payload).is_ok_and(|probe| probe.status.is_some())
}

/// A text stands in the response without its quotes; any other JSON as it is.
fn infer(payload: &Bytes) -> Option<Response<Bytes>> {
    if let Ok(text) = serde_json::from_slice::<String>(payload) {
        return Some(inferred(text.into()));
    }
    serde_json::from_slice::<IgnoredAny>(payload).ok().map(|_| inferred(payload.clone()))
}

fn inferred(body: Bytes) -> Response<Bytes> {
    let mut response = Response::new(body);
    response.headers_mut().insert(CONTENT_TYPE, JSON);
    response
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Structured {
    status_code: Option<u16>,
    headers: Option<BTreeMap<String, Scalar>>,
    /// Not documented for this format, and still obeyed.
    multi_value_headers: Option<BTreeMap<String, Vec<Scalar>>>,
    cookies: Option<Vec<String>>,
    body: Option<String>,
    is_base64_encoded: Option<bool>,
}

impl Structured {
    /// `None` when some part of it cannot stand in a response.
    fn respond(self, status: u16) -> Option<Response<Bytes>> {
        let status = StatusCode::from_u16(status).ok().filter(|status| status.as_u16() < 600)?;
        let body = self.body.unwrap_or_default();
        let body = match self.is_base64_encoded {
            Some(true) => STANDARD.decode(body).ok()?.into(),
            _ => Bytes::from(body),
        };
        let mut response = Response::new(body);
        *response.status_mut() = status;
        let headers = response.headers_mut();
        for (name, value) in self.headers.into_iter().flatten() {
            headers.insert(header_name(&name)?, header_value(&value.0)?);
        }
        for (name, values) in self.multi_value_headers.into_iter().flatten() {
            replace(headers, header_name(&name)?, &values)?;
        }
        for cookie in self.cookies.into_iter().flatten() {
            headers.append(SET_COOKIE, header_value(&cookie)?);
        }
        HOP_BY_HOP.iter().for_each(|name| drop(headers.remove(name)));
        if !response.body().is_empty() && !response.headers().contains_key(CONTENT_TYPE) {
            response.headers_mut().insert(CONTENT_TYPE, TEXT);
        }
        Some(response)
    }
}

fn replace(headers: &mut HeaderMap, name: HeaderName, values: &[Scalar]) -> Option<()> {
    headers.remove(&name);
    for value in values {
        headers.append(&name, header_value(&value.0)?);
    }
    Some(())
}

fn header_name(name: &str) -> Option<HeaderName> {
    HeaderName::from_bytes(name.as_bytes()).ok()
}

fn header_value(value: &str) -> Option<HeaderValue> {
    HeaderValue::from_str(value).ok()
}

/// A header's value: text, or a number or truth value that is taken for its text.
struct Scalar(String);

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}

struct ScalarVisitor;

impl Visitor<'_> for ScalarVisitor {
    type Value = Scalar;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a text, a number or a truth value")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Scalar, E> {
        Ok(Scalar(text.to_owned()))
    }

    fn visit_bool<E: de::Error>(self, truth: bool) -> Result<Scalar, E> {
        Ok(Scalar(truth.to_string()))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Scalar, E> {
        Ok(Scalar(number.to_string()))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Scalar, E> {
        Ok(Scalar(number.to_string()))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Scalar, E> {
        Ok(Scalar(number.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Status, headers and body of the response to `payload`; 0 when it is none.
    fn check(payload: &str, status: u16, headers: &[(&str, &str)], body: &str) {
        let response = match response(&Bytes::from(payload.to_owned())) {
            Ok(response) => response,
            Err(refusal) => {
                assert_eq!((refusal, status), (Refusal::IntegrationMalformed, 0), "{payload}");
                return;
            }
        };
        let text = |value: &HeaderValue| value.to_str().map(str::to_owned).expect("it is text");
        let found: Vec<_> = response.headers().iter().map(|(name, value)| (name.as_str(), text(value))).collect();
        let expected: Vec<_> = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        assert_eq!((response.status().as_u16(), found), (status, expected), "{payload}");
        assert_eq!(response.body(), body, "{payload}");
    }

    #[test]
    fn an_object_with_a_status_is_the_response() {
        check(
            r#"{"statusCode":201,"headers":{"Location":"/items/7","X-Count":3,"X-Last":true},"cookies":["a=1","b=2"],"body":"{}"}"#,
            201,
            &[
                ("location", "/items/7"),
                ("x-count", "3"),
                ("x-last", "true"),
                ("set-cookie", "a=1"),
                ("set-cookie", "b=2"),
                ("content-type", "text/plain;charset=UTF-8"),
            ],
            "{}",
        );
        check(r#"{"statusCode":204,"headers":null,"body":null,"isBase64Encoded":null}"#, 204, &[], "");
        check(
            r#" {"statusCode":200,"body":"aMOp","isBase64Encoded":true}"#,
            200,
            &[("content-type", TEXT_PLAIN)],
            "hé",
        );
        let twice = r#"{"statusCode":200,"headers":{"a":"1","b":"1"},"multiValueHeaders":{"A":["2","3"]}}"#;
        check(twice, 200, &[("b", "1"), ("a", "2"), ("a", "3")], "");
    }

    const TEXT_PLAIN: &str = "text/plain;charset=UTF-8";

    #[test]
    fn what_is_the_gateways_is_not_the_functions() {
        let hop =
            r#"{"statusCode":200,"headers":{"Content-Length":"99","Connection":"close","Transfer-Encoding":"x"}}"#;
        check(hop, 200, &[], "");
    }

    #[test]
    fn other_json_is_the_body_of_a_200() {
        let json = [("content-type", "application/json")];
        for payload in [r#"{"message":"hi","body":{"a":1}}"#, "[200]", "null", "12", r#"{"headers":7}"#] {
            check(payload, 200, &json, payload);
        }
        check(r#""Hello from Lambda!""#, 200, &json, "Hello from Lambda!");
        check(r#""a\"b""#, 200, &json, "a\"b");
    }

    #[test]
    fn anything_else_is_malformed() {
        for payload in [
            "",
            "{",
            "hello",
            r#"{"statusCode":"two hundred"}"#,
            r#"{"statusCode":99}"#,
            r#"{"statusCode":700}"#,
            r#"{"statusCode":200,"body":{"a":1}}"#,
            r#"{"statusCode":200,"body":"%","isBase64Encoded":true}"#,
            r#"{"statusCode":200,"headers":{"a b":"1"}}"#,
            r#"{"statusCode":200,"headers":{"a":"1\n2"}}"#,
            r#"{"statusCode":200,"headers":{"a":["1"]}}"#,
            r#"{"statusCode":200,"cookies":"a=1"}"#,
        ] {
            check(payload, 0, &[], "");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_payload_is_too_strange(payload in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            drop(response(&payload.into()));
        }

        #[test]
        fn a_body_arrives_as_it_was(body in ".{0,60}", status in 100_u16..600) {
            let payload = serde_json::json!({ "statusCode": status, "body": body }).to_string();
            let response = response(&payload.into()).expect("it is one");
            proptest::prop_assert_eq!(response.status().as_u16(), status);
            proptest::prop_assert_eq!(&response.body()[..], body.as_bytes());
        }
    }
}
