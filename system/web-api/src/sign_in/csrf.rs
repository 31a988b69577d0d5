//! Did the application itself send this, or a foreign page with the user's cookies?
//!
//! Asked of what a cookie alone authorizes: refresh and logout. Two independent proofs are wanted, beside the cookie's own
//! `SameSite=Strict`. A header that only a script can set, and a script of another site only after a preflight that the
//! gateway's CORS allow-list refuses. And an `Origin`, which browsers set on every POST and scripts cannot forge.

use http::header::ORIGIN;
use http::{HeaderMap, HeaderName};

use crate::error::{ApiError, Detail, ErrorCode};

pub const CSRF: HeaderName = HeaderName::from_static("x-rez-csrf");

/// # Errors
/// `csrf_refused`, naming what is missing.
pub fn check(headers: &HeaderMap, origins_allowed: &[String]) -> Result<(), ApiError> {
    if headers.get(CSRF).is_none_or(|value| value != "1") {
        return Err(refused("x-rez-csrf", "must be 1"));
    }
    let origin = headers.get(ORIGIN).and_then(|value| value.to_str().ok());
    match origin {
        Some(origin) if origins_allowed.iter().any(|allowed| allowed == origin) => Ok(()),
        _ => Err(refused("origin", "is not on the allow-list")),
    }
}

fn refused(header: &str, problem: &'static str) -> ApiError {
    ApiError::new(ErrorCode::CsrfRefused).with_detail(Detail::new(header, problem))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn only_the_application_passes() {
        let allowed = ["https://app.example.com".to_owned()];
        let cases = [
            (Some("1"), Some("https://app.example.com"), true),
            (None, Some("https://app.example.com"), false),
            (Some("0"), Some("https://app.example.com"), false),
            (Some("1"), None, false),
            (Some("1"), Some("null"), false),
            (Some("1"), Some("https://app.example.com.evil.example"), false),
            (Some("1"), Some("http://app.example.com"), false),
            (Some("1"), Some("https://app.example.com,https://evil.example"), false),
        ];
        for (csrf, origin, passes) in cases {
            let mut headers = HeaderMap::new();
            csrf.map(|value| headers.insert(CSRF, HeaderValue::from_static(value)));
            origin.map(|value| headers.insert(ORIGIN, HeaderValue::from_static(value)));
            assert_eq!(check(&headers, &allowed).is_ok(), passes, "{csrf:?} {origin:?}");
        }
    }
}
