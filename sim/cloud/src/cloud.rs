//! One AWS inside the process: what a template describes, with the programs that run as its functions.
//!
//! ```no_run
//! # use std::sync::{Arc, Mutex};
//! # fn example(program: Arc<dyn rez_cloud::program::Program>) -> Result<(), Box<dyn std::error::Error>> {
//! use rez_cloud::{Cloud, Seed, profile::Profile};
//! use rez_topology::{Options, Topology};
//!
//! // Inside a current-thread Tokio runtime with a paused clock:
//! let topology = Topology::from_file("template.yaml", &Options::default())?;
//! let cloud = Cloud::builder(topology, Seed(7)).profile(Profile::Realistic).function("Greeter", program).build()?;
//! cloud.start();
//! # Ok(())
//! # }
//! ```

mod addresses;
mod builder;
mod error;
mod front;
mod mappings;
mod permits;
mod provision;
mod usage;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use aws_credential_types::Credentials;
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_async::time::SharedTimeSource;
use bytes::Bytes;
use rez_topology::Topology;

pub use self::builder::CloudBuilder;
pub use self::error::BuildError;

use crate::billing::{Bill, Meter, Prices, Usage};
use crate::history::History;
use crate::host::api_gateway::ApiGateway;
use crate::host::cloudwatch::{AlarmStatus, CloudWatch};
use crate::host::cognito::Cognito;
use crate::host::event_source::EventSource;
use crate::host::iam::{Iam, UnusedPermission};
use crate::host::lambda::child::EndWithCloud;
use crate::host::lambda::{Answer, InvokeError, Lambda};
use crate::host::schedule::Rule;
use crate::network::{self, Caller, Network, ToItsEnd};
use crate::ports::{AtHost, AwsEndpoint};
use crate::program::Ambient;
use crate::services::{Services, names};
use crate::world::{Clock, Ids, Seed, World};

/// A running cloud. It lives within the runtime that it was built in, and ends with it.
pub struct Cloud {
    topology: Topology,
    world: Arc<World>,
    services: Services,
    network: Arc<Network>,
    iam: Arc<Iam>,
    apis: BTreeMap<String, Arc<ApiGateway>>,
    user_pools: BTreeMap<String, Arc<Cognito>>,
    lambda: Arc<Lambda>,
    _children: EndWithCloud,
    cloudwatch: Arc<CloudWatch>,
    event_sources: Vec<Arc<EventSource>>,
    rules: Vec<Arc<Rule>>,
    meter: Arc<Mutex<Meter>>,
    ids: Ids,
}

impl Cloud {
    pub fn builder(topology: Topology, seed: Seed) -> CloudBuilder {
        CloudBuilder::new(topology, seed)
    }

    /// Begins to poll the event sources, to fire the schedules, and to evaluate the alarms.
    pub fn start(&self) {
        tokio::spawn(self.cloudwatch.clone().run());
        tokio::spawn(self.lambda.clone().reclaim_children());
        for source in &self.event_sources {
            tokio::spawn(source.clone().run());
        }
        for rule in &self.rules {
            tokio::spawn(rule.clone().run());
        }
    }

    /// Begins nothing more by itself, and waits for what is under way: batches of event sources, and invocations that nobody
    /// waits for. What is not begun stays in its queue. That may take as long as the functions do, so whoever is in a hurry
    /// sets a limit.
    pub async fn drain(&self) {
        self.world.closing.end().await;
    }

    pub fn clock(&self) -> Clock {
        self.world.clock
    }

    pub fn seed(&self) -> Seed {
        self.world.seed
    }

    pub fn history(&self) -> &History {
        &self.world.history
    }

    /// What the template describes, as this cloud was built from it.
    pub fn topology(&self) -> &Topology {
        &self.topology
    }

    /// Every alarm of the template with its state, in the order of their logical ids.
    pub fn alarms(&self) -> Vec<AlarmStatus> {
        self.cloudwatch.alarms()
    }

