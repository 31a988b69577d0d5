//! What each endpoint does: decode, decide, encode.

pub mod auth;
pub mod health;
pub mod messages;
pub mod metrics;
