//! One sign-in that is under way: what we must remember until the browser comes back, and in what form.
//!
//! The server remembers nothing; the browser carries it in a sealed cookie. `state` binds the callback to the browser that
//! began the sign-in, and the PKCE verifier (RFC 7636) binds the code to it, so a stolen code is worth nothing.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};

use crate::seal::{Purpose, Seal};

/// A sign-in must be finished within this time.
pub const AGE_MAX: Duration = Duration::from_secs(600);

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    pub state: String,
    pub verifier: String,
    expires_at_ms: u64,
}

impl Attempt {
    /// A new one. `unique` must never come twice: state and verifier are derived from it, under the key of `seal`.
    pub fn begin(seal: &Seal, unique: &[u8], now_ms: u64) -> Self {
        Self {
            state: URL_SAFE_NO_PAD.encode(seal.unpredictable("state", unique)),
            verifier: URL_SAFE_NO_PAD.encode(seal.unpredictable("verifier", unique)),
            expires_at_ms: now_ms + AGE_MAX.as_millis() as u64,
        }
    }

    /// The PKCE challenge, method S256.
    pub fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(digest(&SHA256, self.verifier.as_bytes()))
    }

    pub fn to_cookie(&self, seal: &Seal) -> String {
        let plain = serde_json::to_vec(self).expect("strings and a number have a JSON form");
        seal.seal(Purpose::SignIn, b"", &plain)
    }

    /// The attempt that this browser began, if it did, is still in time, and is the one that `state` answers.
    pub fn resume(seal: &Seal, cookie: &str, state: &str, now_ms: u64) -> Option<Self> {
        let plain = seal.open(Purpose::SignIn, b"", cookie)?;
        let attempt: Self = serde_json::from_slice(&plain).ok()?;
        (now_ms < attempt.expires_at_ms && is_same(&attempt.state, state)).then_some(attempt)
    }
}

/// Compares in a time that tells nothing about where two texts differ.
fn is_same(one: &str, other: &str) -> bool {
    let difference = one.bytes().zip(other.bytes()).fold(0, |sum, (a, b)| sum | (a ^ b));
    one.len() == other.len() && difference == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW_MS: u64 = 1_795_420_800_000;

    fn seal() -> Seal {
        Seal::parse("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=").expect("a good key")
    }

    #[test]
    fn the_challenge_is_the_one_of_rfc_7636_appendix_b() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".to_owned();
        let attempt = Attempt { verifier, state: String::new(), expires_at_ms: 0 };
        assert_eq!(attempt.challenge(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn resumes_only_in_time_and_with_its_own_state() {
        let attempt = Attempt::begin(&seal(), b"1", NOW_MS);
        let cookie = attempt.to_cookie(&seal());
        let resume = |state: &str, now_ms| Attempt::resume(&seal(), &cookie, state, now_ms).is_some();
        assert!(resume(&attempt.state, NOW_MS + 599_999));
        assert!(!resume(&attempt.state, NOW_MS + 600_000), "ten minutes are over");
        assert!(!resume("", NOW_MS));
        assert!(!resume(&attempt.state[..42], NOW_MS));
        assert!(!resume(&Attempt::begin(&seal(), b"2", NOW_MS).state, NOW_MS), "somebody else's state");
    }

    #[test]
    fn the_cookie_shows_neither_state_nor_verifier() {
        let attempt = Attempt::begin(&seal(), b"1", NOW_MS);
        let cookie = URL_SAFE_NO_PAD.decode(attempt.to_cookie(&seal())).expect("base64url");
        let shown = String::from_utf8_lossy(&cookie);
        assert!(!shown.contains(&attempt.state) && !shown.contains(&attempt.verifier));
    }
}
