//! A function as a child process: the very binary that would be deployed, behind a Runtime API of its own.
//!
//! Each environment has a socket on which the process in it asks for events and answers them. Between invocations the
//! process is frozen, as Lambda does it: it is stopped when it is back at `next` and goes on with the next event, which
//! costs an invocation some 20 µs. At its deadline, when it is reclaimed, and with its cloud, it is killed with all that it
//! started.
//!
//! A child lives in real time: on a paused clock every wait for it would end at once, as a time-out. It is no sandbox
//! either: the process has the rights of its host, and as much memory and CPU as it takes. Its deadline is told by the
//! machine's clock, since that is the one it reads.
//!
//! A host that is killed leaves no frozen child behind, because the kernel hangs those up. One that is at work ends when
//! it next speaks to its host, and one that never does goes on.
//!
//! Not modelled: streamed responses, extensions but for the one of parameters and secrets, SnapStart, `/tmp` of its own.
//!
//! `cargo run --release -p rez-cloud --example cold_start -- system/template.yaml target/release/scheduler` measures one.

mod binary;
mod exit;
mod group;
mod log;
mod nursery;
mod port;
mod running;
mod runtime_api;

pub use self::binary::{Binary, BinaryError};
pub use self::exit::Exit;
pub(crate) use self::nursery::EndWithCloud;
pub(super) use self::nursery::Nursery;
pub(super) use self::running::{Birth, Running, deadline_ms};
pub(super) use self::runtime_api::{Condition, Invocation};
