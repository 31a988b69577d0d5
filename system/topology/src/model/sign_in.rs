//! Who can sign in, and with which application.

use std::collections::BTreeMap;
use std::time::Duration;

/// A user pool of Cognito.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserPool {
    /// `REGION_…`, the rest drawn by AWS; here it follows from the stack and the logical id.
    pub id: String,
    pub name: String,
    pub arn: String,
    /// `https://cognito-idp.REGION.amazonaws.com/ID`: the `iss` of every token, and where the keys are.
    pub issuer: String,
    /// First label of `DOMAIN.auth.REGION.amazoncognito.com`, where users sign in.
    pub domain: Option<String>,
    /// What the pool's resource servers offer beside OpenID Connect's, as `IDENTIFIER/NAME`; by logical id.
    pub scopes: BTreeMap<String, Vec<String>>,
    /// By logical id.
    pub groups: BTreeMap<String, UserGroup>,
    /// By logical id.
    pub clients: BTreeMap<String, UserPoolClient>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserGroup {
    pub name: String,
    /// The lowest goes first.
    pub precedence: Option<u32>,
}

/// An application that users sign in with, by the authorization-code grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserPoolClient {
    /// The client id that AWS draws; here it follows from the stack and the logical id.
    pub id: String,
    pub name: String,
    /// Where a browser may be sent with a code.
    pub callbacks: Vec<String>,
    /// Where it may be sent after signing out.
    pub logouts: Vec<String>,
    pub scopes: Vec<String>,
    /// 5 minutes to a day.
    pub access_token_validity: Duration,
    /// 5 minutes to a day.
    pub id_token_validity: Duration,
    /// An hour to ten years.
    pub refresh_token_validity: Duration,
    /// With rotation each refresh gives a new refresh token, and the old one is good for this much longer.
    pub refresh_rotation: Option<Duration>,
    /// Whether it has a secret; an application in a browser cannot keep one.
    pub secret: bool,
    pub token_revocation: bool,
}
