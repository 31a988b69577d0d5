//! Metrics out of log lines: those that are embedded in them, and those of metric filters.

use std::borrow::Cow;
use std::collections::BTreeMap;

use rez_topology::Topology;

use super::custom::Custom;
use super::emf::{self, Values};
use super::filter::{Filter, PatternError};
use super::metrics::Store;

/// Samples may be this much older than their arrival, or newer, in seconds ("PutMetricData").
const PAST_MAX: u64 = 14 * 86_400;
pub const FUTURE_MAX: u64 = 2 * 3_600;

#[derive(Debug)]
pub struct Logs {
    /// By log group.
    filters: BTreeMap<String, Vec<Feeding>>,
    /// Log groups of functions, by name.
    groups: BTreeMap<String, String>,
}

/// A filter with the metric that it feeds.
#[derive(Debug)]
struct Feeding {
    namespace: String,
    metric: String,
    filter: Filter,
}

impl Logs {
    /// # Errors
    /// When a filter of the template is not modelled; with its logical id.
    pub fn new(topology: &Topology) -> Result<Self, (String, PatternError)> {
        let mut filters: BTreeMap<String, Vec<Feeding>> = BTreeMap::new();
        for (id, spec) in &topology.metric_filters {
            let filter = Filter::read(spec).map_err(|error| (id.clone(), error))?;
            let feeding = Feeding { namespace: spec.namespace.clone(), metric: spec.metric.clone(), filter };
            filters.entry(spec.log_group.clone()).or_default().push(feeding);
        }
        let group = |function: &rez_topology::Function| (function.name.clone(), function.log_group.clone());
        Ok(Self { filters, groups: topology.functions.values().map(group).collect() })
    }

    /// Takes in a line that a function wrote at second `now` since the Unix epoch.
    pub fn line(&self, now: u64, function: &str, line: &str, custom: &mut Custom, store: &mut Store) {
        if let Some(embedded) = emf::decode(line) {
            let at = embedded.timestamp_ms / 1_000;
            if (now.saturating_sub(PAST_MAX)..=now + FUTURE_MAX).contains(&at) {
                embedded.values.iter().for_each(|found| custom.put(at, found, store));
            }
        }
        if let Some(group) = self.groups.get(function) {
            self.filter(now, group, line, custom, store);
        }
    }

    /// Shows a line to the filters of its log group.
    pub fn filter(&self, now: u64, group: &str, line: &str, custom: &mut Custom, store: &mut Store) {
        let Some(filters) = self.filters.get(group) else { return };
        // A pattern of fields matches no line that is not JSON.
        let Ok(line) = serde_json::from_str(line) else { return };
        for found in filters.iter().filter_map(|feeding| feeding.values(&line)) {
            custom.put(now, &found, store);
        }
    }
}

impl Feeding {
    fn values(&self, line: &serde_json::Value) -> Option<Values<'_>> {
        let (value, dimensions) = self.filter.apply(line)?;
        Some(Values {
            namespace: Cow::Borrowed(&self.namespace),
            metric: Cow::Borrowed(&self.metric),
            dimensions: dimensions.into_iter().map(|(name, value)| (name.into(), value.into())).collect(),
            values: vec![value],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_of_another_time_are_not_taken() {
        const NOW: u64 = 1_795_392_000;
        let logs = Logs { filters: BTreeMap::new(), groups: BTreeMap::new() };
        let taken = |at: u64| {
            let directives = r#"[{"Namespace":"shop","Dimensions":[[]],"Metrics":[{"Name":"Sales"}]}]"#;
            let line =
                format!(r#"{{"_aws":{{"Timestamp":{},"CloudWatchMetrics":{directives}}},"Sales":1}}"#, at * 1_000);
            let mut custom = Custom::default();
            logs.line(NOW, "till", &line, &mut custom, &mut Store::default());
            custom.metric_hours() == 1
        };
        assert!(taken(NOW) && taken(NOW - PAST_MAX) && taken(NOW + FUTURE_MAX));
        assert!(!taken(NOW - PAST_MAX - 1) && !taken(NOW + FUTURE_MAX + 1));
    }
}
