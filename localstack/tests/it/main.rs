//! The provisioner, the endpoint's check, and the conformance of the embedded AWS: without Docker. Against LocalStack, in
//! containers, and the whole system on it: `cargo test -p rez-localstack -- --ignored`.

mod conformance;
mod containers;
mod docker_scripts;
mod end_to_end;
mod endpoint;
mod provisioner;
mod support;
