//! Puts a cloud together: world, services, network, functions, and what sets them going.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use rand::RngExt;
use rez_topology::Topology;

use super::addresses::Addresses;
use super::front::Front;
use super::{BuildError, Cloud, mappings, permits, provision};
use crate::backend::Backend;
use crate::billing::Meter;
use crate::faults::{Fault, Faults, Known};
use crate::history::{History, Subscriber};
use crate::host::cloudwatch::CloudWatch;
use crate::host::deliveries::Deliveries;
use crate::host::event_source::{EventSource, Queue};
use crate::host::iam::Iam;
use crate::host::lambda::child::Binary;
use crate::host::lambda::{ACCOUNT_CONCURRENCY, Code, Deployment, Lambda};
use crate::host::schedule::Rule;
use crate::network::{HttpServer, Network};
use crate::profile::{Knobs, Latency, Profile};
use crate::program::Program;
use crate::services::{Services, names};
use crate::world::{Clock, Ids, Seed, World};

/// When a world begins, unless it is told otherwise: Monday, 23 November 2026, 00:00 UTC.
const EPOCH: Duration = Duration::from_secs(1_795_392_000);

/// A function's own work in each invocation, unless it is told otherwise: a small Rust handler (1.4 ms were measured for
/// one on 512 MB), on a quarter of the CPU.
const COMPUTE: Latency = Latency::fixed(Duration::from_millis(3));

/// Of a queue that says nothing else ("Amazon SQS visibility timeout").
const DEFAULT_VISIBILITY_TIMEOUT: Duration = Duration::from_secs(30);

/// Everything that a cloud is made from.
pub struct CloudBuilder {
    topology: Topology,
    seed: Seed,
    knobs: Knobs,
    epoch: SystemTime,
    faults: Vec<Fault>,
    secrets: BTreeMap<String, String>,
    secrets_key: Option<String>,
    code: BTreeMap<String, Code>,
    compute: BTreeMap<String, Latency>,
    servers: BTreeMap<String, Arc<dyn HttpServer>>,
    subscribers: Vec<Box<dyn Subscriber>>,
    account_concurrency: u32,
    addresses: Addresses,
    backend: Option<Backend>,
}

impl CloudBuilder {
    pub(super) fn new(topology: Topology, seed: Seed) -> Self {
        Self {
            topology,
            seed,
            knobs: Profile::Realistic.knobs(),
            epoch: SystemTime::UNIX_EPOCH + EPOCH,
            faults: Vec::new(),
            secrets: BTreeMap::new(),
            secrets_key: None,
            code: BTreeMap::new(),
            compute: BTreeMap::new(),
            servers: BTreeMap::new(),
            subscribers: Vec::new(),
            account_concurrency: ACCOUNT_CONCURRENCY,
            addresses: Addresses::default(),
            backend: None,
        }
    }

    /// How well-behaved the world is; `realistic` unless it is told otherwise.
    #[must_use]
    pub fn profile(self, profile: Profile) -> Self {
        self.knobs(profile.knobs())
    }

    /// The same, knob by knob.
    #[must_use]
    pub fn knobs(self, knobs: Knobs) -> Self {
        Self { knobs, ..self }
    }

    /// What the clock shows when the world begins.
    #[must_use]
    pub fn epoch(self, epoch: SystemTime) -> Self {
        Self { epoch, ..self }
    }

    #[must_use]
    pub fn faults(mut self, faults: impl IntoIterator<Item = Fault>) -> Self {
        self.faults.extend(faults);
        self
    }

    /// What faults can be aimed at in this cloud; complete once all servers are there.
    pub fn known_targets(&self) -> Known {
        self.servers.keys().fold(Known::of(&self.topology), |known, host| known.server(host))
    }

