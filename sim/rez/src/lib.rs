//! The command line `rez`: puts the functions of rez_agent into the simulated cloud, beside a faithful ntfy, sends them
//! a scenario's traffic and faults, and judges what happened.
//!
//! `cargo run --release -- run smoke` is the shortest run.

pub mod backend;
pub mod checkers;
pub mod cli;
pub mod history_hash;
pub mod judge;
pub mod latency;
pub mod ntfy;
pub mod observer;
pub mod progress;
pub mod run;
pub mod scenario;
pub mod serve;
pub mod visitors;
pub mod workload;
pub mod world;

/// A world allocates some thousand times a call: requests, answers and item images come and go. With glibc's allocator
/// that was a fifth of a run's time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
