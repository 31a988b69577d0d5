//! Whatever comes in, the answer is a verdict.

use jwt_authorizer::{AuthorizerRequest, KeySet, verify};
use proptest::prelude::*;
use serde_json::json;

use crate::forge::*;

/// JSON of any shape, as deep as a token can hold.
fn any_json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(|value| json!(value)),
        any::<i64>().prop_map(|value| json!(value)),
        any::<f64>().prop_map(|value| json!(value)),
        ".{0,20}".prop_map(|value| json!(value)),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(|values| json!(values)),
            prop::collection::btree_map(".{0,8}", inner, 0..6).prop_map(|members| json!(members)),
        ]
    })
}

fn denied(token: &[u8]) -> bool {
    verify(token, &keys(), &expectations(), now()).is_err()
}

proptest! {
    #[test]
    fn any_bytes_are_denied(token in prop::collection::vec(any::<u8>(), 0..600)) {
        prop_assert!(denied(&token));
    }

    #[test]
    fn any_three_parts_are_denied(parts in prop::array::uniform3(prop::collection::vec(any::<u8>(), 0..200))) {
        prop_assert!(denied(parts.map(encode).join(".").as_bytes()));
    }

    #[test]
    fn any_header_is_judged(name in "[a-z0-9]{1,4}", value in any_json()) {
        let mut header = header();
        header[name] = value;
        let _verdict = denied(token(&header, &claims(json!({}))).as_bytes());
    }

    /// Signed well, and nonsense all the same: what a broken user pool could send.
    #[test]
    fn any_claim_is_judged(name in prop::sample::select(vec![
        "sub", "username", "scope", "cognito:groups", "iss", "aud", "client_id", "token_use", "exp", "nbf", "iat",
    ]), value in any_json()) {
        let mut claims = claims(json!({}));
        claims[name] = value;
        let _verdict = denied(token(&header(), &claims).as_bytes());
    }

    #[test]
    fn one_changed_byte_is_one_too_many(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let good = good().into_bytes();
        let mut changed = good.clone();
        changed[at.index(good.len())] = byte;
        prop_assert!(changed == good || denied(&changed));
    }

    #[test]
    fn any_key_document_is_judged(document in prop_oneof![
        prop::collection::vec(any::<u8>(), 0..200),
        any_json().prop_map(|keys| json!({"keys": [keys]}).to_string().into_bytes()),
        any_json().prop_map(|n| json!({"keys": [{"kid": "k", "kty": "RSA", "n": n, "e": "AQAB"}]}).to_string().into_bytes()),
    ]) {
        let _keys = KeySet::parse(&document);
    }

    /// Keys of any size verify nothing, and break nothing.
    #[test]
    fn any_key_is_harmless(n in prop::collection::vec(any::<u8>(), 0..600), e in prop::collection::vec(any::<u8>(), 0..12)) {
        let key = json!({"kid": KEY_ID, "kty": "RSA", "n": encode(n), "e": encode(e)});
        let keys = KeySet::parse(json!({"keys": [key]}).to_string().as_bytes()).expect("it looks like a key");
        prop_assert!(verify(good().as_bytes(), &keys, &expectations(), now()).is_err());
    }

    #[test]
    fn any_identity_source_is_read(sources in prop::option::of(prop::collection::vec(".{0,40}", 0..3))) {
        let _token = AuthorizerRequest { identity_source: sources }.bearer_token();
    }
}
