//! CloudWatch: metrics out of log lines and of AWS's own services, and the alarms that watch them.
//!
//! A metric is kept only if an alarm needs it, and only for as long as the alarm looks back, so memory does not grow
//! with time. Alarms are evaluated every minute over periods that end with that minute, as AWS evaluates them, and those with
//! a shorter period every ten seconds; with one timer for all of them, and none where there is no alarm.
//!
//! Not modelled: composite and anomaly alarms, actions other than topics, statistics on trimmed samples. A metric has no
//! `StorageResolution`: it is kept as finely as its alarms look, where AWS would keep it by the minute unless it says 1.

pub mod alarm;
mod aws;
mod custom;
pub mod emf;
mod filter;
mod logs;
mod metrics;
mod state;

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rez_topology::Topology;
use tokio::time::sleep_until;

pub use self::alarm::AlarmError;
pub use self::filter::PatternError;
pub use self::metrics::{MetricId, Statistic};

use self::alarm::{Transition, notification};
use self::aws::Gauge;
use self::state::State;
use crate::history::{AlarmState, Cause, Fact, Subscriber};
use crate::services::Services;
use crate::world::World;

/// How often queues are looked at, and alarms evaluated ("Amazon SQS metrics are … pushed to CloudWatch at one-minute
/// intervals"; "evaluates the alarm … every minute").
const MINUTE: u64 = 60;

/// Alarms with a period below a minute are evaluated this often.
const HIGH_RESOLUTION: u64 = 10;

/// Seconds until a metric can be seen. AWS promises nothing; one to two minutes are usual.
const DELAY: u64 = 60;

/// What is wrong with the alarms or the metric filters of a template.
#[derive(Debug, thiserror::Error)]
pub enum WatchError {
    #[error("alarm `{alarm}`: {error}")]
    Alarm { alarm: String, error: AlarmError },
    #[error("metric filter `{filter}`: {error}")]
    Filter { filter: String, error: PatternError },
}

/// The state of an alarm, as DescribeAlarms shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlarmStatus {
    pub name: String,
    pub state: AlarmState,
    pub reason: String,
    pub since: SystemTime,
}

/// The alarms of a template, with the metrics that they need.
pub struct CloudWatch {
    world: Arc<World>,
    services: Services,
    /// Seconds between two evaluations.
    tick: u64,
    queues: Vec<String>,
    state: Arc<Mutex<State>>,
}

impl CloudWatch {
    /// Reads the alarms and the metric filters of a template, and begins to watch the history.
    ///
    /// # Errors
    /// What is not modelled, with the logical id of what needs it.
    pub(crate) fn new(topology: &Topology, world: Arc<World>, services: Services) -> Result<Self, WatchError> {
        let state = State::new(topology, epoch_seconds(world.clock.now()))?;
        let (tick, queues) = (state.tick(), state.gauged_queues());
        let state = Arc::new(Mutex::new(state));
        world.history.subscribe(Box::new(Watcher(state.clone())));
        Ok(Self { tick, queues, state, services, world })
    }

    /// Every alarm, in the order of the logical ids.
    pub fn alarms(&self) -> Vec<AlarmStatus> {
        self.state().alarms()
    }

    /// Hours in which custom metrics had data, over all of them: what is billed for them.
    pub fn metric_hours(&self) -> u64 {
        self.state().metric_hours()
    }

    /// Looks and evaluates for as long as the world lasts.
    pub(crate) async fn run(self: Arc<Self>) {
        if self.state().is_idle() {
            return;
        }
        loop {
            let next = (epoch_seconds(self.world.clock.now()) / self.tick + 1) * self.tick;
            sleep_until(self.world.clock.instant_at(UNIX_EPOCH + Duration::from_secs(next))).await;
            if next.is_multiple_of(MINUTE) {
                self.look_at_queues();
            }
            self.evaluate(next);
        }
    }

    /// What is seen now is the value of the minute that ends now. The queues are asked before the state is held: they
    /// may have something to report.
    fn look_at_queues(&self) {
        let Some(minute) = self.world.clock.now().checked_sub(Duration::from_secs(MINUTE)) else { return };
        for queue in &self.queues {
            // A queue that somebody has deleted has nothing to show.
            let Ok(counts) = self.services.sqs.counts(queue) else { continue };
            let oldest_age = self.services.sqs.oldest_age(queue).ok().flatten().unwrap_or_default();
            self.state().gauge(minute, &Gauge { queue, counts, oldest_age });
        }
    }

    fn evaluate(&self, now: u64) {
        let changes = self.state().evaluate(now.saturating_sub(DELAY), now);
        for (alarm, change) in changes {
            let Transition { from, to, reason } = &change;
            self.world.history.record(Fact::Alarm { name: &alarm.name, from: *from, to: *to, reason });
            for topic in alarm.actions(*to) {
                // That the topic exists was checked when the alarm was read.
                drop(self.services.sns.publish(topic, notification(&alarm, &change, now), Cause::Cloud));
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no holder panics")
    }
}

/// Hears of every fact.
struct Watcher(Arc<Mutex<State>>);

impl Subscriber for Watcher {
    fn observe(&mut self, at: SystemTime, fact: &Fact<'_>) {
        self.0.lock().expect("no holder panics").observe(at, fact);
    }
}

/// Whole seconds since the Unix epoch.
fn epoch_seconds(at: SystemTime) -> u64 {
    at.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}
