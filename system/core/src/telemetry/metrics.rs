//! Metrics, their names and units, in CloudWatch's Embedded Metric Format: CloudWatch makes metrics of the log lines
//! that carry an `_aws` member, so that a metric costs no call.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>

use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::clock::Moment;

pub const NAMESPACE: &str = "rez-agent";

/// What is measured. Durations are in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Metric {
    /// Messages written, by `kind`.
    MessagesCreated,
    /// Messages settled: completed or failed.
    MessagesProcessed,
    /// Notifications that the destination accepted.
    NotificationsSent,
    /// Tries at the destination that failed.
    NotificationsFailed,
    /// From taking a record to acknowledging it.
    ProcessingDuration,
    /// One notification, with its retries and waits.
    NotificationDuration,
    /// From creation to acceptance by the destination.
    EndToEndDuration,
    /// 0 closed, 1 half-open, 2 open.
    CircuitBreakerState,
    ApiRequests,
    /// From an API request to its answer.
    ApiResponseTime,
    /// Tokens that were refused though they look like Cognito's and have not ended.
    LiveTokensRefused,
}

impl Metric {
    pub const fn name(self) -> &'static str {
        match self {
            Self::MessagesCreated => "MessagesCreated",
            Self::MessagesProcessed => "MessagesProcessed",
            Self::NotificationsSent => "NotificationsSent",
            Self::NotificationsFailed => "NotificationsFailed",
            Self::ProcessingDuration => "ProcessingDuration",
            Self::NotificationDuration => "NotificationDuration",
            Self::EndToEndDuration => "EndToEndDuration",
            Self::CircuitBreakerState => "CircuitBreakerState",
            Self::ApiRequests => "ApiRequests",
            Self::ApiResponseTime => "ApiResponseTime",
            Self::LiveTokensRefused => "LiveTokensRefused",
        }
    }

    pub const fn unit(self) -> &'static str {
        match self {
            Self::MessagesCreated
            | Self::MessagesProcessed
            | Self::NotificationsSent
            | Self::NotificationsFailed
            | Self::ApiRequests
            | Self::LiveTokensRefused => "Count",
            Self::ProcessingDuration | Self::NotificationDuration | Self::EndToEndDuration | Self::ApiResponseTime => {
                "Milliseconds"
            }
            Self::CircuitBreakerState => "None",
        }
    }
}

/// Metrics of one log line. All have the dimension `stage`, which the invocation's span adds to the line.
#[derive(Clone, Debug, Default)]
pub struct Measurements {
    values: Vec<(Metric, f64)>,
    /// A second dimension beside `stage`.
    dimension: Option<(&'static str, &'static str)>,
}

impl Measurements {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn value(mut self, metric: Metric, value: f64) -> Self {
        self.values.push((metric, value));
        self
    }

    pub fn count(self, metric: Metric, count: u32) -> Self {
        self.value(metric, f64::from(count))
    }

    pub fn duration(self, metric: Metric, duration: Duration) -> Self {
        self.value(metric, duration.as_millis() as f64)
    }

    /// Counts by `name` as well as by stage.
    pub fn by(mut self, name: &'static str, value: &'static str) -> Self {
        self.dimension = Some((name, value));
        self
    }

    /// Writes them with the line `message`.
    pub fn log(&self, now: Moment, message: &str) {
        tracing::info!(emf = self.members(now), "{message}");
    }

    /// The members of the line's object, without its braces.
    fn members(&self, now: Moment) -> String {
        let metrics: Vec<_> =
            self.values.iter().map(|(metric, _)| json!({"Name": metric.name(), "Unit": metric.unit()})).collect();
        let mut dimensions = vec!["stage"];
        dimensions.extend(self.dimension.map(|(name, _)| name));
        let directive = json!({
            "Timestamp": now.epoch_ms(),
            "CloudWatchMetrics": [{"Namespace": NAMESPACE, "Dimensions": [dimensions], "Metrics": metrics}],
        });
        let mut members = Map::from_iter([("_aws".to_owned(), directive)]);
        members.extend(self.dimension.map(|(name, value)| (name.to_owned(), Value::from(value))));
        members.extend(self.values.iter().map(|&(metric, value)| (metric.name().to_owned(), Value::from(value))));
        let object = Value::Object(members).to_string();
        object[1..object.len() - 1].to_owned()
    }
}
