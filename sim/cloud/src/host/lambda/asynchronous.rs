//! Asynchronous invocation: accepted at once, run from a queue of Lambda's own, and tried again when it fails.

use std::sync::Arc;
use std::time::Duration;

use rand::RngExt;

use super::answer::InvokeError;
use super::function::Function;
use super::{Event, Lambda};
use crate::history::{Fact, InvocationEvent};
use crate::world::{UnderWay, pause};

/// Waits before the second and the third try of an event whose function failed ("Asynchronous invocation").
const RETRIES: [Duration; 2] = [Duration::from_secs(60), Duration::from_secs(120)];

/// A throttled event is tried again after waits from the first of these, doubling, to the second.
const THROTTLE_WAIT_MIN: Duration = Duration::from_secs(1);
const THROTTLE_WAIT_MAX: Duration = Duration::from_secs(300);

impl Lambda {
    /// Takes an event for a function, and returns at once.
    ///
    /// # Errors
    /// Only that there is no such function: throttling is met later, and by Lambda itself.
    pub(crate) fn accept(self: &Arc<Self>, name: &str, event: Event) -> Result<(), InvokeError> {
        self.function(name)?;
        let event = event.for_address(name);
        let deliveries = 1 + usize::from(self.draws_duplicate());
        for _ in 0..deliveries {
            let (lambda, name, event) = (self.clone(), name.to_owned(), event.clone());
            let under_way = self.world.closing.under_way();
            tokio::spawn(async move { lambda.work_off(&name, event, under_way).await });
        }
        Ok(())
    }

    /// The world waits for the tries of an event, and not for those that a closing world would begin.
    async fn work_off(&self, name: &str, event: Event, mut under_way: UnderWay) {
        let Ok(function) = self.function(name) else { return };
        let accepted = self.world.clock.elapsed();
        pause(self.draw(|knobs| knobs.async_queue)).await;
        // Stopped on purpose, so Lambda does not even try ("Configuring reserved concurrency for a function").
        if function.spec.reserved_concurrency == Some(0) {
            return self.discard(function, &event, "ZeroReservedConcurrency");
        }
        let settings = &function.spec.asynchronous;
        let mut retries = RETRIES.into_iter().take(settings.retry_attempts as usize);
        let mut throttle_wait = THROTTLE_WAIT_MIN;
        loop {
            let wait = match self.run(function, event.clone()).await {
                Ok(answer) if answer.succeeded() => return,
                Ok(_) => match retries.next() {
                    Some(wait) => wait,
                    None => return self.discard(function, &event, "RetriesExhausted"),
                },
                Err(_) => {
                    let wait = throttle_wait;
                    throttle_wait = (throttle_wait * 2).min(THROTTLE_WAIT_MAX);
                    wait
                }
            };
            // An event that would be too old after the wait fails at once (recorded on AWS).
            if self.world.clock.elapsed() + wait - accepted > settings.event_age_max {
                return self.discard(function, &event, "EventAgeExceeded");
            }
            drop(under_way);
            pause(wait).await;
            if self.world.closing.has_begun() {
                return;
            }
            under_way = self.world.closing.under_way();
        }
    }

    fn discard(&self, function: &Function, event: &Event, condition: &str) {
        let (function, request_id) = (&*function.name, event.request_id.as_str());
        let event = InvocationEvent::Discarded { condition };
        self.world.history.record(Fact::Invocation { function, environment: 0, request_id, event });
    }

    fn draws_duplicate(&self) -> bool {
        let probability = self.world.knobs.lambda.async_duplicate;
        probability > 0.0 && self.stream.lock().expect("no draw panics").random_bool(probability)
    }
}
