//! API Gateway's question and our answer: payload format 2.0, simple response (`http-api-lambda-authorizer`).

use serde::{Deserialize, Serialize};

use crate::verify::Claims;

/// What of the question matters. The gateway sends much more, some of it chosen by the caller, and none of that can
/// make this fail to parse.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuthorizerRequest {
    /// Values of the identity sources that the template names: one, the `Authorization` header.
    #[serde(default)]
    pub identity_source: Option<Vec<String>>,
}

impl AuthorizerRequest {
    /// The token, if it came as `Bearer TOKEN` (RFC 6750 §2.1; the scheme in any case, RFC 9110 §11.1).
    pub fn bearer_token(&self) -> Option<&str> {
        let (scheme, token) = self.identity_source.as_deref()?.first()?.split_once(' ')?;
        (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
    }

    /// What comes after the scheme, whichever that is.
    pub fn credentials(&self) -> Option<&str> {
        self.identity_source.as_deref()?.first()?.rsplit(' ').next()
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SimpleResponse {
    pub is_authorized: bool,
    /// Reaches the function behind the route as `requestContext.authorizer.lambda`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context: Option<Context>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Context {
    pub sub: String,
    pub username: String,
    /// Names of the user's groups, joined by spaces.
    pub groups: String,
    /// Scopes, joined by spaces, as in the token.
    pub scope: String,
}

impl SimpleResponse {
    pub fn allow(claims: Claims) -> Self {
        let groups = claims.groups.join(" ");
        let context = Context { sub: claims.sub, username: claims.username, groups, scope: claims.scope };
        Self { is_authorized: true, context: Some(context) }
    }

    pub fn deny() -> Self {
        Self { is_authorized: false, context: None }
    }
}
