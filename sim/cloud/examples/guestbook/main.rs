//! A small foreign system in the cloud: `cargo run -p rez-cloud --example guestbook`.
//!
//! Its template and its function are all that it brings. A day passes in a moment, in which a hundred signatures go
//! through the queue, and DynamoDB fails for an hour.

mod clerk;

use std::sync::Arc;
use std::time::Duration;

use rez_cloud::faults::{Fault, FaultKind, Target};
use rez_cloud::history::Cause;
use rez_cloud::services::sqs::Outgoing;
use rez_cloud::{Cloud, Seed};
use rez_topology::{Options, Topology};

const TEMPLATE: &str = include_str!("template.yaml");
const HOUR: Duration = Duration::from_secs(3_600);

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let topology = Topology::from_yaml(TEMPLATE, "template.yaml", &Options::default())?;
    let builder = Cloud::builder(topology, Seed(7)).function("Clerk", Arc::new(clerk::Clerk));
    let target = Target::parse("dynamodb:Visitors", &builder.known_targets())?;
    let kind = FaultKind::Refuse { status: 500, code: "InternalServerError".to_owned() };
    let fault = Fault { kind, target, probability: 1.0, from: 3 * HOUR, until: 4 * HOUR };
    let cloud = builder.faults([fault]).build()?;
    cloud.start();

    for visit in 0..100 {
        let name = ["Ada", "Grace", "Edsger"][visit % 3];
        cloud.services().sqs.send("guestbook-signatures", Outgoing::new(name), Cause::Outside)?;
        tokio::time::sleep(HOUR / 5).await;
    }
    tokio::time::sleep(4 * HOUR).await;

    let outside = clerk::dynamodb(&cloud.outside("reader"));
    let visitors = outside.scan().table_name("guestbook-visitors").send().await?;
    println!("after {} hours:", cloud.clock().elapsed().as_secs() / 3_600);
    for visitor in visitors.items() {
        println!("  {:?} {:?}", visitor["name"], visitor["visits"]);
    }
    Ok(())
}
