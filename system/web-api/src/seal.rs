//! Values that we hand out and want back unread and unaltered: cursors, and the cookie of a sign-in.
//!
//! ChaCha20-Poly1305 under a key of the purpose. The nonce is a keyed hash of what is sealed (a synthetic nonce, as in
//! RFC 8452), so sealing needs no entropy, and a repeated nonce can only mean a repeated value. The context — the query
//! that a cursor was made for — is authenticated too: in another context the value does not open.
//!
//! The key is the parameter `web-api-key`: 32 bytes in base64, or the new and the previous one, separated by a comma. What
//! is sealed is sealed by the first; both open. So a key is rotated with no cursor and no sign-in lost.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hmac;

const KEY_LEN: usize = 32;

/// A key and its predecessor; more would only lengthen the life of an old one.
const KEYS_MAX: usize = 2;

/// What a value is sealed for. A value sealed for one purpose never opens for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Cursor,
    SignIn,
}

impl Purpose {
    fn label(self) -> &'static [u8] {
        match self {
            Self::Cursor => b"cursor 1",
            Self::SignIn => b"sign-in 1",
        }
    }
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("expected 32 bytes in base64, or two such keys separated by a comma (make one with `openssl rand -base64 32`)")]
pub struct KeyError;

/// The keys that seal and open.
pub struct Seal {
    /// The current one first.
    masters: Vec<hmac::Key>,
}

impl Seal {
    /// # Errors
    /// When `parameter` is not one or two keys.
    pub fn parse(parameter: &str) -> Result<Self, KeyError> {
        let masters: Vec<_> = parameter.split(',').map(master).collect::<Result<_, _>>()?;
        if masters.len() > KEYS_MAX { Err(KeyError) } else { Ok(Self { masters }) }
    }

    /// Seals `plain`; the result is base64url.
    pub fn seal(&self, purpose: Purpose, context: &[u8], plain: &[u8]) -> String {
        let master = &self.masters[0];
        let nonce = synthetic_nonce(master, purpose, context, plain);
        let mut sealed = plain.to_vec();
        cipher(master, purpose)
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(context), &mut sealed)
            .expect("a value of a few hundred bytes is within the cipher's bounds");
        let mut bytes = nonce.to_vec();
        bytes.append(&mut sealed);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Opens what [`Seal::seal`] made for the same purpose and context; `None` for anything else.
    pub fn open(&self, purpose: Purpose, context: &[u8], sealed: &str) -> Option<Vec<u8>> {
        let bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE_LEN>()?;
        self.masters.iter().find_map(|master| open_with(master, purpose, context, *nonce, sealed))
    }

    /// 32 bytes that nobody without the key can predict, for a `unique` that never comes twice.
    pub fn unpredictable(&self, label: &str, unique: &[u8]) -> [u8; 32] {
        keyed_hash(&self.masters[0], &[b"unpredictable 1", label.as_bytes(), unique])
    }
}

fn master(text: &str) -> Result<hmac::Key, KeyError> {
    let bytes = STANDARD.decode(text.trim()).map_err(|_| KeyError)?;
    if bytes.len() == KEY_LEN { Ok(hmac::Key::new(hmac::HMAC_SHA256, &bytes)) } else { Err(KeyError) }
}

fn cipher(master: &hmac::Key, purpose: Purpose) -> LessSafeKey {
    let key = keyed_hash(master, &[b"cipher", purpose.label()]);
    LessSafeKey::new(UnboundKey::new(&CHACHA20_POLY1305, &key).expect("the hash is as long as the cipher's key"))
}

fn synthetic_nonce(master: &hmac::Key, purpose: Purpose, context: &[u8], plain: &[u8]) -> [u8; NONCE_LEN] {
    let hash = keyed_hash(master, &[b"nonce", purpose.label(), context, plain]);
    *hash.first_chunk().expect("a hash is longer than a nonce")
}

