//! The key server's document (RFC 7517), as the keys that may verify a token.

use std::collections::BTreeMap;

use jsonwebtoken::DecodingKey;
use serde::Deserialize;
use serde_json::Value;

use crate::crypto;

/// API Gateway's own bound on a key document (`http-api-quotas`); Cognito's has about 1 KB.
pub const DOCUMENT_BYTES_MAX: usize = 150_000;

/// Verification keys by their id.
#[derive(Clone, Default)]
pub struct KeySet(BTreeMap<String, DecodingKey>);

impl KeySet {
    /// Reads a document. Keys for another purpose than RS256 signatures are left out, as RFC 7517 §5 demands.
    ///
    /// # Errors
    /// When it is no such document, or no usable key is in it: then the keys that one has are better.
    pub fn parse(document: &[u8]) -> Result<Self, BadDocument> {
        if document.len() > DOCUMENT_BYTES_MAX {
            return Err(BadDocument::TooLong(document.len()));
        }
        crypto::install();
        let document: Document = serde_json::from_slice(document).map_err(|_| BadDocument::Malformed)?;
        let keys: BTreeMap<_, _> = document.keys.into_iter().filter_map(verification_key).collect();
        if keys.is_empty() { Err(BadDocument::NoKey) } else { Ok(Self(keys)) }
    }

    pub fn get(&self, id: &str) -> Option<&DecodingKey> {
        self.0.get(id)
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Why a document gave no keys.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum BadDocument {
    #[error("key document of {0} bytes (at most {DOCUMENT_BYTES_MAX})")]
    TooLong(usize),
    #[error("key document is not a JSON web key set")]
    Malformed,
    #[error("key document has no key for RS256 signatures")]
    NoKey,
}

#[derive(Deserialize)]
struct Document {
    keys: Vec<Value>,
}

#[derive(Deserialize)]
struct RsaKey {
    kid: String,
    kty: String,
    alg: Option<String>,
    r#use: Option<String>,
    n: String,
    e: String,
}

fn verification_key(key: Value) -> Option<(String, DecodingKey)> {
    let key: RsaKey = serde_json::from_value(key).ok()?;
    let fits = key.kty == "RSA"
        && key.alg.as_deref().is_none_or(|alg| alg == "RS256")
        && key.r#use.as_deref().is_none_or(|purpose| purpose == "sig");
    let decoded = DecodingKey::from_rsa_components(&key.n, &key.e).ok()?;
    fits.then_some((key.kid, decoded))
}
