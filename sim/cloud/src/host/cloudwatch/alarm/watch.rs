//! An alarm at work: its state, and how it changes.

use std::sync::Arc;

use super::judge::{Point, Verdict, judge};
use super::reason::{Datapoint, reason};
use super::settings::Settings;
use crate::history::AlarmState;
use crate::host::cloudwatch::metrics::{SeriesId, Store};

/// An alarm with its state.
#[derive(Debug)]
pub struct Alarm {
    pub settings: Arc<Settings>,
    series: SeriesId,
    pub state: AlarmState,
    pub reason: String,
    /// When it came into its state, in seconds since the Unix epoch.
    pub since: u64,
    /// Whether the last evaluation had no data at all. Until some comes, the next ones will find the same.
    was_silent: bool,
}

/// A change of state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transition {
    pub from: AlarmState,
    pub to: AlarmState,
    pub reason: String,
}

impl Alarm {
    /// A new alarm knows nothing.
    pub fn new(settings: Arc<Settings>, series: SeriesId, now: u64) -> Self {
        let reason = "Unchecked: Initial alarm creation".to_owned();
        Self { settings, series, state: AlarmState::InsufficientData, reason, since: now, was_silent: false }
    }

    /// Judges the periods up to second `end`, at second `now`.
    pub fn evaluate(&mut self, store: &Store, end: u64, now: u64) -> Option<Transition> {
        let silent = self.is_silent(store, end);
        if std::mem::replace(&mut self.was_silent, silent) && silent {
            return None;
        }
        let (points, judged) = self.datapoints(store, end);
        let Verdict::Is(to) = judge(&self.settings.rule, &points) else { return None };
        let from = self.state;
        if from == to {
            return None;
        }
        let reason = reason(&self.settings, from, to, &judged);
        (self.state, self.since) = (to, now);
        self.reason.clone_from(&reason);
        Some(Transition { from, to, reason })
    }

    fn is_silent(&self, store: &Store, end: u64) -> bool {
        let begin = end.saturating_sub(u64::from(self.settings.rule.range()) * self.settings.period);
        store.newest(self.series).is_none_or(|newest| newest < begin)
    }

    /// The newest datapoints until enough are real, or the evaluation range is over; and the real ones among them.
    fn datapoints(&self, store: &Store, end: u64) -> (Vec<Point>, Vec<Datapoint>) {
        let Settings { rule, period, statistic, .. } = &*self.settings;
        let (mut points, mut real) = (Vec::new(), Vec::new());
        for age in 0..u64::from(rule.range()) {
            let to = end.saturating_sub(age * period);
            let from = to.saturating_sub(*period);
            let value = store.statistic(self.series, from, to, *statistic);
            points.push(match value {
                None => Point::Missing,
                Some(value) if self.settings.breaches(value) => Point::Breaching,
                Some(_) => Point::Within,
            });
            real.extend(value.map(|value| (from, value)));
            if real.len() == rule.evaluation_periods as usize {
                break;
            }
        }
        (points, real)
    }
}
