//! One metric's recent past.

use std::collections::VecDeque;

use super::bucket::{Bucket, summarize};
use super::{Need, Statistic};

/// Samples by grain of time, as far back as somebody looks. Times are in seconds since the Unix epoch.
#[derive(Debug)]
pub(super) struct Series {
    need: Need,
    /// By number of the grain, ascending; a grain without samples has no bucket.
    buckets: VecDeque<(u64, Bucket)>,
}

impl Series {
    pub fn new(need: Need) -> Self {
        Self { need, buckets: VecDeque::new() }
    }

    /// Adds a sample of the second `at`. Samples may come late; one from before what is kept is dropped.
    pub fn put(&mut self, at: u64, value: f64) {
        let Need { grain: span, keep, samples } = self.need;
        let grain = at / span;
        let newest = self.buckets.back().map_or(grain, |(newest, _)| *newest).max(grain);
        let oldest = newest.saturating_sub(keep.div_ceil(span));
        if grain < oldest {
            return;
        }
        self.bucket(grain).put(value, samples);
        while self.buckets.front().is_some_and(|(grain, _)| *grain < oldest) {
            self.buckets.pop_front();
        }
    }

    fn bucket(&mut self, grain: u64) -> &mut Bucket {
        let place = self.buckets.partition_point(|(other, _)| *other < grain);
        if self.buckets.get(place).is_none_or(|(other, _)| *other != grain) {
            self.buckets.insert(place, (grain, Bucket::default()));
        }
        &mut self.buckets[place].1
    }

    /// When the newest grain begins that has samples.
    pub fn newest(&self) -> Option<u64> {
        self.buckets.back().map(|(grain, _)| grain * self.need.grain)
    }

    /// The statistic of the samples from `from` to before `to`; `None` when there are none.
    pub fn statistic(&self, from: u64, to: u64, statistic: Statistic) -> Option<f64> {
        let span = self.need.grain;
        let begin = self.buckets.partition_point(|(grain, _)| grain * span < from);
        let within = self.buckets.range(begin..).take_while(|(grain, _)| grain * span < to);
        summarize(within.map(|(_, bucket)| bucket), statistic)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_period_has_the_samples_of_its_seconds(
            samples in prop::collection::vec((0..3_600_u64, -100.0..100.0_f64), 0..80),
            period in 1..20_u64,
            end in 0..60_u64,
        ) {
            let mut series = Series::new(Need { grain: 60, keep: 3_600, samples: true });
            samples.iter().for_each(|&(at, value)| series.put(at, value));
            let (from, to) = (end.saturating_sub(period) * 60, end * 60);
            let mut within: Vec<f64> =
                samples.iter().filter(|(at, _)| (from..to).contains(at)).map(|(_, value)| *value).collect();
            within.sort_by(f64::total_cmp);
            let count = within.len() as f64;
            let of = |statistic| series.statistic(from, to, statistic);
            prop_assert_eq!(of(Statistic::SampleCount), (count > 0.0).then_some(count));
            prop_assert_eq!(of(Statistic::Maximum), within.last().copied());
            prop_assert_eq!(of(Statistic::Minimum), within.first().copied());
            let median = within.get((within.len().div_ceil(2)).saturating_sub(1)).copied();
            prop_assert_eq!(of(Statistic::Percentile(50.0)), median);
        }
    }

    #[test]
    fn what_is_too_old_is_forgotten_and_does_not_come_back() {
        let mut series = Series::new(Need { grain: 60, keep: 300, samples: false });
        (0..100).for_each(|minute| series.put(minute * 60, 1.0));
        assert_eq!(series.buckets.len(), 6);
        series.put(0, 1.0);
        assert_eq!(series.statistic(0, 60, Statistic::Sum), None);
        assert_eq!(series.statistic(99 * 60, 100 * 60, Statistic::Sum), Some(1.0));
    }
}
