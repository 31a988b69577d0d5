//! The example's system, under every profile: it works, and one seed gives one history.

use std::sync::Arc;

use rez_cloud::history::Cause;
use rez_cloud::profile::Profile;
use rez_cloud::services::sqs::Outgoing;
use rez_cloud::{Cloud, Seed};
use rez_topology::{Options, Topology};

use crate::clerk::{self, Clerk};
use crate::support::{MINUTE, Recorder, SECOND, pass};

const TEMPLATE: &str = include_str!("../../examples/guestbook/template.yaml");

/// Ten signatures, half a minute apart, in a world of its own. Answers with Ada's visits and every fact.
fn run(profile: Profile, seed: u64) -> (u32, Vec<String>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let recorder = Recorder::default();
        let topology = Topology::from_yaml(TEMPLATE, "template.yaml", &Options::default()).unwrap();
        let builder = Cloud::builder(topology, Seed(seed)).profile(profile).function("Clerk", Arc::new(Clerk));
        let cloud = builder.subscribe(recorder.subscriber()).build().unwrap();
        cloud.start();
        for _ in 0..10 {
            cloud.services().sqs.send("guestbook-signatures", Outgoing::new("Ada"), Cause::Outside).unwrap();
            pass(30 * SECOND).await;
        }
        pass(30 * MINUTE).await;
        (visits(&cloud).await, recorder.all().into_iter().map(|(at, fact)| format!("{at:?} {fact}")).collect())
    })
}

async fn visits(cloud: &Cloud) -> u32 {
    let client = clerk::dynamodb(&cloud.outside("reader"));
    let visitors = client.scan().table_name("guestbook-visitors").send().await.unwrap();
    visitors.items()[0]["visits"].as_n().unwrap().parse().unwrap()
}

#[test]
fn every_signature_is_counted_once_in_an_ideal_world() {
    assert_eq!(run(Profile::Ideal, 1).0, 10);
}

#[test]
fn no_signature_is_lost_in_an_adversarial_world() {
    assert!(run(Profile::Adversarial, 1).0 >= 10);
}

#[test]
fn one_seed_gives_one_history() {
    for profile in [Profile::Realistic, Profile::Adversarial] {
        let (first, second) = (run(profile, 7).1, run(profile, 7).1);
        let difference = first.iter().zip(&second).find(|(first, second)| first != second);
        assert_eq!(difference, None, "{profile:?}");
        assert_eq!(first.len(), second.len(), "{profile:?}");
    }
}

#[test]
fn another_seed_gives_another_history() {
    assert_ne!(run(Profile::Realistic, 7).1, run(Profile::Realistic, 8).1);
}
