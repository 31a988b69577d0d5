//! `cargo bench -p rez-benches`; the README says what the subjects are, and how to compare.

mod claim;
mod cursor;
mod event;
mod gate;
mod handler;
mod jwt;
mod message;
mod simulator;
mod sns;
mod sqs;
mod system;

use criterion::{criterion_group, criterion_main};
use rez_cloud::profile::Profile;
use rez_cloud::{Cloud, Seed};
use rez_topology::{Options, Topology};
use tokio::runtime::{Builder, Runtime};

criterion_group!(
    subjects,
    event::bench,
    gate::bench,
    jwt::bench,
    cursor::bench,
    claim::bench,
    handler::bench,
    sqs::bench,
    sns::bench,
    message::bench,
    simulator::bench
);
criterion_main!(subjects);

/// A runtime whose clock jumps.
fn runtime() -> Runtime {
    Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime needs no more than memory")
}

/// An ideal cloud with these resources in it, which stand indented by two.
fn cloud(resources: &str) -> Cloud {
    let head = "AWSTemplateFormatVersion: '2010-09-09'\nTransform: AWS::Serverless-2016-10-31\nResources:\n";
    let topology = Topology::from_yaml(&format!("{head}{resources}"), "bench.yaml", &Options::default());
    let topology = topology.expect("the template of a bench has no mistake");
    Cloud::builder(topology, Seed(1)).profile(Profile::Ideal).build().expect("it needs no function")
}
