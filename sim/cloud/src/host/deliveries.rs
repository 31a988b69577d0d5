//! What SNS delivers, on its way to its subscribers. It is a call from one service of AWS to another, so faults befall it as
//! they befall any request: those that are aimed at `sqs.SendMessage`. And it needs a permission: SNS has no role, so the
//! queue's own policy must let it send for its topic ("Subscribing an Amazon SQS queue to an Amazon SNS topic").

use std::sync::Arc;

use crate::faults::FaultKind;
use crate::host::iam::allows_service;
use crate::program::BoxFuture;
use crate::services::names;
use crate::services::sns::{Delivery, DeliveryFailure, DeliveryTarget, SqsTarget};
use crate::services::sqs::Sqs;
use crate::world::{World, pause};

/// Of a subscriber that is asked for less.
const TOO_MANY_REQUESTS: u16 = 429;

/// The subscribers of a cloud's topics.
pub(crate) struct Deliveries {
    world: Arc<World>,
    sqs: Sqs,
}

impl DeliveryTarget for Deliveries {
    fn deliver<'a>(&'a self, delivery: &'a Delivery) -> BoxFuture<'a, Result<(), DeliveryFailure>> {
        Box::pin(self.send(delivery))
    }
}

impl Deliveries {
    pub fn new(world: Arc<World>, sqs: Sqs) -> Self {
        Self { world, sqs }
    }

    async fn send(&self, delivery: &Delivery) -> Result<(), DeliveryFailure> {
        let queue = names::plain(&delivery.endpoint);
        let verdict = self.world.faults.on_request(self.world.clock.elapsed(), "sqs", "SendMessage", queue);
        pause(verdict.delay).await;
        match verdict.blow {
            None => self.put(delivery),
            Some(blow) if acts(&blow) => {
                // The queue has it, but SNS does not know, and sends it again.
                self.put(delivery).ok();
                Err(DeliveryFailure::Server)
            }
            Some(blow) => Err(whose_fault(&blow)),
        }
    }

    fn put(&self, delivery: &Delivery) -> Result<(), DeliveryFailure> {
        let (topic, queue) = (&delivery.topic_arn, &delivery.endpoint);
        let policy = self.sqs.policy(queue).map_err(|_| DeliveryFailure::Client)?;
        if !allows_service(&policy, "sns.amazonaws.com", topic, "sqs:SendMessage", queue) {
            return Err(DeliveryFailure::Client);
        }
        SqsTarget(self.sqs.clone()).put(delivery)
    }
}

/// Whether the subscriber has taken the delivery all the same.
fn acts(blow: &FaultKind) -> bool {
    matches!(blow, FaultKind::LoseResponse | FaultKind::Reset { after_effect: true } | FaultKind::Crash)
}

/// Only a refusal that says so is the client's, and so not retried ("Amazon SNS dead-letter queues", developer guide).
fn whose_fault(blow: &FaultKind) -> DeliveryFailure {
    match blow {
        FaultKind::Refuse { status, .. } if *status < 500 && *status != TOO_MANY_REQUESTS => DeliveryFailure::Client,
        _ => DeliveryFailure::Server,
    }
}
