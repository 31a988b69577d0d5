//! A Lambda authorizer: asked whether a request may pass, unless it was asked about the same identity a short time ago.

mod cache;
mod identity;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde::Deserialize;
use serde_json::Value;

use self::cache::Cache;
use self::identity::{Source, SourceError, identity};
use super::incoming::Incoming;

/// An authorizer that takes longer has failed ("Quotas for … HTTP APIs").
pub const TIMEOUT: Duration = Duration::from_secs(10);

#[derive(Debug)]
pub struct Authorizer {
    /// `FunctionName`.
    pub function: String,
    sources: Vec<Source>,
    cache: Cache,
}

/// What an authorizer has said.
#[derive(Debug, PartialEq)]
pub struct Decision {
    pub allowed: bool,
    /// Handed on to the route's function.
    pub context: Option<Value>,
}

/// What is not modelled of an authorizer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthorizerError {
    #[error("answers with policies, which is not modelled (set `EnableSimpleResponses`)")]
    Policy,
    #[error(transparent)]
    Source(#[from] SourceError),
}

impl Authorizer {
    /// `function` is the `FunctionName`.
    ///
    /// # Errors
    /// For what is not modelled.
    pub fn new(spec: &rez_topology::Authorizer, function: String) -> Result<Self, AuthorizerError> {
        if !spec.simple_responses {
            return Err(AuthorizerError::Policy);
        }
        Ok(Self {
            function,
            sources: spec.identity_sources.iter().map(|source| Source::parse(source)).collect::<Result<_, _>>()?,
            cache: Cache::new(spec.cache),
        })
    }

    /// Whom the request comes from; `None` when it does not say.
    pub fn identity(&self, incoming: &Incoming<'_>, route_key: &str) -> Option<Vec<String>> {
        identity(&self.sources, incoming, route_key)
    }

    /// What it said about this identity, if that still counts `now`.
    pub fn recall(&self, identity: &[String], now: Duration) -> Option<Arc<Decision>> {
        self.cache.get(identity, now)
    }

    pub fn remember(&self, identity: Vec<String>, decision: Arc<Decision>, now: Duration) {
        self.cache.put(identity, decision, now);
    }
}

impl Decision {
    /// Reads a simple response. `None` for anything else.
    pub fn read(payload: &Bytes) -> Option<Self> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Simple {
            is_authorized: bool,
            context: Option<Value>,
        }
        let is_object = payload.trim_ascii_start().starts_with(b"{");
        let simple: Simple = serde_json::from_slice(payload).ok().filter(|_| is_object)?;
        let context = simple.context.filter(|context| !context.is_null());
        let fits = context.as_ref().is_none_or(Value::is_object);
        fits.then_some(Self { allowed: simple.is_authorized, context })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(payload: &str) -> Option<Decision> {
        Decision::read(&Bytes::from(payload.to_owned()))
    }

    #[test]
    fn a_simple_response_decides() {
        let decision = |allowed, context| Some(Decision { allowed, context });
        assert_eq!(read(r#"{"isAuthorized":true}"#), decision(true, None));
        assert_eq!(read(r#"{"isAuthorized":false,"context":null}"#), decision(false, None));
        let context = json!({ "sub": "7", "groups": ["admin"], "n": 1 });
        let payload = json!({ "isAuthorized": true, "context": context }).to_string();
        assert_eq!(read(&payload), decision(true, Some(context)));
    }

    #[test]
    fn nothing_else_does() {
        for payload in [
            "",
            "null",
            "true",
            "[true]",
            "{}",
            r#"{"isAuthorized":"true"}"#,
            r#"{"isAuthorized":true,"context":"admin"}"#,
            r#"{"principalId":"7","policyDocument":{}}"#,
        ] {
            assert_eq!(read(payload), None, "{payload}");
        }
    }
}
