//! The Embedded Metric Format: metrics in log lines. A line that is not quite that is just a line, as on AWS.
//!
//! Source: "Specification: Embedded metric format", CloudWatch user guide.

mod line;

use std::borrow::Cow;

use serde::Deserialize;

use self::line::{Line, Name};

/// Limits of the specification.
const METRICS_MAX: usize = 100;
const DIMENSIONS_MAX: usize = 30;

/// Metric values of one line.
#[derive(Clone, Debug, PartialEq)]
pub struct Embedded<'a> {
    /// Milliseconds since the Unix epoch.
    pub timestamp_ms: u64,
    pub values: Vec<Values<'a>>,
}

/// The values of one metric with one set of dimensions.
#[derive(Clone, Debug, PartialEq)]
pub struct Values<'a> {
    pub namespace: Cow<'a, str>,
    pub metric: Cow<'a, str>,
    /// In the order of their names.
    pub dimensions: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    pub values: Vec<f64>,
}

/// The `_aws` member.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Metadata<'a> {
    timestamp: u64,
    #[serde(borrow)]
    cloud_watch_metrics: Vec<Directive<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Directive<'a> {
    #[serde(borrow)]
    namespace: Cow<'a, str>,
    #[serde(borrow)]
    dimensions: Vec<Vec<Name<'a>>>,
    #[serde(borrow)]
    metrics: Vec<Definition<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Definition<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
}

/// The metrics in a log line, if it has any.
pub fn decode(line: &str) -> Option<Embedded<'_>> {
    // Most lines have none, and need not be parsed.
    if !line.contains("\"_aws\"") {
        return None;
    }
    let line: Line<'_> = serde_json::from_str(line).ok()?;
    let metadata = line.metadata.as_ref()?;
    let mut values = Vec::new();
    for directive in &metadata.cloud_watch_metrics {
        if !directive.is_within_limits() {
            return None;
        }
        for names in &directive.dimensions {
            values.extend(directive.values(names, &line));
        }
    }
    Some(Embedded { timestamp_ms: metadata.timestamp, values })
}

impl<'a> Directive<'a> {
    fn is_within_limits(&self) -> bool {
        self.metrics.len() <= METRICS_MAX && self.dimensions.iter().all(|names| names.len() <= DIMENSIONS_MAX)
    }

    /// The values of its metrics by one set of dimensions; none when the line lacks one of these.
    fn values(&self, names: &[Name<'a>], line: &Line<'a>) -> Vec<Values<'a>> {
        let dimension = |name: &Name<'a>| Some((name.0.clone(), line.text(&name.0)?));
        let Some(mut dimensions) = names.iter().map(dimension).collect::<Option<Vec<_>>>() else { return Vec::new() };
        dimensions.sort_unstable();
        let values = |definition: &Definition<'a>| {
            Some(Values {
                namespace: self.namespace.clone(),
                metric: definition.name.clone(),
                dimensions: dimensions.clone(),
                values: line.numbers(&definition.name)?,
            })
        };
        self.metrics.iter().filter_map(values).collect()
    }
}

#[cfg(test)]
mod tests;
