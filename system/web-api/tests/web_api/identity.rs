//! The identity provider's token endpoints.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use percent_encoding::percent_decode_str;
use rez_core::testing::{Recorded, Reply};
use ring::digest::{SHA256, digest};
use serde_json::json;

pub const CODE: &str = "good-code";
pub const REFRESH_TOKEN: &str = "refresh-1";

/// One user's session.
#[derive(Debug, Default)]
pub struct Provider {
    /// Challenge of the sign-in under way.
    pub challenge: String,
    /// Whether a refresh hands out a new refresh token.
    pub rotates: bool,
    pub revoked: Vec<String>,
    code_used: bool,
}

impl Provider {
    pub fn answer(&mut self, request: &Recorded) -> Reply {
        let fields = form(&request.body);
        let field = |name: &str| fields.get(name).map(String::as_str).unwrap_or_default();
        assert_eq!(request.header("content-type"), Some("application/x-www-form-urlencoded"));
        assert_eq!(field("client_id"), "client");
        if request.uri.ends_with("/oauth2/revoke") {
            self.revoked.push(field("token").to_owned());
            return Reply::text(200, "");
        }
        match field("grant_type") {
            "authorization_code" => self.exchange(field("code"), field("code_verifier"), field("redirect_uri")),
            "refresh_token" => self.refresh(field("refresh_token")),
            other => panic!("grant `{other}`"),
        }
    }

    fn exchange(&mut self, code: &str, verifier: &str, redirect: &str) -> Reply {
        let proves = URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes())) == self.challenge;
        let is_good = code == CODE && proves && redirect == "https://api.example.com/api/auth/callback";
        if !is_good || std::mem::replace(&mut self.code_used, true) {
            return Reply::json(400, &json!({"error": "invalid_grant"}));
        }
        Reply::json(
            200,
            &json!({"access_token": "access-1", "id_token": "id", "refresh_token": REFRESH_TOKEN,
            "token_type": "Bearer", "expires_in": 3600}),
        )
    }

    fn refresh(&self, token: &str) -> Reply {
        if token != REFRESH_TOKEN || self.revoked.iter().any(|revoked| revoked == token) {
            return Reply::json(400, &json!({"error": "invalid_grant"}));
        }
        let mut tokens = json!({"access_token": "access-2", "token_type": "Bearer", "expires_in": 3600});
        if self.rotates {
            tokens["refresh_token"] = json!("refresh-2");
        }
        Reply::json(200, &tokens)
    }
}

/// The pairs of a form or a query.
pub fn form(text: &str) -> BTreeMap<String, String> {
    let decode = |text: &str| percent_decode_str(text).decode_utf8().expect("UTF-8").into_owned();
    text.split('&').filter_map(|pair| pair.split_once('=')).map(|(name, value)| (decode(name), decode(value))).collect()
}
