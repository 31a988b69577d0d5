//! An access token, as the application keeps it: in memory, with the time until which it is good.

use std::time::{Duration, SystemTime};

use serde::Deserialize;

/// A token is renewed this long before it ends, so that it does not end on the way.
const MARGIN: Duration = Duration::from_secs(30);

#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    pub value: String,
    pub good_until: SystemTime,
}

#[derive(Deserialize)]
struct Refreshed {
    access_token: String,
    expires_in: u64,
}

impl Token {
    /// From the body of `POST /api/auth/refresh`.
    pub fn read(body: &[u8], now: SystemTime) -> Option<Self> {
        let refreshed: Refreshed = serde_json::from_slice(body).ok()?;
        let good_until = now + Duration::from_secs(refreshed.expires_in).saturating_sub(MARGIN);
        Some(Self { value: refreshed.access_token, good_until })
    }
}
