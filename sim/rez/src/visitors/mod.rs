//! People at the front door: they sign in, list, read, write, look at the metrics, and come back when their token has
//! ended. Some of them try what they may not.

mod answered;
mod client;
mod mix;
mod person;
mod tokens;
mod visit;

use std::sync::Arc;

use anyhow::Context;
use rez_cloud::world::{Clock, Stream};
use rez_cloud::{Cloud, Seed};
use tokio::sync::Mutex;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::sleep_until;

pub use answered::Answered;
pub use client::{Answer, Client};
pub use mix::Visit;
pub use person::Group;

use self::person::Person;
use crate::observer::SharedObserver;
use crate::run::{self, Plan};
use crate::workload::{Arrivals, Author};

/// Admins, users and viewers who sign in.
const PEOPLE: [(Group, usize); 3] = [(Group::Admin, 2), (Group::User, 12), (Group::Viewer, 6)];

/// Everybody, and what they share.
pub struct Visitors {
    people: Vec<Arc<Mutex<Person>>>,
    client: Arc<Client>,
    observer: SharedObserver,
    clock: Clock,
}

/// Starts the visits of a plan; they stop when the scenario's duration is over. `None` when the plan has none.
///
/// # Errors
/// When the template has no API or no user pool.
pub fn start(cloud: &Arc<Cloud>, plan: &Plan, observer: &SharedObserver) -> anyhow::Result<Option<JoinHandle<()>>> {
    if plan.scenario.workload.api_requests_per_day == 0 {
        return Ok(None);
    }
    let client = Arc::new(Client::new(cloud)?);
    let visitors = Visitors { people: people(cloud)?, client, observer: observer.clone(), clock: cloud.clock() };
    Ok(Some(tokio::spawn(visitors.come(plan.clone()))))
}

fn people(cloud: &Arc<Cloud>) -> anyhow::Result<Vec<Arc<Mutex<Person>>>> {
    let mut people = Vec::new();
    for (group, count) in PEOPLE {
        for number in 0..count {
            let person = Person::enrol(cloud, group, number).context("cannot enrol a person")?;
            people.push(Arc::new(Mutex::new(person)));
        }
    }
    Ok(people)
}

impl Visitors {
    /// Each visit begins at its time, whether or not the ones before it have been answered; but one person does one
    /// thing after the other.
    async fn come(self, plan: Plan) {
        let seed = Seed(plan.seed);
        let workload = &plan.scenario.workload;
        let others = workload.api_requests_per_day.saturating_sub(workload.messages_per_day);
        let writes = Arrivals::new(seed.stream("arrivals"), workload.messages_per_day, workload.rhythm);
        let visits = Arrivals::new(seed.stream("visits"), others, workload.rhythm);
        let mut writes = writes.take_while(|at| *at < plan.scenario.duration).peekable();
        let mut visits = visits.take_while(|at| *at < plan.scenario.duration).peekable();
        let mut choices = seed.stream("visitors");
        let mut author = Author::new(seed.stream("messages"));
        let mut under_way = JoinSet::new();
        loop {
            let write_next = match (writes.peek(), visits.peek()) {
                (Some(write), Some(visit)) => write <= visit,
                (Some(_), None) => true,
                (None, Some(_)) => false,
                (None, None) => break,
            };
            let (at, visit) = if write_next {
                (writes.next(), Visit::Write(author.write().content))
            } else {
                (visits.next(), Visit::choose(&mut choices))
            };
            sleep_until(self.clock.instant_at(run::start() + at.expect("it was peeked at"))).await;
            let person = self.somebody(&mut choices, &visit);
            under_way.spawn(visit::make(person, visit, self.client.clone(), self.observer.clone(), self.clock));
            while under_way.try_join_next().is_some() {}
        }
        under_way.join_all().await;
    }

    /// Whoever may write writes; the rest is everybody's.
    fn somebody(&self, choices: &mut Stream, visit: &Visit) -> Arc<Mutex<Person>> {
        use rand::RngExt;
        let writers = PEOPLE.iter().filter(|(group, _)| group.may_write()).map(|(_, count)| count).sum();
        let among = if matches!(visit, Visit::Write(_)) { writers } else { self.people.len() };
        self.people[choices.random_range(0..among)].clone()
    }
}
