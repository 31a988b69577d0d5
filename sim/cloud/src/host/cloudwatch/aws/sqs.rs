//! `AWS/SQS`, by queue ("Available CloudWatch metrics for Amazon SQS"). How many messages are where, CloudWatch sees
//! once a minute; the rest are counts.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use crate::history::QueueEvent;
use crate::host::cloudwatch::epoch_seconds;
use crate::host::cloudwatch::metrics::{MetricId, SeriesId, Store};
use crate::services::sqs::Counts;

/// A queue that is empty and that nobody has called for this long is not looked at any more.
const ACTIVE_FOR: Duration = Duration::from_secs(6 * 3_600);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Metric {
    ApproximateAgeOfOldestMessage,
    ApproximateNumberOfMessagesDelayed,
    ApproximateNumberOfMessagesNotVisible,
    ApproximateNumberOfMessagesVisible,
    NumberOfMessagesDeleted,
    NumberOfMessagesReceived,
    NumberOfMessagesSent,
}

/// What one look at a queue shows.
#[derive(Clone, Copy, Debug)]
pub struct Gauge<'q> {
    pub queue: &'q str,
    pub counts: Counts,
    pub oldest_age: Duration,
}

#[derive(Debug, Default)]
pub(super) struct Sqs {
    made: Vec<(Metric, String, SeriesId)>,
    /// When each gauged queue was last called; `None` before the first call.
    called: BTreeMap<String, Option<SystemTime>>,
}

impl Sqs {
    pub fn make(&mut self, metric: &MetricId, series: SeriesId) -> Option<()> {
        let queue = metric.only_dimension("QueueName")?.to_owned();
        let name: Metric = metric.name.parse().ok()?;
        if name.is_gauge() {
            self.called.insert(queue.clone(), None);
        }
        self.made.push((name, queue, series));
        Some(())
    }

    pub fn gauged(&self) -> Vec<String> {
        self.called.keys().cloned().collect()
    }

    pub fn event(&mut self, at: SystemTime, queue: &str, event: &QueueEvent<'_>, store: &mut Store) {
        let metric = match event {
            QueueEvent::Sent { .. } => Metric::NumberOfMessagesSent,
            QueueEvent::Received { .. } => Metric::NumberOfMessagesReceived,
            QueueEvent::Deleted => Metric::NumberOfMessagesDeleted,
            // What the redrive policy moves counts as sent nowhere.
            QueueEvent::Moved { .. } | QueueEvent::Expired => return,
        };
        self.touch(at, queue);
        self.put(at, queue, metric, 1.0, store);
    }

    pub fn gauge(&mut self, at: SystemTime, gauge: &Gauge<'_>, store: &mut Store) {
        let Gauge { queue, counts, oldest_age } = gauge;
        let called = self.called.get(*queue).copied().flatten();
        let is_active = called.is_some_and(|called| at.duration_since(called).unwrap_or_default() <= ACTIVE_FOR);
        if !is_active && counts.visible + counts.in_flight + counts.delayed == 0 {
            return;
        }
        for (metric, value) in [
            (Metric::ApproximateAgeOfOldestMessage, oldest_age.as_secs() as f64),
            (Metric::ApproximateNumberOfMessagesDelayed, counts.delayed as f64),
            (Metric::ApproximateNumberOfMessagesNotVisible, counts.in_flight as f64),
            (Metric::ApproximateNumberOfMessagesVisible, counts.visible as f64),
        ] {
            self.put(at, queue, metric, value, store);
        }
    }

    /// A call of any kind keeps a queue active, also one that finds nothing.
    pub fn touch(&mut self, at: SystemTime, queue: &str) {
        if let Some(called) = self.called.get_mut(queue) {
            *called = Some(at);
        }
    }

    fn put(&self, at: SystemTime, queue: &str, metric: Metric, value: f64, store: &mut Store) {
        let made = self.made.iter().filter(|(made, of, _)| *made == metric && of == queue);
        made.for_each(|(.., series)| store.put(*series, epoch_seconds(at), value));
    }
}

impl Metric {
    fn is_gauge(self) -> bool {
        matches!(
            self,
            Self::ApproximateAgeOfOldestMessage
                | Self::ApproximateNumberOfMessagesDelayed
                | Self::ApproximateNumberOfMessagesNotVisible
                | Self::ApproximateNumberOfMessagesVisible
        )
    }
}

impl FromStr for Metric {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Ok(match name {
            "ApproximateAgeOfOldestMessage" => Self::ApproximateAgeOfOldestMessage,
            "ApproximateNumberOfMessagesDelayed" => Self::ApproximateNumberOfMessagesDelayed,
            "ApproximateNumberOfMessagesNotVisible" => Self::ApproximateNumberOfMessagesNotVisible,
            "ApproximateNumberOfMessagesVisible" => Self::ApproximateNumberOfMessagesVisible,
            "NumberOfMessagesDeleted" => Self::NumberOfMessagesDeleted,
            "NumberOfMessagesReceived" => Self::NumberOfMessagesReceived,
            "NumberOfMessagesSent" => Self::NumberOfMessagesSent,
            _ => return Err(()),
        })
    }
}
