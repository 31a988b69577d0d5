//! The alarm against a naive one, which keeps every sample and works on strings; and what it says of itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::history::AlarmState;
use crate::host::cloudwatch::metrics::{MetricId, Statistic, Store};

/// Begins on a whole minute.
const START: u64 = 1_795_392_000;
const MINUTE: u64 = 60;
/// Until a sample can be seen, in minutes.
const DELAY: usize = 5;

fn settings(m: u32, n: u32, minutes: u64, missing: TreatMissingData) -> Settings {
    Settings {
        name: "queue-too-long".to_owned(),
        description: None,
        metric: MetricId { namespace: "shop".to_owned(), name: "Length".to_owned(), dimensions: BTreeMap::new() },
        statistic: Statistic::Sum,
        period: minutes * MINUTE,
        rule: Rule { evaluation_periods: n, datapoints_to_alarm: m, missing },
        threshold: 1.0,
        comparison: Comparison::GreaterThanThreshold,
        actions_enabled: true,
        alarm_actions: Vec::new(),
        ok_actions: Vec::new(),
    }
}

/// An alarm with the samples that it has seen.
struct Watched {
    alarm: Alarm,
    store: Store,
    series: crate::host::cloudwatch::metrics::SeriesId,
}

impl Watched {
    fn new(settings: Settings) -> Self {
        let mut store = Store::default();
        let series = store.need(&settings.metric, settings.need(MINUTE, DELAY as u64 * MINUTE));
        Self { alarm: Alarm::new(Arc::new(settings), series, START), store, series }
    }

    fn put(&mut self, minute: usize, samples: &[f64]) {
        samples.iter().for_each(|value| self.store.put(self.series, START + minute as u64 * MINUTE, *value));
    }

    /// Evaluates the periods up to the end of a minute.
    fn evaluate(&mut self, minute: usize) -> Option<Transition> {
        let end = START + (minute as u64 + 1) * MINUTE;
        self.alarm.evaluate(&self.store, end, end)
    }
}

/// `X`, `0` and `-`, the oldest first, as the user guide shows them.
fn points(minutes: &[Option<f64>], settings: &Settings) -> String {
    let period = (settings.period / MINUTE) as i64;
    let range = i64::from(settings.rule.evaluation_periods) + 2;
    let point = |age: i64| {
        let end = minutes.len() as i64 - age * period;
        let within = (end - period).max(0)..end.max(0);
        let samples: Vec<f64> = within.filter_map(|minute| minutes[minute as usize]).collect();
        match samples.iter().sum::<f64>() {
            _ if samples.is_empty() => '-',
            sum if sum > 1.0 => 'X',
            _ => '0',
        }
    };
    (0..range).rev().map(point).collect()
}

/// The rules of the user guide, word by word. `None` keeps the state.
fn naive(points: &str, rule: Rule) -> Option<AlarmState> {
    let (n, m) = (rule.evaluation_periods as usize, rule.datapoints_to_alarm as usize);
    let mut real = points.replace('-', "");
    let decide = |points: &str| match points.matches('X').count() >= m {
        true => AlarmState::Alarm,
        false => AlarmState::Ok,
    };
    if real.len() >= n {
        return Some(decide(&real.split_off(real.len() - n)));
    }
    let filled = |with: &str| decide(&(real.clone() + &with.repeat(n - real.len())));
    match rule.missing {
        TreatMissingData::Breaching => Some(filled("X")),
        TreatMissingData::NotBreaching => Some(filled("0")),
        _ if filled("0") == AlarmState::Alarm => Some(AlarmState::Alarm),
        _ if real.contains('0') => Some(AlarmState::Ok),
        TreatMissingData::Ignore => None,
        TreatMissingData::Missing => match points.find('X') {
            Some(oldest) if points.len() - oldest >= m => Some(AlarmState::Alarm),
            _ => Some(AlarmState::InsufficientData),
        },
    }
}

fn treatment() -> impl Strategy<Value = TreatMissingData> {
    prop::sample::select(vec![
        TreatMissingData::Breaching,
        TreatMissingData::Ignore,
        TreatMissingData::Missing,
        TreatMissingData::NotBreaching,
    ])
}

