//! The metrics that AWS's services report about themselves, made of facts and of looks at the queues.
//!
//! One file for each namespace: which of its metrics are modelled, and what they are made of. A metric that nobody
//! needs is not made.

mod api_gateway;
mod dynamodb;
mod lambda;
mod sns;
mod sqs;

use std::time::SystemTime;

use self::api_gateway::ApiGateway;
use self::dynamodb::DynamoDb;
use self::lambda::Lambda;
use self::sns::Sns;
pub(super) use self::sqs::Gauge;
use self::sqs::Sqs;

use super::metrics::{MetricId, SeriesId, Store};
use crate::history::Fact;

/// What is made for those who need it.
#[derive(Debug, Default)]
pub struct Aws {
    api_gateway: ApiGateway,
    dynamodb: DynamoDb,
    lambda: Lambda,
    sns: Sns,
    sqs: Sqs,
}

impl Aws {
    /// Begins to make a metric. `None` when it is not modelled.
    pub fn make(&mut self, metric: &MetricId, series: SeriesId) -> Option<()> {
        match metric.namespace.as_str() {
            "AWS/ApiGateway" => self.api_gateway.make(metric, series),
            "AWS/DynamoDB" => self.dynamodb.make(metric, series),
            "AWS/Lambda" => self.lambda.make(metric, series),
            "AWS/SNS" => self.sns.make(metric, series),
            "AWS/SQS" => self.sqs.make(metric, series),
            _ => None,
        }
    }

    pub fn observe(&mut self, at: SystemTime, fact: &Fact<'_>, store: &mut Store) {
        match fact {
            Fact::Invocation { function, environment, event, .. } => {
                self.lambda.invocation(at, function, *environment, event, store);
            }
            Fact::Environment { environment, event, .. } => self.lambda.environment(*environment, event),
            Fact::Queue { queue, event, .. } => self.sqs.event(at, queue, event, store),
            Fact::OnBehalf { service: "sqs", resource, .. } => self.sqs.touch(at, resource),
            Fact::Request(request) if request.service == "sqs" => self.sqs.touch(at, request.resource),
            Fact::Request(request) if request.service == "dynamodb" => self.dynamodb.request(at, request, store),
            Fact::ApiRequest(request) => self.api_gateway.request(at, request, store),
            Fact::Published { topic, .. } => self.sns.published(at, topic, store),
            Fact::Undelivered { topic, .. } => self.sns.undelivered(at, topic, store),
            _ => {}
        }
    }

    /// The queues that are to be looked at every minute.
    pub fn gauged_queues(&self) -> Vec<String> {
        self.sqs.gauged()
    }

    /// Takes in what was seen of a queue.
    pub fn gauge(&mut self, at: SystemTime, gauge: &Gauge<'_>, store: &mut Store) {
        self.sqs.gauge(at, gauge, store);
    }
}

#[cfg(test)]
mod tests;
