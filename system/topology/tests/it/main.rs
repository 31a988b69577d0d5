//! The template of this repository resolves to what is meant, a foreign one resolves at all, and every kind of
//! mistake is refused with its line and what was expected.

mod consistency;
mod foreign;
mod foreign_api;
mod mistakes;
mod origin;
mod own_front_door;
mod own_roles;
mod own_template;
mod own_watching;

use rez_topology::{Options, Topology};

/// The template of this repository, deployed for `stage`.
fn deployed(stage: &str) -> Topology {
    let options = Options::default().parameter("Stage", stage);
    Topology::from_file(own_path(), &options).unwrap_or_else(|error| panic!("{error}"))
}

fn own_path() -> &'static str {
    concat!(env!("CARGO_MANIFEST_DIR"), "/../template.yaml")
}
