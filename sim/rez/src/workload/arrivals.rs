//! When messages arrive: a Poisson process whose rate follows the hour.

use std::f64::consts::TAU;
use std::time::Duration;

use rand::RngExt;
use rez_cloud::world::Stream;

use crate::scenario::Rhythm;

const DAY_SECONDS: f64 = 86_400.0;
/// How far the daily rhythm goes above and below its average.
const SWING: f64 = 0.8;
/// Time of day, UTC, at which most messages arrive.
const PEAK_SECONDS: f64 = 14.0 * 3_600.0;

/// Arrival times since the run began, without end. A run begins at midnight, UTC.
pub struct Arrivals {
    stream: Stream,
    per_second: f64,
    rhythm: Rhythm,
    seconds: f64,
}

impl Arrivals {
    pub fn new(stream: Stream, per_day: u32, rhythm: Rhythm) -> Self {
        Self { stream, per_second: f64::from(per_day) / DAY_SECONDS, rhythm, seconds: 0.0 }
    }

    /// The time to the next candidate, at the highest rate that the rhythm knows.
    fn gap(&mut self) -> f64 {
        let uniform: f64 = self.stream.random();
        -(1.0 - uniform).ln() / (self.per_second * self.rhythm.peak())
    }
}

impl Iterator for Arrivals {
    type Item = Duration;

    /// Thinning: candidates come at the peak rate, and each is kept with the chance that its hour gives it.
    fn next(&mut self) -> Option<Duration> {
        if self.per_second == 0.0 {
            return None;
        }
        loop {
            self.seconds += self.gap();
            let kept: f64 = self.stream.random();
            if kept * self.rhythm.peak() < self.rhythm.level(self.seconds) {
                return Some(Duration::from_secs_f64(self.seconds));
            }
        }
    }
}

impl Rhythm {
    /// Rate at a time of the run, as a multiple of the average.
    fn level(self, seconds: f64) -> f64 {
        match self {
            Self::Flat => 1.0,
            Self::Daily => 1.0 + SWING * ((seconds - PEAK_SECONDS) / DAY_SECONDS * TAU).cos(),
        }
    }

    /// The highest rate, as a multiple of the average.
    pub fn peak(self) -> f64 {
        match self {
            Self::Flat => 1.0,
            Self::Daily => 1.0 + SWING,
        }
    }
}

#[cfg(test)]
mod tests {
    use rez_cloud::world::Seed;

    use super::*;

    /// Arrivals of 100 days by the hour of the day.
    fn by_hour(rhythm: Rhythm) -> [usize; 24] {
        let mut hours = [0; 24];
        let arrivals = Arrivals::new(Seed(1).stream("workload"), 1_000, rhythm);
        for at in arrivals.take_while(|at| at.as_secs() < 100 * 86_400) {
            hours[(at.as_secs() / 3_600 % 24) as usize] += 1;
        }
        hours
    }

    #[test]
    fn the_average_is_what_was_asked_for() {
        for rhythm in [Rhythm::Flat, Rhythm::Daily] {
            let total: usize = by_hour(rhythm).iter().sum();
            assert!((98_000..102_000).contains(&total), "{rhythm:?}: {total}");
        }
    }

    #[test]
    fn the_daily_rhythm_peaks_after_noon_and_sleeps_at_night() {
        let hours = by_hour(Rhythm::Daily);
        assert!(hours[14] > 6 * hours[2], "{hours:?}");
        let flat = by_hour(Rhythm::Flat);
        assert!(flat[14] < 2 * flat[2], "{flat:?}");
    }

    #[test]
    fn times_rise_and_nothing_arrives_at_no_rate() {
        let arrivals = Arrivals::new(Seed(2).stream("workload"), 5_000, Rhythm::Daily);
        let times: Vec<_> = arrivals.take(1_000).collect();
        assert!(times.is_sorted());
        assert_eq!(Arrivals::new(Seed(2).stream("workload"), 0, Rhythm::Flat).next(), None);
    }
}
