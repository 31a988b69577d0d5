//! `AWS/Lambda`, by function ("Types of metrics for Lambda functions").

use std::collections::BTreeMap;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use crate::history::{EnvironmentEvent, InvocationEvent, Outcome};
use crate::host::cloudwatch::epoch_seconds;
use crate::host::cloudwatch::metrics::{MetricId, SeriesId, Store};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Metric {
    AsyncEventsDropped,
    ConcurrentExecutions,
    Duration,
    Errors,
    Invocations,
    Throttles,
}

/// An invocation that has ended.
struct Ended {
    /// When it began: that is the minute in which Lambda counts it.
    began: SystemTime,
    failed: bool,
    /// Without init.
    took: Duration,
}

#[derive(Debug, Default)]
pub(super) struct Lambda {
    made: Vec<(Metric, String, SeriesId)>,
    /// Invocations under way, of the functions whose concurrency somebody needs.
    running: BTreeMap<String, u32>,
    /// Init of the environments whose first invocation has not ended.
    inits: BTreeMap<u64, Duration>,
}

impl Lambda {
    pub fn make(&mut self, metric: &MetricId, series: SeriesId) -> Option<()> {
        let function = metric.only_dimension("FunctionName")?.to_owned();
        let name: Metric = metric.name.parse().ok()?;
        if name == Metric::ConcurrentExecutions {
            self.running.insert(function.clone(), 0);
        }
        self.made.push((name, function, series));
        Some(())
    }

    pub fn environment(&mut self, environment: u64, event: &EnvironmentEvent) {
        if let EnvironmentEvent::Created { init } = event
            && !self.made.is_empty()
        {
            self.inits.insert(environment, *init);
        }
    }

    pub fn invocation(
        &mut self,
        at: SystemTime,
        function: &str,
        environment: u64,
        event: &InvocationEvent<'_>,
        store: &mut Store,
    ) {
        match event {
            InvocationEvent::Started { .. } => self.count_running(at, function, u32::saturating_add, store),
            InvocationEvent::Ended { outcome, took, .. } => {
                let init = self.inits.remove(&environment).unwrap_or_default();
                let ended = Ended {
                    began: at.checked_sub(*took).unwrap_or(at),
                    failed: *outcome != Outcome::Success,
                    took: took.saturating_sub(init),
                };
                self.ended(function, &ended, store);
                self.count_running(at, function, u32::saturating_sub, store);
            }
            InvocationEvent::Throttled { .. } => self.put(at, function, Metric::Throttles, 1.0, store),
            InvocationEvent::Discarded { .. } => self.put(at, function, Metric::AsyncEventsDropped, 1.0, store),
        }
    }

    /// Every invocation has its value in each of these, also where that is nothing.
    fn ended(&self, function: &str, ended: &Ended, store: &mut Store) {
        let milliseconds = ended.took.as_secs_f64() * 1_000.0;
        for (metric, value) in [
            (Metric::Invocations, 1.0),
            (Metric::Errors, f64::from(u8::from(ended.failed))),
            (Metric::Throttles, 0.0),
            (Metric::Duration, milliseconds),
        ] {
            self.put(ended.began, function, metric, value, store);
        }
    }

    fn count_running(&mut self, at: SystemTime, function: &str, change: fn(u32, u32) -> u32, store: &mut Store) {
        let Some(running) = self.running.get_mut(function) else { return };
        *running = change(*running, 1);
        let running = f64::from(*running);
        self.put(at, function, Metric::ConcurrentExecutions, running, store);
    }

    fn put(&self, at: SystemTime, function: &str, metric: Metric, value: f64, store: &mut Store) {
        let made = self.made.iter().filter(|(made, of, _)| *made == metric && of == function);
        made.for_each(|(.., series)| store.put(*series, epoch_seconds(at), value));
    }
}

impl FromStr for Metric {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Ok(match name {
            "AsyncEventsDropped" => Self::AsyncEventsDropped,
            "ConcurrentExecutions" => Self::ConcurrentExecutions,
            "Duration" => Self::Duration,
            "Errors" => Self::Errors,
            "Invocations" => Self::Invocations,
            "Throttles" => Self::Throttles,
            _ => return Err(()),
        })
    }
}
