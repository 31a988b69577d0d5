//! What the pool publishes about itself below its issuer: keys, and OpenID Connect discovery.

use std::time::SystemTime;

use serde_json::{Value, json};

use super::answer::{Answer, public_json};
use super::pool::Pool;
use super::settings::Settings;

/// Where they are, below the issuer.
pub const KEYS: &str = "/.well-known/jwks.json";
pub const CONFIGURATION: &str = "/.well-known/openid-configuration";

/// The document at that path, if there is one.
pub fn document(pool: &Pool, path: &str, now: SystemTime) -> Option<Answer> {
    match path.strip_prefix(url_path(&pool.settings.issuer))? {
        KEYS => Some(public_json(&pool.keys.published(now))),
        CONFIGURATION => Some(public_json(&configuration(&pool.settings))),
        _ => None,
    }
}

/// What follows scheme and authority, without a slash at its end.
fn url_path(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.find('/').map_or("", |at| rest[at..].trim_end_matches('/'))
}

fn configuration(settings: &Settings) -> Value {
    let Settings { issuer, login_url, .. } = settings;
    json!({
        "authorization_endpoint": format!("{login_url}/oauth2/authorize"),
        "end_session_endpoint": format!("{login_url}/logout"),
        "id_token_signing_alg_values_supported": ["RS256"],
        "issuer": issuer,
        "jwks_uri": format!("{issuer}{KEYS}"),
        "response_types_supported": ["code"],
        "revocation_endpoint": format!("{login_url}/oauth2/revoke"),
        "scopes_supported": ["openid", "email", "phone", "profile"],
        "subject_types_supported": ["public"],
        "token_endpoint": format!("{login_url}/oauth2/token"),
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "userinfo_endpoint": format!("{login_url}/oauth2/userInfo"),
    })
}
