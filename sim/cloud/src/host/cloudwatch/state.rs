//! Everything that CloudWatch knows: series, what feeds them, and alarms.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rez_topology::Topology;

use super::alarm::{Alarm, AlarmError, Settings, Transition};
use super::aws::{Aws, Gauge};
use super::custom::Custom;
use super::logs::{FUTURE_MAX, Logs};
use super::metrics::{MetricId, Store};
use super::{AlarmStatus, DELAY, HIGH_RESOLUTION, MINUTE, WatchError, epoch_seconds};
use crate::history::Fact;

#[derive(Debug)]
pub(super) struct State {
    tick: u64,
    store: Store,
    aws: Aws,
    custom: Custom,
    logs: Logs,
    alarms: Vec<Alarm>,
}

impl State {
    /// # Errors
    /// See [`WatchError`].
    pub fn new(topology: &Topology, now: u64) -> Result<Self, WatchError> {
        let settings = settings(topology)?;
        let tick = if settings.iter().any(|alarm| alarm.period < MINUTE) { HIGH_RESOLUTION } else { MINUTE };
        let mut store = Store::default();
        let watch = |settings: Settings| {
            let series = store.need(&settings.metric, settings.need(tick, DELAY + FUTURE_MAX));
            Alarm::new(Arc::new(settings), series, now)
        };
        let alarms: Vec<Alarm> = settings.into_iter().map(watch).collect();
        let logs = Logs::new(topology).map_err(|(filter, error)| WatchError::Filter { filter, error })?;
        let (aws, custom) = sources(&store, &alarms)?;
        Ok(Self { tick, store, aws, custom, logs, alarms })
    }

    /// Seconds between two evaluations.
    pub fn tick(&self) -> u64 {
        self.tick
    }

    pub fn is_idle(&self) -> bool {
        self.alarms.is_empty()
    }

    pub fn gauged_queues(&self) -> Vec<String> {
        self.aws.gauged_queues()
    }

    pub fn metric_hours(&self) -> u64 {
        self.custom.metric_hours()
    }

    pub fn observe(&mut self, at: SystemTime, fact: &Fact<'_>) {
        match fact {
            Fact::Log { function, line, .. } => {
                self.logs.line(epoch_seconds(at), function, line, &mut self.custom, &mut self.store);
            }
            Fact::AccessLog { log_group, line, .. } => {
                self.logs.filter(epoch_seconds(at), log_group, line, &mut self.custom, &mut self.store);
            }
            fact => self.aws.observe(at, fact, &mut self.store),
        }
    }

    pub fn gauge(&mut self, at: SystemTime, gauge: &Gauge<'_>) {
        self.aws.gauge(at, gauge, &mut self.store);
    }

    /// Evaluates every alarm that is due at second `now` over periods up to second `end`, and answers with those that
    /// changed.
    pub fn evaluate(&mut self, end: u64, now: u64) -> Vec<(Arc<Settings>, Transition)> {
        let store = &self.store;
        let change = |alarm: &mut Alarm| Some((alarm.settings.clone(), alarm.evaluate(store, end, now)?));
        self.alarms.iter_mut().filter(|alarm| alarm.settings.is_due(now)).filter_map(change).collect()
    }

    pub fn alarms(&self) -> Vec<AlarmStatus> {
        let status = |alarm: &Alarm| AlarmStatus {
            name: alarm.settings.name.clone(),
            state: alarm.state,
            reason: alarm.reason.clone(),
            since: UNIX_EPOCH + Duration::from_secs(alarm.since),
        };
        self.alarms.iter().map(status).collect()
    }
}

fn settings(topology: &Topology) -> Result<Vec<Settings>, WatchError> {
    let read = |alarm: &rez_topology::Alarm| {
        let settings = Settings::read(alarm).and_then(|settings| check(settings, topology));
        settings.map_err(|error| WatchError::Alarm { alarm: alarm.name.clone(), error })
    };
    topology.alarms.values().map(read).collect()
}

/// Whether there is all that an alarm refers to.
fn check(settings: Settings, topology: &Topology) -> Result<Settings, AlarmError> {
    let is_topic = |arn: &&String| topology.topics.values().any(|topic| topic.arn == **arn);
    if let Some(action) = settings.all_actions().find(|action| !is_topic(action)) {
        return Err(AlarmError::Action(action.clone()));
    }
    match missing_resource(&settings.metric, topology) {
        Some(missing) => Err(AlarmError::NoResource { metric: settings.metric.to_string(), missing }),
        None => Ok(settings),
    }
}

/// What a metric of AWS's own is about, if the template has no such thing: its alarm would never see any data.
fn missing_resource(metric: &MetricId, topology: &Topology) -> Option<String> {
    let is_known = |(dimension, value): &(&String, &String)| match dimension.as_str() {
        "FunctionName" => topology.functions.values().any(|function| function.name == **value),
        "QueueName" => topology.queues.values().any(|queue| queue.name == **value),
        "TableName" => topology.tables.values().any(|table| table.name == **value),
        "TopicName" => topology.topics.values().any(|topic| topic.name == **value),
        _ => true,
    };
    let mut dimensions = metric.dimensions.iter().filter(|_| metric.namespace.starts_with("AWS/"));
    dimensions.find(|dimension| !is_known(dimension)).map(|(_, value)| value.clone())
}

/// Feeds every series: by AWS itself where the namespace is AWS's, or by what functions write.
fn sources(store: &Store, alarms: &[Alarm]) -> Result<(Aws, Custom), WatchError> {
    let (mut aws, mut custom) = (Aws::default(), Custom::default());
    for (metric, series) in store.metrics() {
        if !metric.namespace.starts_with("AWS/") {
            custom.keep(metric, series);
        } else if aws.make(metric, series).is_none() {
            return Err(not_modelled(metric, alarms));
        }
    }
    Ok((aws, custom))
}

fn not_modelled(metric: &MetricId, alarms: &[Alarm]) -> WatchError {
    let user = alarms.iter().find(|alarm| alarm.settings.metric == *metric);
    let alarm = user.map(|alarm| alarm.settings.name.clone()).unwrap_or_default();
    WatchError::Alarm { alarm, error: AlarmError::MetricNotModelled(metric.to_string()) }
}
