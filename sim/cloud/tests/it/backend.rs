//! A cloud whose data services somebody else runs: here another cloud, behind a real port.

use std::net::Ipv4Addr;
use std::sync::Arc;

use rez_cloud::backend::Backend;
use rez_cloud::history::Cause;
use rez_cloud::ports::Port;
use rez_cloud::profile::Profile;
use rez_cloud::services::sqs::Outgoing;
use rez_cloud::{Cloud, CloudBuilder, Seed};
use rez_topology::{Options, Topology};

use crate::clerk::{self, Clerk};
use crate::support::Recorder;

const TEMPLATE: &str = include_str!("../../examples/guestbook/template.yaml");
const QUEUE: &str = "guestbook-signatures";

fn guestbook(seed: u64) -> CloudBuilder {
    let topology = Topology::from_yaml(TEMPLATE, "template.yaml", &Options::default()).unwrap();
    let knobs = Profile::Ideal.real_time_knobs();
    Cloud::builder(topology, Seed(seed)).knobs(knobs).function("Clerk", Arc::new(Clerk))
}

/// Waits for something that happens on another cloud's side, where no fact tells us of it.
async fn eventually(mut holds: impl AsyncFnMut() -> bool) {
    let patience = std::time::Duration::from_secs(20);
    let waiting = async {
        while !holds().await {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(patience, waiting).await.expect("it never came to that");
}

#[tokio::test]
async fn functions_and_pollers_use_the_services_of_the_backend() {
    let there = guestbook(1).build().unwrap();
    let port = Port::bind((Ipv4Addr::LOCALHOST, 0).into()).await.unwrap();
    let backend = Backend::new(&port.url()).unwrap();
    let serving = tokio::spawn(port.serve(there.aws_endpoint(), std::future::pending()));
    let here = guestbook(2).backend(backend).build().unwrap();
    here.start();

    // Into the queue of the one, read by the pollers and written by the function of the other, into the table of the one.
    there.services().sqs.send(QUEUE, Outgoing::new("Ada"), Cause::Outside).unwrap();
    let reader = clerk::dynamodb(&there.outside("reader"));
    eventually(async || {
        let visitors = reader.scan().table_name("guestbook-visitors").send().await.unwrap();
        visitors.items().first().is_some_and(|visitor| visitor["visits"].as_n().unwrap() == "1")
    })
    .await;
    eventually(async || there.services().sqs.counts(QUEUE).unwrap().in_flight == 0).await;
    serving.abort();
}

#[tokio::test]
async fn a_backend_that_is_not_there_is_an_error_of_the_service_and_no_panic() {
    let port = Port::bind((Ipv4Addr::LOCALHOST, 0).into()).await.unwrap();
    let backend = Backend::new(&port.url()).unwrap();
    drop(port);
    let recorder = Recorder::default();
    let here = guestbook(1).backend(backend).subscribe(recorder.subscriber()).build().unwrap();
    let reader = clerk::dynamodb(&here.outside("reader"));
    let refused = reader.scan().table_name("guestbook-visitors").send().await.unwrap_err();
    assert!(format!("{refused:?}").contains("does not answer"), "{refused:?}");
}
