//! The table of hostile tokens: each is denied, and for the reason that it was made for.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jwt_authorizer::{CLOCK_SKEW_MAX, Denied, TOKEN_BYTES_MAX, verify};
use ring::hmac;
use serde_json::{Value, json};

use crate::forge::*;

fn check(what: &str, token: impl AsRef<[u8]>, reason: Denied) {
    assert_eq!(verify(token.as_ref(), &keys(), &expectations(), now()).err(), Some(reason), "{what}");
}

fn check_claims(changes: Value, reason: Denied) {
    check(&changes.to_string(), token(&header(), &claims(changes.clone())), reason);
}

/// `HEADER.CLAIMS` of a good token, for other signatures.
fn unsigned(header: &Value) -> String {
    format!("{}.{}", encode(header.to_string()), encode(claims(json!({})).to_string()))
}

#[test]
fn a_good_token_passes_with_what_it_says() {
    let claims = verify(good().as_bytes(), &keys(), &expectations(), now()).expect("it is good");
    assert_eq!((claims.username.as_str(), claims.scope.as_str()), ("alice", "openid app/use"));
    assert_eq!(claims.sub, "5b2c8e1a-0000-4000-8000-000000000001");
    assert_eq!(claims.groups, ["user", "viewer"]);
}

#[test]
fn a_user_without_groups_passes() {
    let token = token(&header(), &claims(json!({"cognito:groups": null, "aud": CLIENT_ID})));
    let claims = verify(token.as_bytes(), &keys(), &expectations(), now()).expect("it is good");
    assert!(claims.groups.is_empty());
}

#[test]
fn signatures() {
    let message = unsigned(&header());
    let signature = good().rsplit('.').next().expect("three parts").to_owned();
    let other = encode(json!({"sub": "mallory"}).to_string());
    check("no third part", &message, Denied::Malformed);
    check("an empty signature", format!("{message}."), Denied::Signature);
    check("another's signature", foreign_token(&header()), Denied::Signature);
    check("a signature of zeros", format!("{message}.{}", encode([0; 256])), Denied::Signature);
    let cut = &URL_SAFE_NO_PAD.decode(&signature).expect("it is Base64")[..253];
    check("a cut signature", format!("{message}.{}", encode(cut)), Denied::Signature);
    check("other claims", format!("{}.{other}.{signature}", encode(header().to_string())), Denied::Signature);
    check("a padded signature", format!("{}==", good()), Denied::Malformed);
}

#[test]
fn algorithms() {
    for none in ["none", "None", "NONE", ""] {
        let header = json!({"kid": KEY_ID, "alg": none});
        check(none, format!("{}.", unsigned(&header)), Denied::Malformed);
    }
    check("no algorithm", token(&json!({"kid": KEY_ID}), &claims(json!({}))), Denied::Malformed);
    check("RS512", rs512_token(), Denied::Algorithm);
    for other in ["ES256", "PS256", "EdDSA"] {
        check(other, token(&json!({"kid": KEY_ID, "alg": other}), &claims(json!({}))), Denied::Algorithm);
    }
}

#[test]
fn the_public_key_is_no_shared_secret() {
    let message = unsigned(&json!({"kid": KEY_ID, "alg": "HS256"}));
    let document = document().to_string();
    for secret in [signing().modulus().as_slice(), document.as_bytes(), b""] {
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), message.as_bytes());
        check("HS256", format!("{message}.{}", encode(tag)), Denied::Algorithm);
    }
}

#[test]
fn key_ids() {
    let traversing = ["../../../dev/null", "/dev/null", "key/../Id+1=", "..%2f..%2fkey", "key\0", "' or 1=1 --", ""];
    for id in traversing.into_iter().chain(["unknown", "key/id+1=", "https://evil.example/jwks.json"]) {
        check(id, token(&json!({"kid": id, "alg": "RS256"}), &claims(json!({}))), Denied::UnknownKey);
    }
    check("none", token(&json!({"alg": "RS256"}), &claims(json!({}))), Denied::Malformed);
    for id in [json!(1), json!(["key/Id+1="]), json!({}), json!(true)] {
        check("no text", token(&json!({"kid": id, "alg": "RS256"}), &claims(json!({}))), Denied::Malformed);
    }
}

#[test]
fn keys_that_come_with_the_token() {
    let own = foreign().public(KEY_ID);
    for (name, value) in [
        ("jwk", own),
        ("jku", json!("https://evil.example/jwks.json")),
        ("x5u", json!("https://evil.example/chain.pem")),
        ("x5c", json!(["MIIB"])),
        ("crit", json!(["exp"])),
    ] {
        let mut header = header();
        header[name] = value;
        check(name, foreign_token(&header), Denied::ForeignHeader);
        // Not even with a good signature: Cognito sends none of these.
        check(name, token(&header, &claims(json!({}))), Denied::ForeignHeader);
    }
}

#[test]
fn issuers_audiences_and_uses() {
    let other_pool = ISSUER.replace("Example", "Another");
    for issuer in [json!(other_pool), json!(format!("{ISSUER}/")), json!("")] {
        check_claims(json!({"iss": issuer}), Denied::Issuer);
    }
    for audience in [json!("another-client"), json!("")] {
        check_claims(json!({"aud": audience}), Denied::Audience);
    }
    for client in [json!("another-client"), json!(""), json!(format!("{CLIENT_ID} "))] {
        check_claims(json!({"client_id": client}), Denied::Client);
    }
    for scope in [json!(null), json!(""), json!("openid"), json!("app/user"), json!("openid,app/use")] {
        check_claims(json!({"scope": scope}), Denied::Scope);
    }
    for token_use in [json!("id"), json!("refresh"), json!("Access"), json!("")] {
        check_claims(json!({"token_use": token_use}), Denied::Use);
    }
    check_claims(json!({"token_use": "id", "client_id": null, "aud": CLIENT_ID}), Denied::Malformed);
}

