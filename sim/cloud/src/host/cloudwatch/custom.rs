//! Custom metrics: those that somebody needs are kept, and all are billed by the hours in which they have data.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use super::emf::Values;
use super::metrics::{MetricId, SeriesId, Store};

#[derive(Debug, Default)]
pub struct Custom {
    /// Series that somebody needs, by namespace and name.
    needed: BTreeMap<String, BTreeMap<String, Vec<Needed>>>,
    hours: MetricHours,
}

#[derive(Debug)]
struct Needed {
    dimensions: BTreeMap<String, String>,
    series: SeriesId,
}

/// In how many hours how many metrics had data.
#[derive(Debug, Default)]
struct MetricHours {
    hour: u64,
    /// Hashes of the metrics that had data in this hour.
    seen: BTreeSet<u64>,
    total: u64,
}

impl Custom {
    /// Begins to keep a metric.
    pub fn keep(&mut self, metric: &MetricId, series: SeriesId) {
        let namespace = self.needed.entry(metric.namespace.clone()).or_default();
        let needed = Needed { dimensions: metric.dimensions.clone(), series };
        namespace.entry(metric.name.clone()).or_default().push(needed);
    }

    /// Hours in which custom metrics had data, over all of them.
    pub fn metric_hours(&self) -> u64 {
        self.hours.total
    }

    /// Takes in values of the second `at` since the Unix epoch.
    pub fn put(&mut self, at: u64, found: &Values<'_>, store: &mut Store) {
        self.hours.count(at / 3_600, found);
        let needed = self.needed.get(&*found.namespace).and_then(|namespace| namespace.get(&*found.metric));
        for needed in needed.into_iter().flatten().filter(|needed| needed.is_of(found)) {
            found.values.iter().for_each(|value| store.put(needed.series, at, *value));
        }
    }
}

impl Needed {
    fn is_of(&self, found: &Values<'_>) -> bool {
        let own = self.dimensions.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        own.eq(found.dimensions.iter().map(|(name, value)| (&**name, &**value)))
    }
}

impl MetricHours {
    fn count(&mut self, hour: u64, found: &Values<'_>) {
        if hour > self.hour {
            self.hour = hour;
            self.seen.clear();
        }
        // Its keys are fixed, so a run can be repeated.
        let mut hasher = DefaultHasher::new();
        (&found.namespace, &found.metric, &found.dimensions).hash(&mut hasher);
        self.total += u64::from(self.seen.insert(hasher.finish()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_metric_is_billed_once_an_hour() {
        let (mut custom, mut store) = (Custom::default(), Store::default());
        let mut put = |at, metric: &'static str, dimensions: &[(&'static str, &'static str)]| {
            let dimensions = dimensions.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
            let found = Values { namespace: "shop".into(), metric: metric.into(), dimensions, values: vec![1.0] };
            custom.put(at, &found, &mut store);
            custom.metric_hours()
        };
        assert_eq!(put(0, "Sales", &[]), 1);
        assert_eq!(put(3_599, "Sales", &[]), 1);
        assert_eq!(put(3_599, "Sales", &[("till", "1")]), 2, "other dimensions");
        assert_eq!(put(3_599, "Wait", &[]), 3, "another name");
        assert_eq!(put(3_600, "Sales", &[]), 4, "another hour");
    }
}
