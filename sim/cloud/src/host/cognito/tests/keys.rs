//! The documents below the issuer, signatures, and the rotation of keys.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use serde_json::{Value, json};

use super::desk::*;
use crate::host::cognito::keys::KeyRing;
use crate::world::Seed;

fn document(desk: &mut Desk) -> Vec<Value> {
    let body = json(&desk.get(&format!("{ISSUER}/.well-known/jwks.json")));
    body["keys"].as_array().expect("it is a list").clone()
}

/// Whether one of `keys` is the token's, and its signature good.
fn verifies(token: &Value, keys: &[Value]) -> bool {
    let kid = decoded(token)[0]["kid"].clone();
    let (message, signature) = token.as_str().and_then(|token| token.rsplit_once('.')).expect("it has parts");
    let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).expect("it is Base64url");
    keys.iter().filter(|key| key["kid"] == kid).any(|key| {
        let [n, e] = ["n", "e"].map(|part| bytes(key[part].as_str().expect("it is text")));
        let key = RsaPublicKeyComponents { n, e };
        key.verify(&RSA_PKCS1_2048_8192_SHA256, message.as_bytes(), &bytes(signature)).is_ok()
    })
}

#[test]
fn two_keys_are_published_and_sign_one_kind_of_token_each() {
    let mut desk = Desk::new();
    let keys = document(&mut desk);
    assert_eq!(keys.len(), 2);
    for key in &keys {
        assert_eq!((&key["alg"], &key["kty"], &key["use"]), (&json!("RS256"), &json!("RSA"), &json!("sig")));
        assert_eq!((&key["e"], key["n"].as_str().map(str::len)), (&json!("AQAB"), Some(342)));
    }
    let body = desk.tokens();
    assert!(verifies(&body["id_token"], &keys[..1]) && verifies(&body["access_token"], &keys[1..]));
    assert!(!verifies(&body["access_token"], &keys[..1]));
}

#[test]
fn old_keys_stay_for_the_overlap() {
    let mut desk = Desk::new();
    let old = desk.tokens()["access_token"].clone();
    desk.pool.keys.rotate(desk.now, Duration::from_secs(600));
    let new = desk.tokens()["access_token"].clone();
    let keys = document(&mut desk);
    assert_eq!(keys.len(), 4);
    assert!(verifies(&new, &keys[..2]) && !verifies(&old, &keys[..2]) && verifies(&old, &keys));
    desk.wait(600);
    let keys = document(&mut desk);
    assert_eq!(keys.len(), 2);
    assert!(verifies(&new, &keys) && !verifies(&old, &keys));
}

#[test]
fn keys_can_be_withdrawn_at_once() {
    let mut desk = Desk::new();
    let old = desk.tokens()["access_token"].clone();
    desk.pool.keys.rotate(desk.now, Duration::ZERO);
    assert!(!verifies(&old, &document(&mut desk)));
}

#[test]
fn the_seed_decides_the_keys() {
    let published = |seed| KeyRing::new(Seed(seed).stream("keys")).published(std::time::UNIX_EPOCH);
    assert_eq!(published(1), published(1));
    assert_ne!(published(1), published(2));
}

#[test]
fn every_committed_key_signs() {
    let mut keys = KeyRing::new(Seed(1).stream("keys"));
    let mut moduli = std::collections::BTreeSet::new();
    for _ in 0..3 {
        let published = keys.published(std::time::UNIX_EPOCH);
        let published = published["keys"].as_array().expect("it is a list");
        moduli.extend(published.iter().map(|key| key["n"].to_string()));
        assert!(verifies(&keys.access_token.sign(&json!({})).into(), published));
        keys.rotate(std::time::UNIX_EPOCH, Duration::ZERO);
    }
    assert_eq!(moduli.len(), 6);
}

#[test]
fn the_configuration_names_the_endpoints() {
    let body = json(&Desk::new().get(&format!("{ISSUER}/.well-known/openid-configuration")));
    assert_eq!(body["issuer"], ISSUER);
    assert_eq!(body["jwks_uri"], format!("{ISSUER}/.well-known/jwks.json"));
    for (name, path) in [
        ("authorization_endpoint", "/oauth2/authorize"),
        ("token_endpoint", "/oauth2/token"),
        ("revocation_endpoint", "/oauth2/revoke"),
    ] {
        assert_eq!(body[name], format!("{LOGIN}{path}"));
    }
}

#[test]
fn another_pools_keys_are_not_here() {
    let mut desk = Desk::new();
    for path in ["us-east-1_Other/.well-known/jwks.json", ".well-known/jwks.json", "us-east-1_Desk/.well-known/keys"] {
        let response = desk.get(&format!("https://cognito-idp.us-east-1.amazonaws.com/{path}"));
        assert_eq!(response.status(), StatusCode::NOT_IMPLEMENTED, "{path}");
    }
}
