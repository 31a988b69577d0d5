//! Reads `template.yaml` into plain data: the only place where a resource, a permission, an alarm, a timeout or a
//! limit is declared is the template, and everything else reads it from here. What this crate does not know, it
//! refuses by name and line.

mod model;

pub use model::*;
