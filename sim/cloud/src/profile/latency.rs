//! How long something takes, as a shifted lognormal: the shape that published AWS latencies fit.

use std::time::Duration;

use rand_distr::{Distribution, StandardNormal};

use crate::world::Stream;

/// The normal quantile of 0.99: a lognormal's p99 is its median times `exp(sigma * Z99)`.
const Z99: f64 = 2.326_347_874;

/// No draw exceeds the median part of a distribution times this. Lognormals have no end, and AWS has timeouts.
const LONGEST: f64 = 40.0;

/// A distribution of durations: `shift + lognormal(median, sigma)`, never negative.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Latency {
    pub shift: Duration,
    /// Median of the lognormal part.
    pub median: Duration,
    /// Standard deviation of its logarithm; 0 makes it a constant.
    pub sigma: f64,
}

impl Latency {
    pub const ZERO: Self = Self::fixed(Duration::ZERO);

    /// Always the same.
    pub const fn fixed(duration: Duration) -> Self {
        Self { shift: duration, median: Duration::ZERO, sigma: 0.0 }
    }

    /// By median and 99th percentile, in milliseconds.
    pub fn quantiles_ms(p50: u64, p99: u64) -> Self {
        let sigma = (p99 as f64 / p50 as f64).ln() / Z99;
        Self { shift: Duration::ZERO, median: Duration::from_millis(p50), sigma }
    }

    /// By shift, median of the lognormal part, and sigma; milliseconds.
    pub fn shifted_ms(shift: f64, median: f64, sigma: f64) -> Self {
        Self { shift: from_ms(shift), median: from_ms(median), sigma }
    }

    /// The same with its shift moved by `shift`.
    pub const fn plus(self, shift: Duration) -> Self {
        Self { shift: self.shift.saturating_add(shift), ..self }
    }

    /// The same shape, `factor` times as long.
    pub fn times(self, factor: f64) -> Self {
        Self { shift: self.shift.mul_f64(factor), median: self.median.mul_f64(factor), ..self }
    }

    /// The median of the whole.
    pub fn p50(&self) -> Duration {
        self.shift + self.median
    }

    pub fn sample(&self, stream: &mut Stream) -> Duration {
        if self.median.is_zero() {
            return self.shift;
        }
        let normal: f64 = StandardNormal.sample(stream);
        self.shift + self.median.mul_f64((self.sigma * normal).exp().min(LONGEST))
    }
}

fn from_ms(milliseconds: f64) -> Duration {
    Duration::from_secs_f64(milliseconds / 1_000.0)
}
