//! What the functions share: the message and its state machine, event schemas, store, topic, parameters, the gate of a
//! destination, errors, correlation, telemetry, clock, and outbound HTTP. It knows no function, and reads no clock,
//! entropy or environment of its own: all of that comes in through [`Ambient`].

pub mod ambient;
pub mod cancel;
pub mod clock;
pub mod config;
pub mod create;
pub mod environment;
pub mod error;
pub mod event;
pub mod flags;
pub mod gate;
pub mod http;
pub mod ids;
pub mod message;
pub mod notification;
pub mod parameters;
pub mod redrive;
pub mod retry;
pub mod stage;
pub mod store;
pub mod telemetry;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod topic;

pub use ambient::Ambient;
pub use config::StartError;
pub use environment::Environment;
