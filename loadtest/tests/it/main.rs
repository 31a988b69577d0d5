//! The generator and the binary against a server of a few lines, over real sockets.

mod cli;
mod generator;
mod server;
mod session;
