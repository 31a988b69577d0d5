//! Deliveries: each waits for its latency, tries, and tries again while the failure is the server's.

use std::future::ready;
use std::sync::Arc;
use std::time::Duration;

use rand::RngExt;

use super::subscription::{Protocol, Subscription};
use super::{Sns, retry};
use crate::history::{Cause, Fact};
use crate::program::BoxFuture;
use crate::services::names;
use crate::services::sqs::{Outgoing, Sqs};

/// Something for one subscriber.
#[derive(Clone, Debug)]
pub struct Delivery {
    pub topic_arn: String,
    pub subscription_arn: String,
    pub protocol: Protocol,
    /// ARN of the queue or function: the subscriber's, or its dead-letter queue's.
    pub endpoint: String,
    /// Body and attributes as the endpoint gets them.
    pub content: Outgoing,
}

/// Why a try failed, by whose fault it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryFailure {
    /// The endpoint is gone or refuses: not retried.
    Client,
    /// The endpoint is in trouble: retried.
    Server,
}

/// Where deliveries go. The host puts its own here, to check permissions, apply faults, and invoke functions.
pub trait DeliveryTarget: Send + Sync {
    /// Takes one delivery, or says whose fault it is that it cannot.
    ///
    /// # Errors
    /// See [`DeliveryFailure`].
    fn deliver<'a>(&'a self, delivery: &'a Delivery) -> BoxFuture<'a, Result<(), DeliveryFailure>>;
}

/// Puts deliveries straight into queues.
pub struct SqsTarget(pub Sqs);

impl DeliveryTarget for SqsTarget {
    fn deliver<'a>(&'a self, delivery: &'a Delivery) -> BoxFuture<'a, Result<(), DeliveryFailure>> {
        Box::pin(ready(self.put(delivery)))
    }
}

impl SqsTarget {
    /// Sends it, if it is for a queue that is there.
    pub(crate) fn put(&self, delivery: &Delivery) -> Result<(), DeliveryFailure> {
        if delivery.protocol != Protocol::Sqs {
            return Err(DeliveryFailure::Client);
        }
        let sent = self.0.send(&delivery.endpoint, delivery.content.clone(), Cause::Cloud);
        sent.map(drop).map_err(|_| DeliveryFailure::Client)
    }
}

impl Sns {
    /// Delivers after the profile's latency: once, or as often as the profile says.
    pub(super) fn deliver_later(&self, content: Outgoing, subscription: &Arc<Subscription>) {
        let copies = if self.draw(|stream, knobs| stream.random_bool(knobs.duplicate)) { 2 } else { 1 };
        for _ in 0..copies {
            let latency = self.draw(|stream, knobs| knobs.delivery.sample(stream));
            let delivery = Delivery {
                topic_arn: subscription.topic_arn.clone(),
                subscription_arn: subscription.arn.clone(),
                protocol: subscription.protocol,
                endpoint: subscription.endpoint.clone(),
                content: content.clone(),
            };
            tokio::spawn(self.clone().run(latency, delivery, Arc::clone(subscription)));
        }
    }

    async fn run(self, latency: Duration, mut delivery: Delivery, subscription: Arc<Subscription>) {
        tokio::time::sleep(latency).await;
        if self.try_until_settled(&delivery).await {
            return;
        }
        let Some(dead_letter_queue) = &subscription.dead_letter_queue else { return self.give_up(&subscription) };
        delivery.endpoint.clone_from(dead_letter_queue);
        delivery.protocol = Protocol::Sqs;
        if !self.try_until_settled(&delivery).await {
            self.give_up(&subscription);
        }
    }

    /// Whether the delivery arrived, after as many tries as the retry policy has.
    async fn try_until_settled(&self, delivery: &Delivery) -> bool {
        let mut retries = 0;
        loop {
            match self.try_once(delivery).await {
                Ok(()) => return true,
                Err(DeliveryFailure::Client) => return false,
                Err(DeliveryFailure::Server) => {}
            }
            let Some(delay) = retry::delay(retries) else { return false };
            retries += 1;
            let stretch = self.draw(|stream, knobs| 1.0 + knobs.retry_jitter * stream.random_range(-1.0..=1.0));
            tokio::time::sleep(delay.mul_f64(stretch)).await;
        }
    }

    async fn try_once(&self, delivery: &Delivery) -> Result<(), DeliveryFailure> {
        if self.draw(|stream, knobs| stream.random_bool(knobs.server_error)) {
            return Err(DeliveryFailure::Server);
        }
        let target = Arc::clone(&self.state().target);
        target.deliver(delivery).await
    }

    fn draw<T>(&self, draw: impl FnOnce(&mut crate::world::Stream, &crate::profile::SnsKnobs) -> T) -> T {
        draw(&mut self.state().deliveries, &self.shared.knobs)
    }

    fn give_up(&self, subscription: &Subscription) {
        self.state().dropped += 1;
        let topic = names::plain(&subscription.topic_arn);
        self.shared.history.record(Fact::Undelivered { topic, endpoint: &subscription.endpoint });
    }
}