    /// A SecureString in Parameter Store, which no template can create.
    #[must_use]
    pub fn parameter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.secrets.insert(name.into(), value.into());
        self
    }

    /// ARN of the key that SecureStrings are encrypted with: who reads them needs its permission to decrypt too. Without
    /// one they are encrypted with Parameter Store's own, which everybody in the account may use.
    #[must_use]
    pub fn secrets_key(self, arn: impl Into<String>) -> Self {
        Self { secrets_key: Some(arn.into()), ..self }
    }

    /// The program that runs as the function with this logical id.
    #[must_use]
    pub fn function(mut self, logical_id: impl Into<String>, program: Arc<dyn Program>) -> Self {
        self.code.insert(logical_id.into(), Code::InProcess(program));
        self
    }

    /// The binary that runs as the function with this logical id, in child processes that speak Lambda's Runtime API. It
    /// takes real time, so the clock may not be paused.
    #[must_use]
    pub fn child(mut self, logical_id: impl Into<String>, binary: Binary) -> Self {
        self.code.insert(logical_id.into(), Code::Child(binary));
        self
    }

    /// How long the function's own work takes in each invocation; CPU takes no virtual time by itself.
    #[must_use]
    pub fn compute(mut self, logical_id: impl Into<String>, compute: Latency) -> Self {
        self.compute.insert(logical_id.into(), compute);
        self
    }

    /// A server outside AWS, at `host` or `host:port`.
    #[must_use]
    pub fn server(mut self, host: impl Into<String>, server: Arc<dyn HttpServer>) -> Self {
        self.servers.insert(host.into(), server);
        self
    }

    /// Somebody who learns of every fact, from the first on.
    #[must_use]
    pub fn subscribe(mut self, subscriber: Box<dyn Subscriber>) -> Self {
        self.subscribers.push(subscriber);
        self
    }

    /// Concurrent executions of all functions together.
    #[must_use]
    pub fn account_concurrency(self, account_concurrency: u32) -> Self {
        Self { account_concurrency, ..self }
    }

    /// Data services that somebody else runs, in place of those inside. What the template lists must be there already. In
    /// real time only.
    #[must_use]
    pub fn backend(self, backend: Backend) -> Self {
        Self { backend: Some(backend), ..self }
    }

    /// What AWS would serve at `own` (`https://HOST`) is reached at `url` instead: behind a real port, say. Functions and
    /// browsers are told so. Neither ends in a slash.
    #[must_use]
    pub fn reached_at(mut self, own: impl Into<String>, url: impl Into<String>) -> Self {
        self.addresses.add(own.into(), url.into());
        self
    }

    /// Builds the cloud, inside the runtime whose clock it is to follow. Nothing in it moves until [`Cloud::start`].
    ///
    /// The SDK draws its jitter from a generator of the thread. Each environment brings its own state of it; for whoever
    /// calls from outside it is seeded here, so one thread can hold one cloud at a time.
    ///
    /// # Errors
    /// The first thing that is missing, not permitted, or refused by a service.
    pub fn build(mut self) -> Result<Cloud, BuildError> {
        check_place(&self.topology)?;
        self.addresses.put_into(&mut self.topology);
        fastrand::seed(self.seed.stream("outside").random());
        let deployments = self.deployments()?;
        let clock = Clock::starting_at(self.epoch);
        let history = History::new(clock);
        std::mem::take(&mut self.subscribers).into_iter().for_each(|subscriber| history.subscribe(subscriber));
        let faults = Faults::new(std::mem::take(&mut self.faults), self.seed, history.clone())?;
        let services = Services::new(clock, self.seed, &self.knobs, history.clone());
        let world = Arc::new(World::new(clock, self.seed, history, self.knobs.clone(), faults));
        let invocable = permits::invocable_by_topics(&self.topology);
        let deliveries = Arc::new(Deliveries::new(world.clone(), services.sqs.clone(), invocable));
        services.sns.deliver_through(deliveries.clone());
        provision::provision(&self.topology, &self.secrets, &services)?;
        let iam = Arc::new(Iam::new(&self.topology, self.secrets_key.take()));
        let front = Front::new(&self.topology, &self.addresses, &world)?;
        let listeners = front.listeners(&self.servers);
        let network =
            Arc::new(Network::new(world.clone(), services.clone(), listeners, iam.clone(), self.backend.clone()));
        let lambda = Arc::new(Lambda::new(world.clone(), network.clone(), deployments, self.account_concurrency));
        network.connect(&lambda);
        front.connect(&lambda);
        deliveries.connect(&lambda);
        Ok(Cloud {
            event_sources: self.event_sources(&world, &services, &lambda, &iam)?,
            apis: front.apis,
            user_pools: front.user_pools,
            iam,
            cloudwatch: Arc::new(CloudWatch::new(&self.topology, world.clone(), services.clone())?),
            rules: self.rules(&world, &lambda)?,
            ids: Ids::new(self.seed, "outside"),
            meter: self.meter(&world),
            topology: self.topology,
            world,
            services,
            network,
            _children: lambda.end_children(),
            lambda,
        })
    }

    fn meter(&self, world: &World) -> Arc<Mutex<Meter>> {
        let meter = Arc::new(Mutex::new(Meter::new(&self.topology, self.secrets.keys().cloned())));
        world.history.subscribe(Box::new(meter.clone()));
        meter
    }

    /// Every function of the template with its code; no more, no less.
    fn deployments(&mut self) -> Result<Vec<Deployment>, BuildError> {
        let mut given = std::mem::take(&mut self.code);
        let mut deployments = Vec::new();
        for (id, spec) in &self.topology.functions {
            let code = match given.remove(id).ok_or_else(|| BuildError::NoProgram(id.clone()))? {
                Code::Child(binary) => {
                    let checked = binary.checked();
                    Code::Child(checked.map_err(|error| BuildError::Binary { function: id.clone(), error })?)
                }
                program @ Code::InProcess(_) => program,
            };
            let compute = self.compute.get(id).copied().unwrap_or(COMPUTE);
            deployments.push(Deployment { spec: spec.clone(), code, compute });
        }
        match given.into_keys().next() {
            None => Ok(deployments),
            Some(given) => Err(BuildError::NoFunction { given, known: list(self.topology.functions.keys()) }),
        }
    }

    fn event_sources(
        &self,
        world: &Arc<World>,
        services: &Services,
        lambda: &Arc<Lambda>,
        iam: &Iam,
    ) -> Result<Vec<Arc<EventSource>>, BuildError> {
        let source = |(id, source): (&String, &rez_topology::EventSource)| {
            let function = self.function_of(id, &source.function)?;
            let role = find(&self.topology.roles, id, "role", &function.role)?;
            mappings::check_unique(id, source, &function.name, &self.topology, self.seed)?;
            permits::check_event_source(id, source, function, role, iam)?;
            // Where there is an alias, SAM maps the queue to it.
            let alias = function.alias.as_ref().map(|alias| alias.name.as_str());
            let (address, queue) = (names::qualified(&function.name, alias), self.queue_of(source, services));
            Ok(Arc::new(EventSource::new(source.clone(), address, world.clone(), queue, lambda.clone())))
        };
        self.topology.event_sources.iter().map(source).collect()
    }

    fn queue_of(&self, source: &rez_topology::EventSource, services: &Services) -> Queue {
        let arn = &source.queue_arn;
        let Some(backend) = &self.backend else { return Queue::embedded(services.sqs.clone(), arn) };
        let described = self.topology.queue_by_arn(arn);
        let visibility_timeout = described.map_or(DEFAULT_VISIBILITY_TIMEOUT, |queue| queue.visibility_timeout);
        Queue::remote(backend, arn, visibility_timeout)
    }

    fn rules(&self, world: &Arc<World>, lambda: &Arc<Lambda>) -> Result<Vec<Arc<Rule>>, BuildError> {
        let rule = |(id, schedule): (&String, &rez_topology::Schedule)| {
            let function = self.function_of(id, &schedule.function)?;
            permits::check_schedule(id, schedule, &self.topology)?;
            let address = names::qualified(&function.name, schedule.qualifier.as_deref());
            let rule = Rule::new(schedule.clone(), address, world.clone(), lambda.clone());
            rule.map(Arc::new).map_err(|error| BuildError::Schedule { rule: schedule.name.clone(), error })
        };
        self.topology.schedules.iter().filter(|(_, schedule)| schedule.enabled).map(rule).collect()
    }

    fn function_of(&self, user: &str, logical_id: &str) -> Result<&rez_topology::Function, BuildError> {
        find(&self.topology.functions, user, "function", logical_id)
    }
}

fn check_place(topology: &Topology) -> Result<(), BuildError> {
    let place = |account: &str, region: &str| format!("account {account} in {region}");
    let (given, expected) = (place(&topology.account, &topology.region), place(names::ACCOUNT, names::REGION));
    if given == expected { Ok(()) } else { Err(BuildError::Elsewhere { given, expected }) }
}

fn find<'a, T>(all: &'a BTreeMap<String, T>, user: &str, what: &'static str, name: &str) -> Result<&'a T, BuildError> {
    let missing = || BuildError::Missing { user: user.to_owned(), what, name: name.to_owned() };
    all.get(name).ok_or_else(missing)
}

fn list<'a>(names: impl Iterator<Item = &'a String>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
