//! Signing in: the authorization-code flow with PKCE, with the refresh token out of every script's reach.

pub mod attempt;
pub mod cookies;
pub mod csrf;
pub mod identity;