proptest! {
    #[test]
    fn an_alarm_is_where_the_naive_one_is(
        (n, m) in (1..5_u32).prop_flat_map(|n| (Just(n), 1..=n)),
        period in 1..4_u64,
        missing in treatment(),
        minutes in prop::collection::vec(prop::option::weighted(0.4, prop::sample::select(vec![0.0, 1.0, 2.0])), 1..60),
    ) {
        let mut watched = Watched::new(settings(m, n, period, missing));
        let mut expected = AlarmState::InsufficientData;
        let mut written = 0;
        for passed in 0..minutes.len() {
            while written < minutes.len().min(passed + DELAY) {
                watched.put(written, minutes[written].as_slice());
                written += 1;
            }
            let before = expected;
            let points = points(&minutes[..=passed], &watched.alarm.settings);
            expected = naive(&points, watched.alarm.settings.rule).unwrap_or(expected);
            let change = watched.evaluate(passed);
            prop_assert_eq!(watched.alarm.state, expected, "minute {}: {}", passed, points);
            let told = change.map(|change| (change.from, change.to));
            prop_assert_eq!(told, (before != expected).then_some((before, expected)));
        }
    }
}

#[test]
fn missing_data_of_tables_is_always_ignored() {
    let read = |namespace: &str| {
        let alarm = rez_topology::Alarm {
            name: "throttled".to_owned(),
            description: None,
            namespace: namespace.to_owned(),
            metric: "ThrottledRequests".to_owned(),
            dimensions: BTreeMap::new(),
            statistic: "Sum".to_owned(),
            period: std::time::Duration::from_secs(60),
            evaluation_periods: 1,
            datapoints_to_alarm: 1,
            threshold: 0.0,
            comparison: "GreaterThanThreshold".to_owned(),
            treat_missing_data: "breaching".to_owned(),
            actions_enabled: true,
            actions: Vec::new(),
            ok_actions: Vec::new(),
        };
        Settings::read(&alarm).unwrap().rule.missing
    };
    assert_eq!(read("AWS/DynamoDB"), TreatMissingData::Ignore);
    assert_eq!(read("AWS/Lambda"), TreatMissingData::Breaching);
}

fn check(settings: Settings, minutes: &[&[f64]], expected: &str) {
    let mut watched = Watched::new(settings);
    let changes = minutes.iter().enumerate().filter_map(|(minute, samples)| {
        watched.put(minute, samples);
        watched.evaluate(minute)
    });
    assert_eq!(changes.last().unwrap().reason, expected);
}

#[test]
fn reasons_are_in_the_words_of_aws() {
    let one = |missing| settings(1, 1, 1, missing);
    check(
        one(TreatMissingData::Missing),
        &[&[0.0], &[2.0, 0.5]],
        "Threshold Crossed: 1 out of the last 1 datapoints [2.5 (23/11/26 00:01:00)] was greater than the threshold (1.0) \
         (minimum 1 datapoint for OK -> ALARM transition).",
    );
    check(
        settings(2, 3, 1, TreatMissingData::Missing),
        &[&[2.0], &[3.0], &[0.0], &[1.0]],
        "Threshold Crossed: 2 out of the last 3 datapoints [1.0 (23/11/26 00:03:00), 0.0 (23/11/26 00:02:00)] were not \
         greater than the threshold (1.0) (minimum 2 datapoints for ALARM -> OK transition).",
    );
    check(
        one(TreatMissingData::NotBreaching),
        &[&[]],
        "Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was treated as [NonBreaching].",
    );
    check(
        settings(3, 3, 1, TreatMissingData::Breaching),
        &[&[2.0]],
        "Threshold Crossed: 1 out of the last 3 datapoints [2.0 (23/11/26 00:00:00)] was greater than the threshold (1.0) \
         and 2 missing datapoints were treated as [Breaching] (minimum 3 datapoints for INSUFFICIENT_DATA -> ALARM \
         transition).",
    );
    check(one(TreatMissingData::Missing), &[&[0.0], &[], &[], &[]], "Insufficient Data: 1 datapoint was unknown.");
}
