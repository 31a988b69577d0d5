//! Scheduled EventBridge rules: each fires at its own constant offset within the minute, at least once a slot, and
//! invokes its function asynchronously.

mod cron;
mod cron_days;
mod cron_field;
mod expression;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use jiff::Timestamp;
use rand::RngExt;
use rand_distr::{Distribution, StandardNormal};
use serde_json::json;
use tokio::time::sleep_until;

pub use self::cron::Cron;
pub use self::expression::{Expression, ExpressionError};

use super::lambda::Lambda;
use crate::history::Fact;
use crate::services::names;
use crate::world::{Ids, Stream, World, pause};

const MINUTE: Duration = Duration::from_secs(60);

/// A second event for the same slot follows the first within this.
const DUPLICATE_WITHIN: Duration = Duration::from_secs(30);

/// One enabled rule.
pub(crate) struct Rule {
    spec: rez_topology::Schedule,
    expression: Expression,
    /// `FunctionName` of its target, with the alias if it names one.
    function: String,
    world: Arc<World>,
    lambda: Arc<Lambda>,
    ids: Ids,
    /// Into the minute; the same for all its slots.
    offset: Duration,
}

impl Rule {
    /// # Errors
    /// When the expression is none that EventBridge takes.
    pub fn new(
        spec: rez_topology::Schedule,
        function: String,
        world: Arc<World>,
        lambda: Arc<Lambda>,
    ) -> Result<Self, ExpressionError> {
        let mut stream = world.seed.stream(&format!("schedule offset {}", spec.name));
        Ok(Self {
            expression: spec.expression.parse()?,
            offset: world.knobs.schedule.offset_max.mul_f64(stream.random::<f64>()),
            ids: Ids::new(world.seed, &format!("schedule {}", spec.name)),
            spec,
            function,
            world,
            lambda,
        })
    }

    /// Fires until the world closes, or the expression has no more slots.
    pub async fn run(self: Arc<Self>) {
        let mut stream = self.world.seed.stream(&format!("schedule {}", self.spec.name));
        let created = whole_minute(self.world.clock.now());
        let mut slot = created;
        while let Some(next) = self.expression.next_after(slot, created) {
            slot = next;
            let fires = slot + self.delay(&mut stream);
            tokio::select! {
                biased;
                () = self.world.closing.begins() => return,
                () = sleep_until(self.world.clock.instant_at(fires)) => {}
            }
            let knobs = &self.world.knobs.schedule;
            if draws(knobs.miss, &mut stream) {
                continue;
            }
            self.fire(slot, false);
            if draws(knobs.duplicate, &mut stream) {
                let after = DUPLICATE_WITHIN.mul_f64(stream.random::<f64>());
                tokio::spawn(self.clone().fire_again(slot, after));
            }
        }
    }

    /// Offset and jitter, within the minute.
    fn delay(&self, stream: &mut Stream) -> Duration {
        let jitter: f64 = StandardNormal.sample(stream);
        let seconds = self.offset.as_secs_f64() + jitter * self.world.knobs.schedule.jitter.as_secs_f64();
        Duration::from_secs_f64(seconds.clamp(0.0, MINUTE.as_secs_f64() - 0.001))
    }

    async fn fire_again(self: Arc<Self>, slot: SystemTime, after: Duration) {
        pause(after).await;
        if !self.world.closing.has_begun() {
            self.fire(slot, true);
        }
    }

    fn fire(&self, slot: SystemTime, duplicate: bool) {
        self.world.history.record(Fact::Schedule { rule: &self.spec.name, slot, duplicate });
        let event = self.lambda.event(self.payload(), None);
        // The function was found when the rule was made; throttling is met by Lambda's own queue.
        drop(self.lambda.accept(&self.function, event));
    }

    /// The constant input, or the event that EventBridge makes. Its `time` is when the rule fired, to the second.
    fn payload(&self) -> Bytes {
        if let Some(input) = &self.spec.input {
            return Bytes::from(input.clone());
        }
        let time = Timestamp::from_second((self.world.clock.now_ms() / 1_000) as i64).unwrap_or_default();
        let event = json!({
            "version": "0",
            "id": self.ids.uuid(),
            "detail-type": "Scheduled Event",
            "source": "aws.events",
            "account": names::ACCOUNT,
            "time": time.to_string(),
            "region": names::REGION,
            "resources": [names::arn("events", &format!("rule/{}", self.spec.name))],
            "detail": {},
        });
        event.to_string().into()
    }
}

fn draws(probability: f64, stream: &mut Stream) -> bool {
    probability > 0.0 && stream.random_bool(probability)
}

fn whole_minute(at: SystemTime) -> SystemTime {
    let since = at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    SystemTime::UNIX_EPOCH + Duration::from_secs(since.as_secs() / 60 * 60)
}
