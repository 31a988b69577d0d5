//! An AWS inside the process: a virtual clock, one wire with faults on it, the data services, and the hosts that
//! run functions. It serves whatever a SAM template describes, read through `rez-topology`, and knows no system.

pub mod history;
pub mod profile;
pub mod program;
pub mod world;