    /// What was used so far of all that AWS bills.
    pub fn usage(&self) -> Usage {
        usage::gather(self)
    }

    /// What 30 days like those so far would cost.
    pub fn bill(&self, prices: &Prices) -> Bill {
        Bill::of(&self.usage(), prices)
    }

    /// The data services themselves, without a wire in between.
    pub fn services(&self) -> &Services {
        &self.services
    }

    /// The host name of the HTTP API with this logical id.
    pub fn api_host(&self, logical_id: &str) -> Option<&str> {
        self.apis.get(logical_id).map(|api| api.host())
    }

    /// The user pool with this logical id: to add users, to sign one in as a browser would, to rotate keys.
    pub fn user_pool(&self, logical_id: &str) -> Option<&Cognito> {
        self.user_pools.get(logical_id).map(AsRef::as_ref)
    }

    /// What to put behind a real port for any SDK: the data services, Invoke, and the parameters extension.
    pub fn aws_endpoint(&self) -> Arc<AwsEndpoint> {
        Arc::new(AwsEndpoint::new(self.network.clone(), &self.lambda))
    }

    /// What to put behind a real port for whatever is reached at `host` of this cloud.
    ///
    /// # Errors
    /// When `host` cannot be the host of a URL.
    pub fn at_host(&self, host: &str) -> Result<Arc<AtHost>, http::uri::InvalidUri> {
        Ok(Arc::new(AtHost::new(self.network.clone(), host.parse()?)))
    }

    /// Permissions that the template's roles give, and nobody has used so far.
    pub fn unused_permissions(&self) -> Vec<UnusedPermission> {
        self.iam.unused()
    }

    /// Invokes a function, by logical id, name or ARN, and waits for its answer.
    ///
    /// # Errors
    /// When there is no such function, or no environment for it.
    pub async fn invoke(&self, function: &str, payload: impl Into<Bytes>) -> Result<Answer, InvokeError> {
        let (lambda, name) = (self.lambda.clone(), self.function_name(function).to_owned());
        let event = lambda.event(payload.into(), None);
        ToItsEnd::new(async move { lambda.invoke(&name, event).await }).await
    }

    /// Hands a function an event to be worked off later, with Lambda's retries. Answers with the request id.
    ///
    /// # Errors
    /// When there is no such function.
    pub fn invoke_async(&self, function: &str, payload: impl Into<Bytes>) -> Result<String, InvokeError> {
        let event = self.lambda.event(payload.into(), None);
        let request_id = event.request_id.clone();
        self.lambda.accept(self.function_name(function), event)?;
        Ok(request_id)
    }

    /// What somebody outside needs to call this cloud, under a `name` of his own: a workload, a test. Nothing stands
    /// between him and the services: no latency, no fault, no permission.
    pub fn outside(&self, name: &str) -> Ambient {
        self.ambient(name, Caller::Outside { exposed: false })
    }

    /// The same for somebody whose requests take their time and meet faults, as a function's do.
    pub fn outside_exposed(&self, name: &str) -> Ambient {
        self.ambient(name, Caller::Outside { exposed: true })
    }

    fn ambient(&self, name: &str, caller: Caller) -> Ambient {
        Ambient {
            variables: BTreeMap::from([("AWS_REGION".to_owned(), names::REGION.to_owned())]),
            http: network::client(self.network.clone(), caller),
            time: SharedTimeSource::new(self.world.clock),
            sleep: SharedAsyncSleep::new(TokioSleep::new()),
            // An emulator in the place of the services takes an access key of twelve digits for the account that is meant.
            credentials: Credentials::new(names::ACCOUNT, "simulated", None, None, "rez-cloud"),
            entropy: self.ids.bits(),
            name: format!("{}-{name}", self.world.number),
        }
    }

    fn function_name<'a>(&'a self, function: &'a str) -> &'a str {
        self.topology.functions.get(function).map_or(function, |function| &function.name)
    }
}
