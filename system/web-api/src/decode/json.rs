//! A body as a JSON object, at a cost that its own size bounds.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::Value;

use crate::error::{ApiError, Detail, ErrorCode};

/// Checked before a byte is parsed. The largest message has about 5 KiB, and more only by escapes.
pub const BODY_BYTES_MAX: usize = 16 * 1024;

/// What the gateway puts where a body is not UTF-8. Who means the character itself can write `\ufffd`.
const REPLACEMENT: char = char::REPLACEMENT_CHARACTER;

/// A message nests two deep; this leaves room to name the field of a wrong type.
const DEPTH_MAX: usize = 8;

/// The fields of a JSON object.
///
/// # Errors
/// `body_too_large`; `invalid_json` for what is not UTF-8, not JSON, no object, nested too deeply, or names a field twice.
pub fn object(body: &[u8]) -> Result<BTreeMap<String, Value>, ApiError> {
    if body.len() > BODY_BYTES_MAX {
        return Err(ErrorCode::BodyTooLarge.into());
    }
    let text = std::str::from_utf8(body).map_err(|_| ApiError::from(ErrorCode::InvalidJson))?;
    if text.contains(REPLACEMENT) {
        return Err(ApiError::new(ErrorCode::InvalidJson).with_detail(Detail::new("body", "is not UTF-8")));
    }
    if is_deeper_than(text, DEPTH_MAX) {
        return Err(ApiError::new(ErrorCode::InvalidJson).with_detail(Detail::new("body", "is nested too deeply")));
    }
    serde_json::from_str::<Object>(text).map(|object| object.0).map_err(|_| ErrorCode::InvalidJson.into())
}

/// Whether brackets outside strings nest deeper than `bound`, found in one pass without a stack.
fn is_deeper_than(text: &str, bound: usize) -> bool {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > bound {
            return true;
        }
    }
    false
}

/// An object in which no name comes twice: with two, a proxy in front of us may have judged the other one.
struct Object(BTreeMap<String, Value>);

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor)
    }
}

struct ObjectVisitor;

impl<'de> Visitor<'de> for ObjectVisitor {
    type Value = Object;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
        let mut fields = BTreeMap::new();
        while let Some((name, value)) = map.next_entry::<String, Value>()? {
            if fields.insert(name, value).is_some() {
                return Err(A::Error::custom("a name comes twice"));
            }
        }
        Ok(Object(fields))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn code(body: &[u8]) -> Option<ErrorCode> {
        object(body).err().map(|error| error.code)
    }

    #[test]
    fn what_is_no_object_is_refused() {
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(5_000), "]".repeat(5_000));
        let huge = format!("{{\"a\":\"{}\"}}", "x".repeat(BODY_BYTES_MAX));
        let cases: [(&[u8], ErrorCode); 10] = [
            (b"", ErrorCode::InvalidJson),
            (b"null", ErrorCode::InvalidJson),
            (b"[1]", ErrorCode::InvalidJson),
            (b"{\"a\":1", ErrorCode::InvalidJson),
            (b"{\"a\":1}{", ErrorCode::InvalidJson),
            (b"{\"a\":1,\"a\":2}", ErrorCode::InvalidJson),
            (b"{\"a\":\"\xff\"}", ErrorCode::InvalidJson),
            ("{\"a\":\"\u{fffd}\"}".as_bytes(), ErrorCode::InvalidJson),
            (deep.as_bytes(), ErrorCode::InvalidJson),
            (huge.as_bytes(), ErrorCode::BodyTooLarge),
        ];
        for (body, expected) in cases {
            assert_eq!(code(body), Some(expected), "{:?}", String::from_utf8_lossy(&body[..body.len().min(40)]));
        }
    }

    #[test]
    fn brackets_in_strings_do_not_nest() {
        assert!(object(br#"{"a":"[[[[[[[[[[[[ \" [[[[[[[[","b":[[1]]}"#).is_ok());
    }

    #[test]
    fn a_replacement_character_may_be_escaped() {
        assert!(object(br#"{"a":"\ufffd"}"#).is_ok());
    }

    proptest! {
        #[test]
        fn any_bytes_are_an_object_or_refused(body in proptest::collection::vec(any::<u8>(), 0..600)) {
            let _ = object(&body);
        }

        #[test]
        fn any_brackets_are_an_object_or_refused(body in r#"[\[\]{}",:\\a1 ]{0,200}"#) {
            let _ = object(body.as_bytes());
        }
    }
}
