//! An HTTP API as its clients and its functions see it, over the wire.

mod access_log;
mod authorizer;
pub mod desk;
mod exchange;
mod failures;
mod limits;
