//! `AWS/ApiGateway`, by API, or by API and stage ("HTTP API metrics and dimensions").

use std::str::FromStr;
use std::time::{Duration, SystemTime};

use crate::history::ApiRequest;
use crate::host::cloudwatch::epoch_seconds;
use crate::host::cloudwatch::metrics::{MetricId, SeriesId, Store};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Metric {
    ClientErrors,
    Count,
    DataProcessed,
    IntegrationLatency,
    Latency,
    ServerErrors,
}

#[derive(Debug)]
struct Made {
    metric: Metric,
    api_id: String,
    stage: Option<String>,
    series: SeriesId,
}

#[derive(Debug, Default)]
pub(super) struct ApiGateway {
    made: Vec<Made>,
}

impl ApiGateway {
    pub fn make(&mut self, metric: &MetricId, series: SeriesId) -> Option<()> {
        let api_id = metric.dimensions.get("ApiId")?.clone();
        let stage = metric.dimensions.get("Stage").cloned();
        // By route they are only with detailed metrics, which cost extra.
        let known = 1 + usize::from(stage.is_some());
        let name = metric.name.parse().ok()?;
        (metric.dimensions.len() == known).then(|| self.made.push(Made { metric: name, api_id, stage, series }))
    }

    pub fn request(&self, at: SystemTime, request: &ApiRequest<'_>, store: &mut Store) {
        let is_of = |made: &&Made| {
            made.api_id == request.api_id && made.stage.as_ref().is_none_or(|stage| stage == request.stage)
        };
        for made in self.made.iter().filter(is_of) {
            if let Some(value) = made.metric.of(request) {
                store.put(made.series, epoch_seconds(at), value);
            }
        }
    }
}

impl Metric {
    /// What one request adds. Every request has its value among the errors, also where that is 0: so their average is
    /// the share of requests that failed.
    fn of(self, request: &ApiRequest<'_>) -> Option<f64> {
        let milliseconds = |latency: Duration| latency.as_secs_f64() * 1_000.0;
        let counts = |counts: bool| f64::from(u8::from(counts));
        match self {
            Self::ClientErrors => Some(counts((400..500).contains(&request.status))),
            Self::Count => Some(1.0),
            Self::DataProcessed => Some((request.request_bytes + request.response_bytes) as f64),
            Self::IntegrationLatency => request.integration_latency.map(milliseconds),
            Self::Latency => Some(milliseconds(request.latency)),
            Self::ServerErrors => Some(counts(request.status >= 500)),
        }
    }
}

impl FromStr for Metric {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Ok(match name {
            "4xx" => Self::ClientErrors,
            "5xx" => Self::ServerErrors,
            "Count" => Self::Count,
            "DataProcessed" => Self::DataProcessed,
            "IntegrationLatency" => Self::IntegrationLatency,
            "Latency" => Self::Latency,
            _ => return Err(()),
        })
    }
}