#[test]
fn times() {
    let skew = i64::try_from(CLOCK_SKEW_MAX.as_secs()).expect("it is small");
    check_claims(json!({"exp": seconds(-3600)}), Denied::Expired);
    check_claims(json!({"exp": seconds(-skew)}), Denied::Expired);
    check_claims(json!({"exp": 0}), Denied::Expired);
    check_claims(json!({"nbf": seconds(3600)}), Denied::NotYetValid);
    check_claims(json!({"nbf": seconds(skew + 1)}), Denied::NotYetValid);
    check_claims(json!({"iat": seconds(skew + 1)}), Denied::NotYetValid);
    check_claims(json!({"nbf": u64::MAX}), Denied::NotYetValid);
    for passing in [json!({"exp": seconds(1 - skew)}), json!({"nbf": seconds(skew)}), json!({"exp": u64::MAX})] {
        let token = token(&header(), &claims(passing.clone()));
        assert!(verify(token.as_bytes(), &keys(), &expectations(), now()).is_ok(), "{passing}");
    }
}

#[test]
fn claims_that_are_missing_or_of_another_kind() {
    for name in ["sub", "username", "iss", "client_id", "token_use", "exp"] {
        check_claims(json!({ name: null }), Denied::Malformed);
        for value in [json!({}), json!([]), json!(true), json!(-1), json!(1.5)] {
            check_claims(json!({ name: value }), Denied::Malformed);
        }
    }
    for changes in [
        json!({"exp": "9999999999"}),
        json!({"exp": 1e300}),
        json!({"nbf": "0"}),
        json!({"aud": [CLIENT_ID]}),
        json!({"aud": 42}),
        json!({"iss": [ISSUER]}),
        json!({"cognito:groups": "admin"}),
        json!({"cognito:groups": [1]}),
        json!({"cognito:groups": {"admin": true}}),
        json!({"scope": ["openid"]}),
    ] {
        check_claims(changes, Denied::Malformed);
    }
}

#[test]
fn no_group_reads_as_two() {
    for group in ["viewer admin", " admin", "viewer\tadmin", "viewer\u{a0}admin", ""] {
        check_claims(json!({"cognito:groups": [group]}), Denied::Malformed);
    }
}

#[test]
fn claims_that_stand_twice() {
    let text = claims(json!({})).to_string();
    let begin = text.strip_suffix('}').expect("an object");
    for again in [
        r#""sub":"mallory""#.to_owned(),
        r#""cognito:groups":["admin"]"#.to_owned(),
        r#""token_use":"access""#.to_owned(),
        format!(r#""exp":{}"#, seconds(9000)),
        format!(r#""iss":"{ISSUER}""#),
        r#""\u0073ub":"mallory""#.to_owned(),
    ] {
        check(&again, token_of(&header().to_string(), &format!("{begin},{again}}}")), Denied::Malformed);
    }
    let twice = format!(r#"{{"alg":"RS256","kid":"{KEY_ID}","kid":"other"}}"#);
    check("two keys", token_of(&twice, &text), Denied::Malformed);
    let twice = format!(r#"{{"alg":"RS256","alg":"none","kid":"{KEY_ID}"}}"#);
    check("two algorithms", token_of(&twice, &text), Denied::Malformed);
}

#[test]
fn sizes_and_shapes() {
    let huge = token(&header(), &claims(json!({"username": "a".repeat(TOKEN_BYTES_MAX)})));
    check("huge", huge, Denied::TooLong);
    check("just too long", "a".repeat(TOKEN_BYTES_MAX + 1), Denied::TooLong);
    check("dots", ".".repeat(TOKEN_BYTES_MAX), Denied::Malformed);
    let deep = format!("{}{}", "[".repeat(3000), "]".repeat(3000));
    check("deeply nested claims", token_of(&header().to_string(), &deep), Denied::Malformed);
    check("deeply nested header", token_of(&deep, "{}"), Denied::Malformed);
    for text in ["", ".", "..", "...", "a.b", "a.b.c", "null.null.null", "Bearer", "e30.e30.e30", "🦀.🦀.🦀"] {
        check(text, text, Denied::Malformed);
    }
    for claims in ["null", "[]", "\"access\"", "1", "", "{", "{}{}"] {
        check(claims, token_of(&header().to_string(), claims), Denied::Malformed);
    }
    check("five parts", format!("{}.a.b", good()), Denied::Malformed);
    check("a line break", format!("{}\n", good()), Denied::Malformed);
}

#[test]
fn truncated_anywhere() {
    let good = good();
    for length in 0..good.len() {
        assert!(verify(&good.as_bytes()[..length], &keys(), &expectations(), now()).is_err(), "{length} bytes");
    }
}

#[test]
fn not_utf_8() {
    let bytes = [b"\xff\xfe.".as_slice(), b"\xc0\xaf.\x80".as_slice(), b"\xed\xa0\x80..".as_slice()];
    bytes.into_iter().for_each(|bytes| check("as it stands", bytes, Denied::Malformed));
    let header = encode(header().to_string());
    let message = format!("{header}.{}", encode(b"{\"sub\":\"\xff\xfe\"}"));
    let signature = encode(signing().sign(&ring::signature::RSA_PKCS1_SHA256, &message));
    check("in the claims", format!("{message}.{signature}"), Denied::Malformed);
    check("in the header", format!("{}.e30.AA", encode(b"{\"alg\":\"RS256\",\"kid\":\"\xff\"}")), Denied::Malformed);
}
