//! Real ports: the same cloud, reached over sockets and in real time.
//!
//! A port reads HTTP/1.1 requests off a socket and hands each to what stands behind it: AWS's endpoint, the host of an
//! HTTP API or a user pool, or a server of the caller's own. What a fault does to an answer on the simulated wire it does
//! here to the connection. Nothing in a simulated world uses this module: sockets keep a paused clock from jumping.

mod behind;
mod http;
mod queue_urls;

pub use self::behind::{AtHost, AwsEndpoint};
pub use self::http::{BODY_BYTES_MAX, Hangup, Port, Served};
