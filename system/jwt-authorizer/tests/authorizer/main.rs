//! The authorizer against hostile tokens, any bytes at all, and a key server that fails.

mod fetching;
mod forge;
mod hostile;
mod never_panics;
mod refused;
