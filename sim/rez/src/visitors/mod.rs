//! People at the front door: they sign in, list, read, write, look at the metrics, and come back when their token has
//! ended. They cancel and redrive. Some of them try what they may not. Beside them come attackers, and clients that do not listen.

mod answered;
mod burst;
mod client;
mod hostile;
mod mix;
mod person;
mod tokens;
mod visit;

use std::sync::Arc;

use anyhow::Context;
use bytes::Bytes;
use http::Request;
use rand::RngExt;
use rez_cloud::world::{Clock, Stream};
use rez_cloud::{Cloud, Seed};
use tokio::sync::Mutex;
use tokio::task::JoinSet;
use tokio::time::sleep_until;

pub use answered::{Answered, Refusal, Sender};
pub use client::{Answer, Client};
pub use mix::Visit;
pub use person::{Group, is_protected};

use self::person::Person;
use crate::observer::SharedObserver;
use crate::run::Plan;
use crate::scenario::KeyRotation;
use crate::workload::{Arrivals, Author};
use crate::world::names::USER_POOL;

/// Everybody who signs in.
const PEOPLE: [(Group, usize); 4] = [(Group::Admin, 1), (Group::User, 3), (Group::Viewer, 2), (Group::Outsider, 1)];

/// How often each of them renews a token that has ended: it lives 15 minutes, and the night is quiet.
const RENEWALS_EACH_PER_DAY: u32 = 75;

/// Everybody, and what they share.
#[derive(Clone)]
struct Visitors {
    people: Vec<Arc<Mutex<Person>>>,
    client: Arc<Client>,
    observer: SharedObserver,
    clock: Clock,
    /// The key server's document when the run began.
    keys: Arc<str>,
}

/// Starts the visits of a plan; they stop when the scenario's duration is over. Nobody comes when the plan has no visits.
///
/// # Errors
/// When the template has no API or no user pool.
pub fn start(cloud: &Arc<Cloud>, plan: &Plan, observer: &SharedObserver) -> anyhow::Result<JoinSet<()>> {
    let mut started = JoinSet::new();
    if plan.scenario.workload.api_requests_per_day == 0 {
        return Ok(started);
    }
    let client = Arc::new(Client::new(cloud)?);
    let clock = cloud.clock();
    let (people, keys) = (people(cloud, observer)?, published_keys(cloud)?);
    let visitors = Visitors { people, client, observer: observer.clone(), clock, keys };
    started.spawn(visitors.clone().come(plan.clone()));
    started.spawn(hostile::come(visitors.clone(), plan.clone()));
    for burst in &plan.scenario.bursts {
        started.spawn(burst::come(visitors.clone(), *burst));
    }
    for rotation in &plan.scenario.key_rotations {
        started.spawn(rotate_keys(cloud.clone(), *rotation));
    }
    Ok(started)
}

fn people(cloud: &Arc<Cloud>, observer: &SharedObserver) -> anyhow::Result<Vec<Arc<Mutex<Person>>>> {
    let mut people = Vec::new();
    for (group, count) in PEOPLE {
        for number in 0..count {
            let person = Person::enrol(cloud, group, number).context("cannot enrol a person")?;
            observer.lock().expect("no observer panicked").enrolled(cloud.clock().now(), &person.sub, group);
            people.push(Arc::new(Mutex::new(person)));
        }
    }
    Ok(people)
}

/// How many may do something. Groups that may do more stand before the others.
fn people_who(may: impl Fn(Group) -> bool) -> usize {
    PEOPLE.iter().filter(|(group, _)| may(*group)).map(|(_, count)| count).sum()
}

fn published_keys(cloud: &Cloud) -> anyhow::Result<Arc<str>> {
    let pool = cloud.user_pool(USER_POOL).context("the template has no user pool")?;
    let request = Request::get(format!("/{}/.well-known/jwks.json", pool.id())).body(Bytes::new())?;
    Ok(String::from_utf8_lossy(pool.handle(&request).body()).into())
}

async fn rotate_keys(cloud: Arc<Cloud>, rotation: KeyRotation) {
    sleep_until(cloud.clock().instant_after(rotation.at)).await;
    if let Some(pool) = cloud.user_pool(USER_POOL) {
        pool.rotate_keys(rotation.overlap);
    }
}

impl Visitors {
    /// Each visit begins at its time, whether or not the ones before it have been answered; but one person does one
    /// thing after the other.
    async fn come(self, plan: Plan) {
        let seed = Seed(plan.seed);
        let workload = &plan.scenario.workload;
        let others = mix::visits_per_day(workload, RENEWALS_EACH_PER_DAY * people_who(Group::may_read) as u32);
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
                (writes.next(), Visit::write(author.write().content, &mut choices))
            } else {
                (visits.next(), Visit::choose(&mut choices))
            };
            sleep_until(self.clock.instant_after(at.expect("it was peeked at"))).await;
            let person = self.somebody(&mut choices, &visit);
            under_way.spawn(visit::make(person, visit, self.client.clone(), self.observer.clone(), self.clock));
            while under_way.try_join_next().is_some() {}
        }
        under_way.join_all().await;
    }

    /// The first of a group.
    fn first(&self, group: Group) -> &Mutex<Person> {
        let before = PEOPLE.iter().take_while(|(other, _)| *other != group).map(|(_, count)| count).sum::<usize>();
        &self.people[before]
    }

    /// Whoever may write writes and cancels, an admin redrives, and everybody tries what they may not; the rest is for
    /// those who may read.
    fn somebody(&self, choices: &mut Stream, visit: &Visit) -> Arc<Mutex<Person>> {
        let among = match visit {
            Visit::Write(_) | Visit::Regret(_) | Visit::Cancel => people_who(Group::may_write),
            Visit::Redrive => people_who(|group| group == Group::Admin),
            Visit::Trespass => self.people.len(),
            _ => people_who(Group::may_read),
        };
        self.people[choices.random_range(0..among)].clone()
    }
}
