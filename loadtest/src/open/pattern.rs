//! Arrival patterns: a rate over time, and the moments at which requests are due.

use std::time::Duration;

/// The rate goes from one value to another in a straight line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Segment {
    pub length: Duration,
    /// Requests a second, at the beginning and at the end.
    pub from: f64,
    pub to: f64,
}

/// A rate over time.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern(Vec<Segment>);

/// Where a spike begins and ends, as shares of the whole.
const SPIKE: (f64, f64) = (0.4, 0.6);

impl Pattern {
    /// The same rate all the time.
    pub fn constant(rate: f64, length: Duration) -> Self {
        Self(vec![Segment { length, from: rate, to: rate }])
    }

    /// From one rate to the other in a straight line.
    pub fn ramp(from: f64, to: f64, length: Duration) -> Self {
        Self(vec![Segment { length, from, to }])
    }

    /// With five steps: a fifth of `rate`, two fifths, and so on.
    pub fn step(steps: u32, rate: f64, length: Duration) -> Self {
        let step = |number: u32| {
            let rate = rate * f64::from(number) / f64::from(steps);
            Segment { length: length / steps, from: rate, to: rate }
        };
        Self((1..=steps).map(step).collect())
    }

    /// `rate`, and `peak` in the middle fifth.
    pub fn spike(rate: f64, peak: f64, length: Duration) -> Self {
        let part = |share: f64, rate: f64| Segment { length: length.mul_f64(share), from: rate, to: rate };
        let (begin, end) = SPIKE;
        Self(vec![part(begin, rate), part(end - begin, peak), part(1.0 - end, rate)])
    }

    pub fn length(&self) -> Duration {
        self.0.iter().map(|segment| segment.length).sum()
    }

    /// How many requests it has in all.
    pub fn total(&self) -> u64 {
        self.0.iter().map(|segment| segment.arrivals()).sum::<f64>().floor() as u64
    }

    /// When each request is due, since the beginning, evenly spread by the rate of the moment.
    pub fn arrivals(&self) -> impl Iterator<Item = Duration> + '_ {
        let mut begun = (Duration::ZERO, 0.0);
        let mut segments = self.0.iter().peekable();
        (1..=self.total()).map_while(move |number| {
            loop {
                let segment = segments.peek()?;
                let within = number as f64 - begun.1;
                if within <= segment.arrivals() + ROUNDING {
                    return Some(begun.0 + segment.when(within));
                }
                begun = (begun.0 + segment.length, begun.1 + segment.arrivals());
                segments.next();
            }
        })
    }
}

/// Sums of fractions end a little off.
const ROUNDING: f64 = 1e-6;

impl Segment {
    /// The integral of the rate.
    fn arrivals(&self) -> f64 {
        (self.from + self.to) / 2.0 * self.length.as_secs_f64()
    }

    /// When that many have arrived, since its beginning: the rate's integral, solved for the time.
    fn when(&self, arrivals: f64) -> Duration {
        let slope = (self.to - self.from) / self.length.as_secs_f64();
        let seconds = if slope.abs() < f64::EPSILON {
            arrivals / self.from
        } else {
            ((self.from * self.from + 2.0 * slope * arrivals).max(0.0).sqrt() - self.from) / slope
        };
        Duration::from_secs_f64(seconds.max(0.0)).min(self.length)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn a_constant_rate_is_evenly_spread() {
        let arrivals: Vec<Duration> = Pattern::constant(4.0, Duration::from_secs(1)).arrivals().collect();
        assert_eq!(arrivals, [250, 500, 750, 1_000].map(Duration::from_millis));
    }

    #[test]
    fn a_spike_is_in_the_middle_fifth() {
        let pattern = Pattern::spike(10.0, 50.0, MINUTE);
        let within = |from: u64, to: u64| {
            let window = Duration::from_secs(from)..Duration::from_secs(to);
            pattern.arrivals().filter(|at| window.contains(at)).count()
        };
        assert!(
            (within(0, 24).abs_diff(240)) <= 1
                && within(24, 36).abs_diff(600) <= 1
                && within(36, 60).abs_diff(240) <= 1
        );
    }

    fn pattern() -> impl Strategy<Value = Pattern> {
        (0..4, 0.5f64..400.0, 0.5f64..400.0, 1u32..9, 1u64..90).prop_map(|(kind, rate, other, steps, seconds)| {
            let length = Duration::from_secs(seconds);
            match kind {
                0 => Pattern::constant(rate, length),
                1 => Pattern::ramp(other, rate, length),
                2 => Pattern::step(steps, rate, length),
                _ => Pattern::spike(rate, other, length),
            }
        })
    }

    proptest! {
        /// Up to any moment there are as many arrivals as the integral of the rate says.
        #[test]
        fn arrivals_follow_the_integral_of_the_rate(pattern in pattern(), share in 0.0f64..1.0) {
            let moment = pattern.length().mul_f64(share);
            let mut expected = 0.0;
            let mut begun = Duration::ZERO;
            for segment in &pattern.0 {
                let inside = moment.saturating_sub(begun).min(segment.length).as_secs_f64();
                let rate_then = segment.from + (segment.to - segment.from) * inside / segment.length.as_secs_f64();
                expected += (segment.from + rate_then) / 2.0 * inside;
                begun += segment.length;
            }
            let counted = pattern.arrivals().filter(|at| *at <= moment).count() as f64;
            prop_assert!((counted - expected).abs() <= 1.5, "{counted} instead of {expected}");
        }

        #[test]
        fn arrivals_are_in_order_and_complete(pattern in pattern()) {
            let arrivals: Vec<Duration> = pattern.arrivals().collect();
            prop_assert_eq!(arrivals.len() as u64, pattern.total());
            prop_assert!(arrivals.windows(2).all(|pair| pair[0] <= pair[1]));
            prop_assert!(arrivals.last().is_none_or(|last| *last <= pattern.length() + Duration::from_millis(1)));
        }
    }
}
