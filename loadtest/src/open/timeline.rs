//! Latency over time, in so few stretches that a test of a day takes no more memory than one of minutes.

use std::time::Duration;

use hdrhistogram::Histogram;

use super::record::LATENCY_US_MAX;

/// A drawing shows no more. When a test gets longer, each two stretches become one.
const STRETCHES_MAX: usize = 240;
/// Enough for a drawing, and an eighth of the memory of three.
const SIGNIFICANT_FIGURES: u8 = 2;

/// Latencies by the moment at which requests were due.
#[derive(Debug)]
pub struct Timeline {
    stretch: Duration,
    latency_us: Vec<Histogram<u32>>,
}

impl Timeline {
    pub(super) fn new() -> Self {
        Self { stretch: Duration::from_secs(1), latency_us: Vec::new() }
    }

    /// A request that was due so long after the beginning.
    pub fn record(&mut self, due: Duration, latency: Duration) {
        while self.index(due) >= STRETCHES_MAX {
            self.halve();
        }
        let index = self.index(due);
        if self.latency_us.len() <= index {
            self.latency_us.resize_with(index + 1, histogram);
        }
        self.latency_us[index].saturating_record(latency.as_micros() as u64);
    }

    /// When each stretch began, and the latencies of what was due in it, in microseconds; stretches without any are left out.
    pub fn stretches(&self) -> impl Iterator<Item = (Duration, &Histogram<u32>)> {
        let all = (0u32..).map(|number| self.stretch * number).zip(&self.latency_us);
        all.filter(|(_, latency_us)| !latency_us.is_empty())
    }

    fn index(&self, due: Duration) -> usize {
        (due.as_secs() / self.stretch.as_secs()) as usize
    }

    fn halve(&mut self) {
        let merged = self.latency_us.chunks(2).map(|pair| {
            let mut first = pair[0].clone();
            pair.get(1).into_iter().for_each(|second| first.add(second).expect("histograms here have one shape"));
            first
        });
        self.latency_us = merged.collect();
        self.stretch *= 2;
    }
}

fn histogram() -> Histogram<u32> {
    Histogram::new_with_bounds(1, LATENCY_US_MAX, SIGNIFICANT_FIGURES).expect("constant bounds are valid")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_test_is_told_in_wider_stretches_and_loses_nothing() {
        let mut timeline = Timeline::new();
        for second in 0..3_600 {
            timeline.record(Duration::from_secs(second), Duration::from_millis(second + 1));
        }
        let stretches: Vec<_> = timeline.stretches().collect();
        assert_eq!(stretches.len(), 225);
        assert!(stretches.iter().all(|(_, latency_us)| latency_us.len() == 16));
        let (began, last) = stretches[224];
        assert_eq!(began, Duration::from_secs(3_584));
        let slowest = last.max() as f64 / 1e6;
        assert!((slowest - 3.6).abs() < 0.036, "{slowest} s");
    }

    #[test]
    fn a_pause_is_no_stretch() {
        let mut timeline = Timeline::new();
        timeline.record(Duration::ZERO, Duration::from_millis(1));
        timeline.record(Duration::from_secs(9), Duration::from_millis(1));
        assert_eq!(timeline.stretches().map(|(began, _)| began.as_secs()).collect::<Vec<_>>(), [0, 9]);
    }
}
