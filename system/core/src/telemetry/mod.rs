//! Logs, metrics and traces: one JSON object a line, with metrics embedded where there are some.

pub mod log;
pub mod metrics;
pub mod trace;

pub use log::layer;
