//! Who is calling: `Authorization: Bearer`, Basic with a token as password, or `?auth=` with the header's value in base64url.

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};

/// The access token of a request, or `None` when it carries no credentials.
///
/// # Errors
/// Credentials that are there and cannot be read.
pub fn token(header: Option<&str>, query: Option<&str>) -> Result<Option<String>, Unreadable> {
    match (header, query) {
        (Some(value), _) => from_header(value).map(Some),
        (None, Some(encoded)) => {
            let value = BASE64_URL_SAFE_NO_PAD.decode(encoded).map_err(|_| Unreadable)?;
            from_header(std::str::from_utf8(&value).map_err(|_| Unreadable)?).map(Some)
        }
        (None, None) => Ok(None),
    }
}

#[derive(Debug, PartialEq, Eq)]
pub struct Unreadable;

fn from_header(value: &str) -> Result<String, Unreadable> {
    let (scheme, rest) = value.trim().split_once(' ').ok_or(Unreadable)?;
    match scheme.to_ascii_lowercase().as_str() {
        "bearer" => Ok(rest.trim().to_owned()),
        "basic" => {
            let pair = BASE64_STANDARD.decode(rest.trim()).map_err(|_| Unreadable)?;
            let pair = String::from_utf8(pair).map_err(|_| Unreadable)?;
            pair.split_once(':').map(|(_, password)| password.to_owned()).ok_or(Unreadable)
        }
        _ => Err(Unreadable),
    }
}
