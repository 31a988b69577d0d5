//! The request headers that mean something to us.

use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::answer::CORRELATION_ID;
use crate::error::{ApiError, Detail, ErrorCode};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const TOKEN_LEN_MAX: usize = 64;

/// The caller's correlation id, if it sent one that is safe to log and to send on.
pub fn correlation_id(headers: &HeaderMap) -> Option<&str> {
    let id = headers.get(CORRELATION_ID)?.to_str().ok()?;
    let is_safe = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    ((1..=TOKEN_LEN_MAX).contains(&id.len()) && id.bytes().all(is_safe)).then_some(id)
}

/// The `Idempotency-Key`, if there is one.
///
/// # Errors
/// `invalid_request` for one that is empty, too long, or has other than visible ASCII characters; and for one with a comma,
/// by which the gateway joins two.
pub fn idempotency_key(headers: &HeaderMap) -> Result<Option<&str>, ApiError> {
    let Some(value) = headers.get(IDEMPOTENCY_KEY) else { return Ok(None) };
    let is_good = |key: &str| {
        (1..=TOKEN_LEN_MAX).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic() && byte != b',')
    };
    match value.to_str() {
        Ok(key) if is_good(key) => Ok(Some(key)),
        _ => Err(ApiError::field("idempotency-key", "must be 1 to 64 visible ASCII characters without a comma")),
    }
}

/// # Errors
/// `unsupported_media_type` unless the body is declared as plain JSON.
pub fn demand_json(headers: &HeaderMap) -> Result<(), ApiError> {
    let declared = |name| headers.get(name).map(|value: &HeaderValue| value.to_str().unwrap_or_default());
    let media_type = declared(CONTENT_TYPE).unwrap_or_default().split(';').next().unwrap_or_default().trim();
    let refused =
        |name, problem| Err(ApiError::new(ErrorCode::UnsupportedMediaType).with_detail(Detail::new(name, problem)));
    if !media_type.eq_ignore_ascii_case("application/json") {
        return refused("content-type", "must be application/json");
    }
    if declared(CONTENT_ENCODING).is_some_and(|encoding| !encoding.eq_ignore_ascii_case("identity")) {
        return refused("content-encoding", "must be identity");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn headers(name: HeaderName, value: &[u8]) -> HeaderMap {
        let value = HeaderValue::from_bytes(value).expect("a legal header");
        HeaderMap::from_iter([(name, value)])
    }

    #[test]
    fn only_a_safe_correlation_id_is_taken_over() {
        for (sent, taken) in [("abc-1_2", true), ("", false), ("a b", false), ("a,b", false), ("ä", false)] {
            assert_eq!(correlation_id(&headers(CORRELATION_ID, sent.as_bytes())).is_some(), taken, "{sent}");
        }
        assert!(correlation_id(&headers(CORRELATION_ID, &[b'a'; 64])).is_some());
        assert!(correlation_id(&headers(CORRELATION_ID, &[b'a'; 65])).is_none());
    }

    #[test]
    fn json_may_be_declared_with_parameters() {
        for (declared, good) in [
            ("application/json", true),
            ("Application/JSON; charset=utf-8", true),
            ("text/plain", false),
            ("application/json-patch+json", false),
        ] {
            assert_eq!(demand_json(&headers(CONTENT_TYPE, declared.as_bytes())).is_ok(), good, "{declared}");
        }
        assert!(demand_json(&HeaderMap::new()).is_err());
        for (encoding, good) in [("identity", true), ("gzip", false), ("", false)] {
            let mut headers = headers(CONTENT_TYPE, b"application/json");
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
            assert_eq!(demand_json(&headers).is_ok(), good, "{encoding}");
        }
    }

    proptest! {
        #[test]
        fn any_header_is_taken_or_refused(value in proptest::collection::vec(0x20_u8..0x7f, 0..100)) {
            let all = headers(IDEMPOTENCY_KEY, &value);
            let is_good = (1..=64).contains(&value.len()) && !value.contains(&b' ') && !value.contains(&b',');
            prop_assert_eq!(idempotency_key(&all).is_ok(), is_good);
        }
    }
}
