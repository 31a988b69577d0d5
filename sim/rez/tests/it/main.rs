//! What the system promises, one subject a file: the real functions of the real template in an ideal cloud, where
//! nothing goes wrong but what a test makes go wrong, on virtual time.
//!
//! `cargo test -p rez --test it`

mod attempts;
mod batches;
mod command;
mod correlation;
mod deferral;
mod elsewhere;
mod events;
mod flags;
mod gate;
mod leases;
mod limits;
mod people;
mod schedule;
mod secrets;
mod serve;
mod support;
mod sweep;
