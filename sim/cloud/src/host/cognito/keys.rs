//! Signing keys: one pair for ID tokens and one for access tokens, as Cognito has, and what is published of them.

use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rand::RngExt;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair, RsaPublicKeyComponents};
use serde::Serialize;
use serde_json::json;

use crate::world::Stream;

const TEST_KEYS: [&str; 6] = [
    include_str!("keys/test-key-0.pem"),
    include_str!("keys/test-key-1.pem"),
    include_str!("keys/test-key-2.pem"),
    include_str!("keys/test-key-3.pem"),
    include_str!("keys/test-key-4.pem"),
    include_str!("keys/test-key-5.pem"),
];

/// The keys of a pool. The stream says with which of the test keys it begins; each rotation takes the next two.
pub struct KeyRing {
    ids: Stream,
    next: usize,
    pub id_token: SigningKey,
    pub access_token: SigningKey,
    /// Keys that sign no more, and until when they are published.
    retired: Vec<(PublicKey, SystemTime)>,
}

impl KeyRing {
    pub fn new(mut ids: Stream) -> Self {
        let first = ids.random_range(0..TEST_KEYS.len());
        let (id_token, access_token) = (SigningKey::new(first, &mut ids), SigningKey::new(first + 1, &mut ids));
        Self { ids, next: first + 2, id_token, access_token, retired: Vec::new() }
    }

    /// Signs with new keys from `now` on, and publishes the old ones for `overlap`.
    pub fn rotate(&mut self, now: SystemTime, overlap: Duration) {
        let [id_token, access_token] = [0, 1].map(|step| SigningKey::new(self.next + step, &mut self.ids));
        self.next += 2;
        let old =
            [std::mem::replace(&mut self.id_token, id_token), std::mem::replace(&mut self.access_token, access_token)];
        self.retired.retain(|(_, until)| now < *until);
        self.retired.extend(old.map(|key| (key.public, now + overlap)));
    }

    /// The key document (RFC 7517).
    pub fn published(&self, now: SystemTime) -> serde_json::Value {
        let current = [&self.id_token.public, &self.access_token.public];
        let retired = self.retired.iter().filter(|(_, until)| now < *until).map(|(key, _)| key);
        json!({ "keys": current.into_iter().chain(retired).collect::<Vec<_>>() })
    }
}

#[derive(Clone, Serialize)]
struct PublicKey {
    alg: &'static str,
    e: String,
    kid: String,
    kty: &'static str,
    n: String,
    r#use: &'static str,
}

/// A key pair with its id.
pub struct SigningKey {
    pair: RsaKeyPair,
    public: PublicKey,
    /// The encoded header of every token that it signs.
    header: String,
}

impl SigningKey {
    /// The test key of that number, counted round, under a fresh id: 32 bytes in Base64, as Cognito's.
    fn new(number: usize, ids: &mut Stream) -> Self {
        let pair =
            RsaKeyPair::from_pkcs8(&pkcs8(TEST_KEYS[number % TEST_KEYS.len()])).expect("a committed key is good");
        let RsaPublicKeyComponents { n, e } = RsaPublicKeyComponents::<Vec<u8>>::from(pair.public());
        let kid = STANDARD.encode(ids.random::<[u8; 32]>());
        let header = URL_SAFE_NO_PAD.encode(json!({ "kid": kid, "alg": "RS256" }).to_string());
        let [n, e] = [n, e].map(|part| URL_SAFE_NO_PAD.encode(part));
        let public = PublicKey { alg: "RS256", e, kid, kty: "RSA", n, r#use: "sig" };
        Self { pair, public, header }
    }

    /// A signed token (RFC 7515, compact).
    pub fn sign(&self, claims: &impl Serialize) -> String {
        let claims = serde_json::to_vec(claims).expect("claims serialize");
        let mut token = format!("{}.{}", self.header, URL_SAFE_NO_PAD.encode(claims));
        let mut signature = vec![0; self.pair.public().modulus_len()];
        // PKCS #1 v1.5 signatures are deterministic: nothing is drawn from the generator.
        self.pair
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), token.as_bytes(), &mut signature)
            .expect("the signature is as long as the modulus");
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        token
    }
}

fn pkcs8(pem: &str) -> Vec<u8> {
    let base64: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    STANDARD.decode(base64).expect("a committed key is good")
}
