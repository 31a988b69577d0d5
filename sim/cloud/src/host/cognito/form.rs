//! `application/x-www-form-urlencoded`: queries and request bodies.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::Request;
use http::header::CONTENT_TYPE;

/// Parameters, each at most once. One without a value counts as omitted (RFC 6749 §3.1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Form(BTreeMap<String, String>);

/// A parameter was given more than once, which RFC 6749 §3.1 forbids, or the body was no form.
#[derive(Debug, PartialEq, Eq)]
pub struct BadForm;

impl Form {
    pub fn of_query(request: &Request<Bytes>) -> Result<Self, BadForm> {
        Self::parse(request.uri().query().unwrap_or_default().as_bytes())
    }

    pub fn of_body(request: &Request<Bytes>) -> Result<Self, BadForm> {
        let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        if kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            Self::parse(request.body())
        } else {
            Err(BadForm)
        }
    }

    fn parse(encoded: &[u8]) -> Result<Self, BadForm> {
        let mut parameters = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(encoded).filter(|(_, value)| !value.is_empty()) {
            if parameters.insert(name.into_owned(), value.into_owned()).is_some() {
                return Err(BadForm);
            }
        }
        Ok(Self(parameters))
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

/// `url` with more parameters in its query.
pub fn with_parameters<'a>(url: &str, parameters: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let encoded = form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
    let separator = if url.contains('?') { '&' } else { '?' };
    format!("{url}{separator}{encoded}")
}