fn open_with(
    master: &hmac::Key,
    purpose: Purpose,
    context: &[u8],
    nonce: [u8; NONCE_LEN],
    sealed: &[u8],
) -> Option<Vec<u8>> {
    let mut sealed = sealed.to_vec();
    let plain = cipher(master, purpose)
        .open_in_place(Nonce::assume_unique_for_key(nonce), Aad::from(context), &mut sealed)
        .ok()?;
    Some(plain.to_vec())
}

/// A hash of `parts`, each preceded by its length, so that no two lists of parts are the same input.
fn keyed_hash(key: &hmac::Key, parts: &[&[u8]]) -> [u8; 32] {
    let mut context = hmac::Context::with_key(key);
    for part in parts {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part);
    }
    context.sign().as_ref().try_into().expect("SHA-256 has 32 bytes")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const OLD: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    const NEW: &str = "//79/Pv6+fj39vX08/Lx8O/u7ezr6uno5+bl5OPi4eA=";

    fn seal(parameter: &str) -> Seal {
        Seal::parse(parameter).expect("a good key")
    }

    #[test]
    fn opens_only_for_its_purpose_and_context() {
        let sealed = seal(OLD).seal(Purpose::Cursor, b"status=failed", b"position");
        assert_eq!(seal(OLD).open(Purpose::Cursor, b"status=failed", &sealed).as_deref(), Some(&b"position"[..]));
        assert_eq!(seal(OLD).open(Purpose::SignIn, b"status=failed", &sealed), None);
        assert_eq!(seal(OLD).open(Purpose::Cursor, b"status=created", &sealed), None);
        assert_eq!(seal(NEW).open(Purpose::Cursor, b"status=failed", &sealed), None);
    }

    #[test]
    fn a_rotated_key_still_opens_what_the_previous_one_sealed() {
        let before = seal(OLD).seal(Purpose::SignIn, b"", b"state");
        let rotated = seal(&format!("{NEW},{OLD}"));
        assert_eq!(rotated.open(Purpose::SignIn, b"", &before).as_deref(), Some(&b"state"[..]));
        let after = rotated.seal(Purpose::SignIn, b"", b"state");
        assert_eq!(seal(NEW).open(Purpose::SignIn, b"", &after).as_deref(), Some(&b"state"[..]));
    }

    #[test]
    fn a_key_that_is_none_is_refused() {
        for bad in ["", "short", "AAECAwQ=", &format!("{OLD},"), &format!("{OLD},{NEW},{OLD}")] {
            assert_eq!(Seal::parse(bad).err(), Some(KeyError), "{bad}");
        }
    }

    #[test]
    fn what_cannot_be_predicted_differs_by_label_and_by_occasion() {
        let seal = seal(OLD);
        assert_ne!(seal.unpredictable("state", b"1"), seal.unpredictable("verifier", b"1"));
        assert_ne!(seal.unpredictable("state", b"1"), seal.unpredictable("state", b"2"));
    }

    proptest! {
        #[test]
        fn what_is_sealed_opens_and_a_flipped_bit_does_not(
            plain in proptest::collection::vec(any::<u8>(), 0..300),
            context in proptest::collection::vec(any::<u8>(), 0..100),
            at in any::<prop::sample::Index>(),
            bit in 0_u8..8,
        ) {
            let seal = seal(OLD);
            let sealed = seal.seal(Purpose::Cursor, &context, &plain);
            prop_assert_eq!(seal.open(Purpose::Cursor, &context, &sealed), Some(plain));
            let mut bytes = URL_SAFE_NO_PAD.decode(&sealed).expect("it is base64url");
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
            prop_assert_eq!(seal.open(Purpose::Cursor, &context, &URL_SAFE_NO_PAD.encode(bytes)), None);
        }

        #[test]
        fn anything_at_all_can_be_tried(sealed in ".*") {
            prop_assert_eq!(seal(OLD).open(Purpose::Cursor, b"", &sealed), None);
        }
    }
}
