//! Each endpoint's successes and failures, status and body.

mod authorize;
mod desk;
mod keys;
mod refresh;
mod revoke;
mod robustness;
mod token;
