//! Makes tokens, good ones and bad ones, and the key document that fits them.

use std::sync::OnceLock;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jwt_authorizer::{Expectations, KeySet};
use rez_core::clock::Moment;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RSA_PKCS1_SHA512, RsaEncoding, RsaKeyPair, RsaPublicKeyComponents};
use serde_json::{Value, json};

pub const ISSUER: &str = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Example";
pub const CLIENT_ID: &str = "4example23456789";
pub const SCOPE: &str = "app/use";
/// Cognito's key ids are Base64, so they may hold slashes.
pub const KEY_ID: &str = "key/Id+1=";

/// A key pair that signs tokens.
pub struct Pair(RsaKeyPair);

/// The key server's.
pub fn signing() -> &'static Pair {
    static PAIR: OnceLock<Pair> = OnceLock::new();
    PAIR.get_or_init(|| Pair::read(include_str!("keys/signing.pem")))
}

/// One that the key server knows nothing of.
pub fn foreign() -> &'static Pair {
    static PAIR: OnceLock<Pair> = OnceLock::new();
    PAIR.get_or_init(|| Pair::read(include_str!("keys/foreign.pem")))
}

impl Pair {
    fn read(pem: &str) -> Self {
        let base64: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
        let der = STANDARD.decode(base64).expect("a committed key is good");
        Self(RsaKeyPair::from_pkcs8(&der).expect("a committed key is good"))
    }

    pub fn sign(&self, encoding: &'static dyn RsaEncoding, message: &str) -> Vec<u8> {
        let mut signature = vec![0; self.0.public().modulus_len()];
        let generator = SystemRandom::new();
        self.0.sign(encoding, &generator, message.as_bytes(), &mut signature).expect("the length is right");
        signature
    }

    /// As a key server publishes it.
    pub fn public(&self, key_id: &str) -> Value {
        let RsaPublicKeyComponents { n, e } = RsaPublicKeyComponents::<Vec<u8>>::from(self.0.public());
        json!({"kid": key_id, "kty": "RSA", "alg": "RS256", "use": "sig", "n": encode(n), "e": encode(e)})
    }

    /// The modulus: what an attacker who knows the public key would use as a shared secret.
    pub fn modulus(&self) -> Vec<u8> {
        RsaPublicKeyComponents::<Vec<u8>>::from(self.0.public()).n
    }
}

pub fn document() -> Value {
    json!({"keys": [signing().public(KEY_ID)]})
}

pub fn keys() -> KeySet {
    KeySet::parse(document().to_string().as_bytes()).expect("the document is good")
}

pub fn expectations() -> Expectations {
    Expectations::new(ISSUER, CLIENT_ID, SCOPE)
}

/// Beginning of the tests' time, where [`claims`] are good.
pub fn now() -> Moment {
    rez_core::testing::begin()
}

pub fn seconds(after_now: i64) -> i64 {
    now().epoch_seconds() + after_now
}

pub fn header() -> Value {
    json!({"kid": KEY_ID, "alg": "RS256"})
}

/// Those of a good access token, with some replaced; `null` leaves one out.
pub fn claims(changes: Value) -> Value {
    let mut claims = json!({
        "sub": "5b2c8e1a-0000-4000-8000-000000000001",
        "cognito:groups": ["user", "viewer"],
        "iss": ISSUER,
        "version": 2,
        "client_id": CLIENT_ID,
        "origin_jti": "a", "event_id": "b", "jti": "c",
        "token_use": "access",
        "scope": format!("openid {SCOPE}"),
        "auth_time": seconds(-600), "iat": seconds(-600), "exp": seconds(3000),
        "username": "alice",
    });
    let members = claims.as_object_mut().expect("claims are an object");
    for (name, value) in changes.as_object().expect("changes are an object") {
        members.remove(name);
        if !value.is_null() {
            members.insert(name.clone(), value.clone());
        }
    }
    claims
}

pub fn good() -> String {
    token(&header(), &claims(json!({})))
}

/// A token that `signing` signed.
pub fn token(header: &Value, claims: &Value) -> String {
    token_of(&header.to_string(), &claims.to_string())
}

/// The same of JSON as text, which can be written as no library would.
pub fn token_of(header: &str, claims: &str) -> String {
    let message = format!("{}.{}", encode(header), encode(claims));
    let signature = signing().sign(&RSA_PKCS1_SHA256, &message);
    format!("{message}.{}", encode(signature))
}

pub fn foreign_token(header: &Value) -> String {
    let message = format!("{}.{}", encode(header.to_string()), encode(claims(json!({})).to_string()));
    format!("{message}.{}", encode(foreign().sign(&RSA_PKCS1_SHA256, &message)))
}

pub fn rs512_token() -> String {
    let header = json!({"kid": KEY_ID, "alg": "RS512"});
    let message = format!("{}.{}", encode(header.to_string()), encode(claims(json!({})).to_string()));
    format!("{message}.{}", encode(signing().sign(&RSA_PKCS1_SHA512, &message)))
}

pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
