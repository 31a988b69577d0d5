//! The samples of one grain of time, as few numbers as the statistics need.

use super::Statistic;

/// Count, sum and extremes; the samples themselves only where a percentile is wanted.
#[derive(Clone, Debug, Default)]
pub(super) struct Bucket {
    count: u64,
    sum: f64,
    minimum: f64,
    maximum: f64,
    samples: Vec<f64>,
}

impl Bucket {
    pub fn put(&mut self, value: f64, keep_sample: bool) {
        if self.count == 0 {
            (self.minimum, self.maximum) = (value, value);
        }
        self.count += 1;
        self.sum += value;
        self.minimum = self.minimum.min(value);
        self.maximum = self.maximum.max(value);
        if keep_sample {
            self.samples.push(value);
        }
    }
}

/// What `statistic` makes of the samples in `buckets`; `None` of none.
pub(super) fn summarize<'a>(buckets: impl Iterator<Item = &'a Bucket> + Clone, statistic: Statistic) -> Option<f64> {
    let count: u64 = buckets.clone().map(|bucket| bucket.count).sum();
    if count == 0 {
        return None;
    }
    let sum = || buckets.clone().map(|bucket| bucket.sum).sum::<f64>();
    Some(match statistic {
        Statistic::Average => sum() / count as f64,
        Statistic::Maximum => buckets.map(|bucket| bucket.maximum).fold(f64::MIN, f64::max),
        Statistic::Minimum => buckets.map(|bucket| bucket.minimum).fold(f64::MAX, f64::min),
        Statistic::SampleCount => count as f64,
        Statistic::Sum => sum(),
        Statistic::Percentile(percent) => {
            percentile(buckets.flat_map(|bucket| &bucket.samples).copied().collect(), percent)?
        }
    })
}

/// By nearest rank: the smallest sample that is not below `percent` of all.
fn percentile(mut samples: Vec<f64>, percent: f64) -> Option<f64> {
    let rank = (percent / 100.0 * samples.len() as f64).ceil() as usize;
    let index = rank.clamp(1, samples.len().max(1)) - 1;
    if index >= samples.len() {
        return None;
    }
    Some(*samples.select_nth_unstable_by(index, f64::total_cmp).1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bucket(values: impl IntoIterator<Item = f64>) -> Bucket {
        let mut bucket = Bucket::default();
        values.into_iter().for_each(|value| bucket.put(value, true));
        bucket
    }

    #[test]
    fn statistics_span_buckets() {
        let buckets = [bucket([3.0, -1.0]), Bucket::default(), bucket([4.0])];
        let of = |statistic| summarize(buckets.iter(), statistic);
        assert_eq!(of(Statistic::Average), Some(2.0));
        assert_eq!(of(Statistic::Maximum), Some(4.0));
        assert_eq!(of(Statistic::Minimum), Some(-1.0));
        assert_eq!(of(Statistic::SampleCount), Some(3.0));
        assert_eq!(of(Statistic::Sum), Some(6.0));
        assert_eq!(of(Statistic::Percentile(50.0)), Some(3.0));
    }

    #[test]
    fn a_percentile_is_a_sample() {
        let hundred = bucket((1..=100).rev().map(f64::from));
        let of = |percent| summarize([&hundred].into_iter(), Statistic::Percentile(percent));
        assert_eq!([0.5, 50.0, 95.0, 99.0, 99.9, 100.0].map(of), [1.0, 50.0, 95.0, 99.0, 100.0, 100.0].map(Some));
    }

    #[test]
    fn nothing_has_no_statistic() {
        for statistic in [Statistic::Sum, Statistic::SampleCount, Statistic::Percentile(99.0)] {
            assert_eq!(summarize([&Bucket::default()].into_iter(), statistic), None);
        }
    }
}
