//! Load for a running rez_agent, wherever it runs: user journeys under goose, which is a closed model, and an open-model
//! generator beside it, by which objectives are judged.
//!
//! `cargo run --release -p rez-loadtest -- --host http://127.0.0.1:8080` tests what `rez serve` serves.
//!
//! It knows no AWS and no simulator: all that it is given is a base URL and somebody who may sign in there.

pub mod api;
pub mod cli;
pub mod client;
pub mod closed;
pub mod credentials;
pub mod journeys;
pub mod mix;
pub mod open;
pub mod result;
pub mod session;
pub mod target;
pub mod thresholds;
