//! The workload at work: people who create messages, and somebody who puts poison where events belong.

use std::sync::Arc;

use anyhow::Context;
use rez_cloud::program::Ambient;
use rez_cloud::world::Clock;
use rez_cloud::{Cloud, Seed};
use rez_core::Environment;
use rez_core::config::Variables;
use rez_core::create::{self, Creator, NewMessage};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::sleep_until;

use super::functions::SCHEDULER;
use super::{names, program};
use crate::observer::SharedObserver;
use crate::run::Plan;
use crate::workload::{Arrivals, Author, Poison};

/// What the creator of manual messages calls itself in logs.
const SERVICE: &str = "workload";
/// Whoever puts poison into the topic. Nothing stands between him and it.
const POISONER: &str = "poisoner";

pub struct Senders {
    people: JoinHandle<()>,
    poisoner: JoinHandle<anyhow::Result<u64>>,
}

/// Starts sending; both stop when the scenario's duration is over.
///
/// # Errors
/// When the template lacks what a sender needs.
pub fn start(cloud: &Cloud, plan: &Plan, observer: &SharedObserver) -> anyhow::Result<Senders> {
    let creator = Arc::new(creator(cloud, cloud.outside_exposed(SERVICE))?);
    // With visitors at the front door, messages come through there.
    let by_api = plan.scenario.workload.api_requests_per_day > 0;
    let messages_per_day = if by_api { 0 } else { plan.scenario.workload.messages_per_day };
    let people = tokio::spawn(create_all(creator, plan.clone(), messages_per_day, cloud.clock(), observer.clone()));
    let topic = names::topic_arn(cloud.topology())?.to_owned();
    let outside = as_the_scheduler_sees(cloud, cloud.outside(POISONER))?;
    let sns = Environment::new(POISONER, &outside, &mut Variables::new(&outside.variables)).sns();
    let poisoner = tokio::spawn(poison_all(sns, topic, plan.clone(), cloud.clock()));
    Ok(Senders { people, poisoner })
}

impl Senders {
    /// Waits for both; answers with the number of poison events.
    ///
    /// # Errors
    /// When the topic refused one.
    pub async fn finish(self) -> anyhow::Result<u64> {
        self.people.await?;
        self.poisoner.await?
    }
}

/// The code that the web API uses, on the wire of `outside`, with the scheduler's view of the tables and the topic.
///
/// # Errors
/// When the template lacks the scheduler, or the scheduler a setting.
pub fn creator(cloud: &Cloud, outside: Ambient) -> anyhow::Result<Creator> {
    let ambient = as_the_scheduler_sees(cloud, outside)?;
    let mut variables = Variables::new(&ambient.variables);
    let environment = Environment::new(SERVICE, &ambient, &mut variables);
    let creator = Creator::new(&environment, &mut variables);
    variables.finish().context("the workload lacks settings")?;
    Ok(creator)
}

fn as_the_scheduler_sees(cloud: &Cloud, outside: Ambient) -> anyhow::Result<rez_core::Ambient> {
    let mut ambient = program::hand_over(outside);
    let topology = cloud.topology();
    let scheduler = names::find(topology, &topology.functions, "function", SCHEDULER)?;
    ambient.variables.extend(scheduler.environment.clone());
    Ok(ambient)
}

/// Creates each message at its time, whether or not the ones before it have been answered.
async fn create_all(creator: Arc<Creator>, plan: Plan, messages_per_day: u32, clock: Clock, observer: SharedObserver) {
    let seed = Seed(plan.seed);
    let workload = &plan.scenario.workload;
    let arrivals = Arrivals::new(seed.stream("arrivals"), messages_per_day, workload.rhythm);
    let mut author = Author::new(seed.stream("messages"));
    let mut under_way = JoinSet::new();
    for at in arrivals.take_while(|at| *at < plan.scenario.duration) {
        sleep_until(clock.instant_after(at)).await;
        let new = author.write();
        under_way.spawn(create_one(creator.clone(), new, clock, observer.clone()));
        while under_way.try_join_next().is_some() {}
    }
    under_way.join_all().await;
}

/// What was answered with success is promised. After an error nobody knows, and nothing is.
async fn create_one(creator: Arc<Creator>, new: NewMessage, clock: Clock, observer: SharedObserver) {
    if let Ok(message) = create::manual(&creator, new).await {
        let mut observer = observer.lock().expect("no observer panicked");
        observer.promised(clock.now(), &message.id.to_string());
    }
}

async fn poison_all(sns: aws_sdk_sns::Client, topic: String, plan: Plan, clock: Clock) -> anyhow::Result<u64> {
    let seed = Seed(plan.seed);
    let workload = &plan.scenario.workload;
    let arrivals = Arrivals::new(seed.stream("poison arrivals"), workload.poison_per_day, workload.rhythm);
    let mut poison = Poison::new(seed.stream("poison"));
    let mut sent = 0;
    for at in arrivals.take_while(|at| *at < plan.scenario.duration) {
        sleep_until(clock.instant_after(at)).await;
        sns.publish().topic_arn(&topic).message(poison.brew()).send().await.context("cannot publish poison")?;
        sent += 1;
    }
    Ok(sent)
}
