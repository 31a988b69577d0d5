//! What a refused token looked like, whatever was the reason to refuse it: the alarm must also tell when the reasons are wrong.

use jsonwebtoken::{Algorithm, Header};
use rez_core::clock::Moment;
use serde::Deserialize;

use crate::verify::TOKEN_BYTES_MAX;

/// The one claim that counts here; the others may be as bad as they like.
#[derive(Deserialize)]
struct Ends {
    exp: u64,
}

/// Whether a token looks like one of Cognito's that has not ended. Nothing is verified, so anybody can make such a token;
/// but a client that is merely out of date, or lost, sends none.
pub fn looks_live(token: &[u8], now: Moment) -> bool {
    if token.len() > TOKEN_BYTES_MAX {
        return false;
    }
    let Ok(decoded) = jsonwebtoken::dangerous::insecure_decode::<Ends>(token) else { return false };
    let now = u64::try_from(now.epoch_seconds()).unwrap_or(0);
    looks_like_cognito(&decoded.header) && now < decoded.claims.exp
}

fn looks_like_cognito(header: &Header) -> bool {
    header.alg == Algorithm::RS256 && header.kid.is_some()
}
