//! The series that somebody needs.

use super::series::Series;
use super::{MetricId, Statistic};

/// A number of a series in its store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeriesId(usize);

/// What somebody needs of a metric.
#[derive(Clone, Copy, Debug)]
pub struct Need {
    /// The shortest step in which it is looked at, in seconds.
    pub grain: u64,
    /// How far back, in seconds.
    pub keep: u64,
    /// Whether every sample counts: a percentile cannot be had from sums.
    pub samples: bool,
}

/// All series. Those that nobody needs are not kept, so memory follows the alarms and not the traffic.
#[derive(Debug, Default)]
pub struct Store {
    metrics: Vec<(MetricId, Need)>,
    series: Vec<Series>,
}

impl Store {
    /// The series of a metric, kept as finely and as long as anybody needs it. Call it before any sample is put.
    pub fn need(&mut self, metric: &MetricId, need: Need) -> SeriesId {
        let place = self.metrics.iter().position(|(known, _)| known == metric).unwrap_or(self.metrics.len());
        if place == self.metrics.len() {
            self.metrics.push((metric.clone(), need));
            self.series.push(Series::new(need));
        }
        let all = &mut self.metrics[place].1;
        all.grain = all.grain.min(need.grain);
        all.keep = all.keep.max(need.keep);
        all.samples |= need.samples;
        self.series[place] = Series::new(*all);
        SeriesId(place)
    }

    /// Each metric with its series.
    pub fn metrics(&self) -> impl Iterator<Item = (&MetricId, SeriesId)> {
        self.metrics.iter().enumerate().map(|(place, (metric, _))| (metric, SeriesId(place)))
    }

    /// Adds a sample of the second `at` since the Unix epoch.
    pub fn put(&mut self, series: SeriesId, at: u64, value: f64) {
        self.series[series.0].put(at, value);
    }

    /// When the newest grain begins that has samples.
    pub fn newest(&self, series: SeriesId) -> Option<u64> {
        self.series[series.0].newest()
    }

    /// The statistic of the samples from second `from` to before second `to`; `None` when there are none.
    pub fn statistic(&self, series: SeriesId, from: u64, to: u64, statistic: Statistic) -> Option<f64> {
        self.series[series.0].statistic(from, to, statistic)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn a_series_serves_the_most_demanding() {
        let metric = MetricId { namespace: "shop".to_owned(), name: "Wait".to_owned(), dimensions: BTreeMap::new() };
        let mut store = Store::default();
        let long = store.need(&metric, Need { grain: 60, keep: 7_200, samples: true });
        let fine = store.need(&metric, Need { grain: 10, keep: 60, samples: false });
        assert_eq!(long, fine);
        (0..3_600).for_each(|at| store.put(long, at, f64::from(at as u32)));
        assert_eq!(store.statistic(long, 0, 60, Statistic::Percentile(50.0)), Some(29.0));
        assert_eq!(store.statistic(long, 3_590, 3_600, Statistic::SampleCount), Some(10.0));
    }
}
