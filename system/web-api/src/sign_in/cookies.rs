//! The two cookies.
//!
//! - [`SIGN_IN`] lives for one sign-in. It is `SameSite=Lax`, because the identity provider sends the browser back from
//!   another site, and a `Strict` cookie would not come along.
//! - [`REFRESH`] is `SameSite=Strict` and goes to `/api/auth` only.
//!
//! Both are `HttpOnly` and `Secure`; the prefixes `__Host-` and `__Secure-` make browsers insist on it.

use std::time::Duration;

use http::header::COOKIE;
use http::{HeaderMap, HeaderValue};

pub const SIGN_IN: &str = "__Host-rez-login";
pub const REFRESH: &str = "__Secure-rez-refresh";

/// As long as the user pool's refresh tokens live at most; the pool has the last word.
const REFRESH_AGE_MAX: Duration = Duration::from_secs(30 * 24 * 3600);

/// Browsers drop a cookie above 4,096 bytes, name and attributes included.
const VALUE_BYTES_MAX: usize = 3_800;

/// The value of a cookie that came with the request.
pub fn read<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let all = headers.get(COOKIE)?.to_str().ok()?;
    let value = all.split(';').find_map(|cookie| cookie.trim().strip_prefix(name)?.strip_prefix('='))?;
    (!value.is_empty() && value.len() <= VALUE_BYTES_MAX).then_some(value)
}

/// Starts the cookie of a sign-in. `sealed` is base64url.
pub fn start_sign_in(sealed: &str, age_max: Duration) -> Option<HeaderValue> {
    set(SIGN_IN, sealed, "Path=/; HttpOnly; Secure; SameSite=Lax", age_max)
}

pub fn end_sign_in() -> HeaderValue {
    HeaderValue::from_static("__Host-rez-login=; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=0")
}

/// Keeps a refresh token; `None` when the token cannot be a cookie.
pub fn keep_refresh(token: &str) -> Option<HeaderValue> {
    set(REFRESH, token, "Path=/api/auth; HttpOnly; Secure; SameSite=Strict", REFRESH_AGE_MAX)
}

pub fn end_refresh() -> HeaderValue {
    HeaderValue::from_static("__Secure-rez-refresh=; Path=/api/auth; HttpOnly; Secure; SameSite=Strict; Max-Age=0")
}

fn set(name: &str, value: &str, attributes: &str, age_max: Duration) -> Option<HeaderValue> {
    if value.is_empty() || value.len() > VALUE_BYTES_MAX || !value.bytes().all(is_cookie_octet) {
        return None;
    }
    HeaderValue::from_str(&format!("{name}={value}; {attributes}; Max-Age={}", age_max.as_secs())).ok()
}

/// RFC 6265 §4.1.1: no control, space, quote, comma, semicolon or backslash, so a value cannot add an attribute.
fn is_cookie_octet(byte: u8) -> bool {
    matches!(byte, 0x21 | 0x23..=0x2b | 0x2d..=0x3a | 0x3c..=0x5b | 0x5d..=0x7e)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn headers(cookie: &str) -> HeaderMap {
        HeaderMap::from_iter([(COOKIE, HeaderValue::from_str(cookie).expect("a legal header"))])
    }

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let all = headers("x__Secure-rez-refresh=no; __Secure-rez-refresh2=no;__Secure-rez-refresh=yes=; other=1");
        assert_eq!(read(&all, REFRESH), Some("yes="));
        assert_eq!(read(&all, SIGN_IN), None);
        assert_eq!(read(&headers("__Secure-rez-refresh="), REFRESH), None);
    }

    #[test]
    fn a_value_cannot_add_an_attribute() {
        for bad in ["", "a;b", "a b", "a,b", "a\"b", "a\r\nb", "ä", &"x".repeat(VALUE_BYTES_MAX + 1)] {
            assert_eq!(keep_refresh(bad), None, "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_set_is_read_back(value in "[!#-+\\--:<-\\[\\]-~]{1,300}") {
            let set = keep_refresh(&value).expect("a legal value");
            let pair = set.to_str().expect("ASCII").split(';').next().expect("a pair").to_owned();
            let headers = headers(&pair);
            prop_assert_eq!(read(&headers, REFRESH), Some(value.as_str()));
        }

        #[test]
        fn any_header_is_searched(cookie in "[ -~]{0,200}") {
            let _ = read(&headers(&cookie), REFRESH);
        }
    }
}
