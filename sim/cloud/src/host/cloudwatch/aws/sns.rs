//! `AWS/SNS`, by topic ("Monitoring Amazon SNS topics using CloudWatch"): what was published, and what was given up.

use std::time::SystemTime;

use crate::host::cloudwatch::epoch_seconds;
use crate::host::cloudwatch::metrics::{MetricId, SeriesId, Store};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Metric {
    Failed,
    Published,
}

#[derive(Debug, Default)]
pub(super) struct Sns {
    made: Vec<(Metric, String, SeriesId)>,
}

impl Sns {
    pub fn make(&mut self, metric: &MetricId, series: SeriesId) -> Option<()> {
        let topic = metric.only_dimension("TopicName")?.to_owned();
        let name = match metric.name.as_str() {
            "NumberOfMessagesPublished" => Metric::Published,
            "NumberOfNotificationsFailed" => Metric::Failed,
            _ => return None,
        };
        self.made.push((name, topic, series));
        Some(())
    }

    pub fn published(&self, at: SystemTime, topic: &str, store: &mut Store) {
        self.put(at, topic, Metric::Published, store);
    }

    pub fn undelivered(&self, at: SystemTime, topic: &str, store: &mut Store) {
        self.put(at, topic, Metric::Failed, store);
    }

    fn put(&self, at: SystemTime, topic: &str, metric: Metric, store: &mut Store) {
        let made = self.made.iter().filter(|(made, of, _)| *made == metric && of == topic);
        made.for_each(|(.., series)| store.put(*series, epoch_seconds(at), 1.0));
    }
}
