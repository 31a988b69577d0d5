//! The data services that live inside the process: queues, topics, tables and parameters.
//!
//! Each takes its time from the world's clock, its randomness from streams of its own, and reports what happens to
//! the history. They know nothing of the network: faults, latency and permissions stand in front of them. A subscriber
//! of the history must not call them back.

pub mod attribute;
pub mod dynamodb;
mod error;
pub(crate) mod ids;
pub mod names;
pub mod parameters;
pub(crate) mod policy;
pub mod sns;
pub mod sqs;
pub(crate) mod throttle;
pub mod wire;

pub use error::ServiceError;

use crate::history::History;
use crate::profile::Knobs;
use crate::world::{Clock, Seed};
use dynamodb::DynamoDb;
use parameters::Parameters;
use sns::Sns;
use sqs::Sqs;

/// The services of AWS that a request may be meant for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Service {
    DynamoDb,
    Sqs,
    Sns,
    Parameters,
    Lambda,
    /// An HTTP API of a template, at its own host.
    ApiGateway,
    /// A user pool of a template, at its own hosts.
    Cognito,
    /// Some other service of AWS, which is not modelled.
    Other,
}

impl Service {
    /// The name in facts, faults and scenarios.
    pub const fn name(self) -> &'static str {
        match self {
            Self::DynamoDb => "dynamodb",
            Self::Sqs => "sqs",
            Self::Sns => "sns",
            Self::Parameters => "parameters",
            Self::Lambda => "lambda",
            Self::ApiGateway => "api_gateway",
            Self::Cognito => "cognito",
            Self::Other => "aws",
        }
    }
}

/// All of them; clones share them.
#[derive(Clone)]
pub struct Services {
    pub dynamodb: DynamoDb,
    pub parameters: Parameters,
    pub sns: Sns,
    pub sqs: Sqs,
    history: History,
}

impl Services {
    /// Empty services: no table, queue, topic or parameter yet.
    pub fn new(clock: Clock, seed: Seed, knobs: &Knobs, history: History) -> Self {
        let sqs = Sqs::new(clock, seed, knobs.sqs.clone(), history.clone());
        Self {
            dynamodb: DynamoDb::new(clock, seed, knobs.dynamodb.clone(), history.clone()),
            parameters: Parameters::new(clock, &knobs.parameters),
            sns: Sns::new(clock, seed, knobs.sns.clone(), history.clone(), sqs.clone()),
            sqs,
            history,
        }
    }

    /// Begins what AWS does by itself: removing expired items.
    pub fn start(&self) {
        tokio::spawn(self.dynamodb.clone().sweep_hourly());
    }
}
