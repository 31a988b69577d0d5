//! Where a request carries the identity of its sender (`http-api-lambda-authorizer`, "Identity sources").

use crate::host::api_gateway::incoming::Incoming;

/// One of the places that an authorizer looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// `$request.header.NAME`, in lower case.
    Header(String),
    /// `$request.querystring.NAME`.
    Parameter(String),
    /// `$context.routeKey`: results are then kept for each route.
    RouteKey,
}

/// A place that is not modelled, or does not exist.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "identity source `{0}` is not modelled (`$request.header.…`, `$request.querystring.…`, `$context.routeKey` are)"
)]
pub struct SourceError(String);

impl Source {
    /// # Errors
    /// For a source that is not modelled.
    pub fn parse(text: &str) -> Result<Self, SourceError> {
        let named = |prefix| text.strip_prefix(prefix).filter(|name: &&str| !name.is_empty());
        if let Some(name) = named("$request.header.") {
            return Ok(Self::Header(name.to_ascii_lowercase()));
        }
        if let Some(name) = named("$request.querystring.") {
            return Ok(Self::Parameter(name.to_owned()));
        }
        if text == "$context.routeKey" { Ok(Self::RouteKey) } else { Err(SourceError(text.to_owned())) }
    }

    /// What stands there; `None` for nothing, or an empty text.
    fn value<'a>(&self, incoming: &'a Incoming<'_>, route_key: &'a str) -> Option<&'a str> {
        let value = match self {
            Self::Header(name) => incoming.header(name),
            Self::Parameter(name) => incoming.parameter(name),
            Self::RouteKey => Some(route_key),
        };
        value.filter(|value| !value.is_empty())
    }
}

/// The values at all sources; `None` when one of them is missing.
pub fn identity(sources: &[Source], incoming: &Incoming<'_>, route_key: &str) -> Option<Vec<String>> {
    sources.iter().map(|source| source.value(incoming, route_key).map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::Request;

    use super::*;

    fn check(sources: &[&str], expected: Option<&[&str]>) {
        let sources: Vec<_> = sources.iter().map(|source| Source::parse(source).expect("it is modelled")).collect();
        let request = Request::get("/?key=k&empty=").header("Authorization", "Bearer x").header("x-empty", "");
        let request = request.body(Bytes::new()).expect("it is good");
        let found = identity(&sources, &Incoming::read(&request, "host"), "GET /");
        assert_eq!(found, expected.map(|values| values.iter().map(|value| (*value).to_owned()).collect()));
    }

    #[test]
    fn all_sources_are_read_in_order() {
        check(&["$request.header.AUTHORIZATION", "$request.querystring.key"], Some(&["Bearer x", "k"]));
        check(&["$context.routeKey"], Some(&["GET /"]));
        check(&[], Some(&[]));
    }

    #[test]
    fn one_that_is_missing_or_empty_is_enough_to_fail() {
        check(&["$request.header.Authorization", "$request.header.x-none"], None);
        check(&["$request.header.x-empty"], None);
        check(&["$request.querystring.empty"], None);
    }

    #[test]
    fn what_is_not_modelled_is_named() {
        for text in ["$request.body.token", "$context.identity.sourceIp", "$request.header.", "Authorization"] {
            let error = Source::parse(text).expect_err("it is not modelled").to_string();
            assert!(error.contains(&format!("`{text}`")), "{error}");
        }
    }
}
