//! The provisioner, the endpoint's check, and the conformance of the embedded AWS: without Docker. Against LocalStack, in
//! containers: `cargo test -p rez-localstack -- --ignored`.

mod conformance;
mod containers;
mod endpoint;
mod provisioner;
mod support;
