//! What a run is judged by: the design's promises, unless a scenario asks for others.

use std::time::Duration;

use serde::Deserialize;
use toml::Spanned;

use super::span::Span;

#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ObjectivesFile {
    processing_latency_p95: Span,
    notification_delivery: Spanned<f64>,
    api_availability: Spanned<f64>,
    api_response_time_p95: Span,
    api_response_time_p99: Span,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Objectives {
    /// From creation to acceptance by ntfy.
    pub processing_latency_p95: Duration,
    /// Share of the messages that ntfy accepted, in the worst week.
    pub notification_delivery: f64,
    /// Share of the requests to the API that were answered, and not with an error of ours.
    pub api_availability: f64,
    /// At the gateway: from a request's arrival until its answer leaves.
    pub api_response_time_p95: Duration,
    pub api_response_time_p99: Duration,
}

impl Default for ObjectivesFile {
    /// What the design promises.
    fn default() -> Self {
        let unwritten = |share| Spanned::new(0..0, share);
        Self {
            processing_latency_p95: Span(Duration::from_secs(10)),
            notification_delivery: unwritten(0.99),
            api_availability: unwritten(0.999),
            api_response_time_p95: Span(Duration::from_millis(500)),
            api_response_time_p99: Span(Duration::from_millis(1_000)),
        }
    }
}

impl ObjectivesFile {
    /// Shares by their keys.
    pub fn shares(&self) -> [(&'static str, &Spanned<f64>); 2] {
        [("notification_delivery", &self.notification_delivery), ("api_availability", &self.api_availability)]
    }
}

impl From<ObjectivesFile> for Objectives {
    fn from(file: ObjectivesFile) -> Self {
        Self {
            processing_latency_p95: file.processing_latency_p95.0,
            notification_delivery: file.notification_delivery.into_inner(),
            api_availability: file.api_availability.into_inner(),
            api_response_time_p95: file.api_response_time_p95.0,
            api_response_time_p99: file.api_response_time_p99.0,
        }
    }
}
