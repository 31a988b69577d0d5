//! What SNS delivers, on its way to its subscribers. It is a call from one service of AWS to another, so faults befall it as
//! they befall any request: those that are aimed at `sqs.SendMessage` or `lambda.Invoke`. And it needs a permission: SNS has
//! no role, so the policy of the queue or the function itself must let it act for its topic ("Subscribing an Amazon SQS queue
//! to an Amazon SNS topic").
//!
//! Of a profile's own errors only [`SnsKnobs::server_error`](crate::profile::SnsKnobs::server_error) strikes them, drawn by SNS
//! before each try. Those of [`NetworkKnobs`](crate::profile::NetworkKnobs), bursts of throttling among them, do not.

use std::sync::{Arc, OnceLock, Weak};

use crate::host::iam::{allows_service, matches_resource};
use crate::host::lambda::Lambda;
use crate::network::Fate;
use crate::program::BoxFuture;
use crate::services::names;
use crate::services::sns::{Delivery, DeliveryFailure, DeliveryTarget, Protocol, SqsTarget};
use crate::services::sqs::Sqs;
use crate::world::{World, pause};

/// Of a subscriber that is asked for less.
const TOO_MANY_REQUESTS: u16 = 429;

/// The subscribers of a cloud's topics.
pub(crate) struct Deliveries {
    world: Arc<World>,
    sqs: Sqs,
    invocable: Vec<Invocable>,
    /// Set once the functions are there. Weak, because they hold the topics.
    lambda: OnceLock<Weak<Lambda>>,
}

/// A function that topics may invoke, by the permissions of the template.
pub(crate) struct Invocable {
    /// Its ARN, with the alias that may be invoked.
    pub function_arn: String,
    /// Pattern of the topics' ARNs.
    pub topic_arn: String,
}

impl DeliveryTarget for Deliveries {
    fn deliver<'a>(&'a self, delivery: &'a Delivery) -> BoxFuture<'a, Result<(), DeliveryFailure>> {
        Box::pin(self.send(delivery))
    }
}

impl Deliveries {
    pub fn new(world: Arc<World>, sqs: Sqs, invocable: Vec<Invocable>) -> Self {
        Self { world, sqs, invocable, lambda: OnceLock::new() }
    }

    pub fn connect(&self, lambda: &Arc<Lambda>) {
        self.lambda.set(Arc::downgrade(lambda)).expect("deliveries are connected once");
    }

    async fn send(&self, delivery: &Delivery) -> Result<(), DeliveryFailure> {
        let (service, operation, resource) = match delivery.protocol {
            Protocol::Sqs => ("sqs", "SendMessage", names::plain(&delivery.endpoint)),
            Protocol::Lambda => ("lambda", "Invoke", names::function(&delivery.endpoint).0),
        };
        let verdict = self.world.faults.on_request(self.world.clock.elapsed(), service, operation, resource);
        pause(verdict.delay).await;
        match verdict.blow.map_or(Fate::Served, Fate::of) {
            Fate::Served => self.put(delivery),
            fate if fate.acts() => {
                // The subscriber has it, but SNS does not know, and sends it again.
                self.put(delivery).ok();
                Err(DeliveryFailure::Server)
            }
            fate => Err(whose_fault(&fate)),
        }
    }

    fn put(&self, delivery: &Delivery) -> Result<(), DeliveryFailure> {
        match delivery.protocol {
            Protocol::Sqs => self.enqueue(delivery),
            Protocol::Lambda => self.invoke(delivery),
        }
    }

    fn enqueue(&self, delivery: &Delivery) -> Result<(), DeliveryFailure> {
        let (topic, queue) = (&delivery.topic_arn, &delivery.endpoint);
        let policy = self.sqs.policy(queue).map_err(|_| DeliveryFailure::Client)?;
        if !allows_service(&policy, "sns.amazonaws.com", topic, "sqs:SendMessage", queue) {
            return Err(DeliveryFailure::Client);
        }
        SqsTarget(self.sqs.clone()).put(delivery)
    }

    /// Asynchronously: what becomes of the event is Lambda's business.
    fn invoke(&self, delivery: &Delivery) -> Result<(), DeliveryFailure> {
        let (topic, function) = (&delivery.topic_arn, &delivery.endpoint);
        let may = |it: &Invocable| it.function_arn == *function && matches_resource(&it.topic_arn, topic);
        if !self.invocable.iter().any(may) {
            return Err(DeliveryFailure::Client);
        }
        let lambda = self.lambda.get().and_then(Weak::upgrade).ok_or(DeliveryFailure::Server)?;
        let event = lambda.event(delivery.content.body.clone().into(), delivery.content.trace_header.as_deref());
        lambda.accept(function, event).map_err(|_| DeliveryFailure::Client)
    }
}

/// Only a refusal that says so is the client's, and so not retried ("Amazon SNS dead-letter queues", developer guide).
fn whose_fault(fate: &Fate) -> DeliveryFailure {
    match fate {
        Fate::Refused { status, .. } if *status < 500 && *status != TOO_MANY_REQUESTS => DeliveryFailure::Client,
        _ => DeliveryFailure::Server,
    }
}
