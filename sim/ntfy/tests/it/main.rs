//! The binary over real sockets: the publish contract, the faults, the admin port, the command line.

mod admin;
mod client;
mod command;
mod contract;
mod faults;
mod program;
