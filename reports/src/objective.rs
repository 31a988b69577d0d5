//! Service-level objectives, judged from counts: what was promised, what was seen, and how much of the allowed
//! failures (the error budget) is left.

use std::time::Duration;

use crate::result::{ObjectiveResult, Unit};

/// One promise.
#[derive(Clone, Debug, PartialEq)]
pub struct Objective {
    pub name: String,
    pub target: Target,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Target {
    /// The percentile (`0.95`) of a latency stays under a limit, over the whole run.
    Percentile { percentile: f64, under: Duration },
    /// The share of good events is at least this, in every window of so many days.
    Ratio { at_least: f64, window_days: usize },
}

/// Events of one day, or of one run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    pub good: u64,
    pub total: u64,
}

impl Count {
    fn ratio(self) -> f64 {
        self.good as f64 / self.total as f64
    }
}

/// What was seen of an objective; of the same kind as its target.
#[derive(Clone, Debug, PartialEq)]
pub enum Measurement {
    /// The percentile's value, and how many events were under the limit. There is no value when so many events never
    /// ended that the percentile is one of them.
    Percentile { observed: Option<Duration>, count: Count },
    /// Good and all events of each day.
    Ratio { days: Vec<Count> },
}

impl Objective {
    /// Judges what was seen. Without any event nothing can be said, and every finding is `None`.
    ///
    /// # Panics
    /// When the measurement is of another kind than the target: a mistake in the code that measures.
    pub fn judge(&self, measurement: &Measurement) -> ObjectiveResult {
        match (self.target, measurement) {
            (Target::Percentile { percentile, under }, Measurement::Percentile { observed, count }) => self.result(
                under.as_secs_f64(),
                Unit::Seconds,
                observed.map(|value| value.as_secs_f64()),
                (count.total > 0).then(|| observed.is_some_and(|value| value < under)),
                budget_remaining(*count, percentile),
                *count,
            ),
            (Target::Ratio { at_least, window_days }, Measurement::Ratio { days }) => {
                let worst = worst_window(days, window_days);
                let observed = (worst.total > 0).then(|| worst.ratio());
                self.result(
                    at_least,
                    Unit::Ratio,
                    observed,
                    observed.map(|ratio| ratio >= at_least),
                    budget_remaining(worst, at_least),
                    worst,
                )
            }
            (target, measurement) => unreachable!("`{}`: {measurement:?} does not measure {target:?}", self.name),
        }
    }

    fn result(
        &self,
        target: f64,
        unit: Unit,
        observed: Option<f64>,
        held: Option<bool>,
        budget_remaining: Option<f64>,
        count: Count,
    ) -> ObjectiveResult {
        ObjectiveResult { name: self.name.clone(), target, observed, held, budget_remaining, unit, events: count.total }
    }
}

/// The share of allowed bad events that was not used: with 99 % promised and 1,000 events, 4 bad ones leave 0.6.
fn budget_remaining(count: Count, promised: f64) -> Option<f64> {
    let allowed = count.total as f64 * (1.0 - promised);
    (allowed > 0.0).then(|| 1.0 - (count.total - count.good) as f64 / allowed)
}

/// The window of `length` consecutive days with the smallest share of good events; the whole run when it is shorter.
fn worst_window(days: &[Count], length: usize) -> Count {
    let sum = |window: &[Count]| {
        window
            .iter()
            .fold(Count::default(), |sum, day| Count { good: sum.good + day.good, total: sum.total + day.total })
    };
    if days.len() <= length {
        return sum(days);
    }
    days.windows(length)
        .map(sum)
        .filter(|count| count.total > 0)
        .min_by(|a, b| a.ratio().total_cmp(&b.ratio()))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn p95() -> Objective {
        let target = Target::Percentile { percentile: 0.95, under: Duration::from_secs(10) };
        Objective { name: "latency".into(), target }
    }

    fn delivery() -> Objective {
        Objective { name: "delivery".into(), target: Target::Ratio { at_least: 0.99, window_days: 7 } }
    }

    #[test]
    fn a_percentile_is_held_strictly_under_its_limit() {
        let judge = |seconds| {
            let count = Count { good: 960, total: 1_000 };
            p95().judge(&Measurement::Percentile { observed: Some(Duration::from_secs(seconds)), count })
        };
        assert_eq!(judge(9).held, Some(true));
        assert_eq!(judge(10).held, Some(false));
        let never = p95().judge(&Measurement::Percentile { observed: None, count: Count { good: 10, total: 20 } });
        assert_eq!((never.observed, never.held), (None, Some(false)));
        assert!((judge(9).budget_remaining.unwrap() - 0.2).abs() < 1e-9);
    }

    #[test]
    fn a_ratio_is_judged_in_its_worst_window() {
        let mut days = vec![Count { good: 100, total: 100 }; 30];
        days[12].good = 92;
        let result = delivery().judge(&Measurement::Ratio { days: days.clone() });
        assert_eq!(result.held, Some(false), "8 of 700 in its week, though 8 of 3,000 in the month");
        assert_eq!(result.events, 700);
        days[12].good = 93;
        assert_eq!(delivery().judge(&Measurement::Ratio { days }).held, Some(true));
    }

    #[test]
    fn nothing_is_said_without_events() {
        let nothing = delivery().judge(&Measurement::Ratio { days: vec![Count::default(); 10] });
        assert_eq!((nothing.observed, nothing.held, nothing.budget_remaining), (None, None, None));
        let nothing = p95().judge(&Measurement::Percentile { observed: None, count: Count::default() });
        assert_eq!((nothing.observed, nothing.held, nothing.budget_remaining), (None, None, None));
    }

    proptest! {
        #[test]
        fn a_ratio_is_held_exactly_while_budget_is_left(days in prop::collection::vec((0u64..200, 0u64..3), 1..40)) {
            let days = days.iter().map(|&(good, bad)| Count { good, total: good + bad }).collect();
            let result = delivery().judge(&Measurement::Ratio { days });
            if let (Some(held), Some(budget)) = (result.held, result.budget_remaining) {
                prop_assert!(held == (budget >= 0.0) || budget.abs() < 1e-9);
            }
        }
    }
}
