//! An AWS inside the process: a virtual clock, one wire with faults on it, the data services, and the hosts that
//! run functions. It serves whatever a SAM template describes, read through `rez-topology`, and knows no system.
//!
//! `cargo run -p rez-cloud --example guestbook` runs a small system in it.

pub mod backend;
pub mod billing;
pub mod cloud;
pub mod faults;
pub mod history;
pub mod host;
pub mod network;
pub mod ports;
pub mod profile;
pub mod program;
pub mod services;
pub mod world;

pub use cloud::{BuildError, Cloud, CloudBuilder};
pub use world::Seed;
