//! The whole system on LocalStack: the binaries that are deployed, as `rez serve` runs them, beside an ntfy with faults.
//! Everything is seen as its users see it: over sockets, through the REST API, the login page, the SDK and ntfy.
//!
//! Each test has a LocalStack, an ntfy and a `rez serve` of its own, and all three are gone when it ends. `scenarios` alone has
//! `rez run` in place of the latter two.

mod batch;
mod breaker;
mod browser;
mod cleanup;
mod crash;
mod daily;
mod manual;
mod messages;
mod poison;
mod programs;
mod redrive;
mod scenarios;
mod serving;
mod sign_in;
mod stop;
mod system;
