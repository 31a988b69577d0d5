//! `AWS::CloudWatch::Alarm` on one metric.

use std::time::Duration;

use super::Reading;
use crate::error::alternatives;
use crate::model::{Alarm, Topology};
use crate::section::Section;

const STATISTICS: [&str; 5] = ["Average", "Maximum", "Minimum", "SampleCount", "Sum"];
const COMPARISONS: [&str; 4] =
    ["GreaterThanOrEqualToThreshold", "GreaterThanThreshold", "LessThanOrEqualToThreshold", "LessThanThreshold"];
const MISSING_DATA: [&str; 4] = ["breaching", "ignore", "missing", "notBreaching"];

/// Actions that an alarm may have for one state (`PutMetricAlarm`).
const ACTIONS_MAX: usize = 5;

const DAY_SECONDS: u64 = 86_400;

pub(crate) fn read(reading: &Reading<'_>, topology: &mut Topology) {
    let properties = reading.properties();
    properties.deployment_only(&["Tags"]);
    properties.not_modelled(&["Unit"]);
    for required in ["ComparisonOperator", "EvaluationPeriods", "Period", "Threshold"] {
        properties.require(required);
    }
    let namespace = properties.required_text("Namespace");
    let period = period(&properties, &namespace);
    let evaluation_periods = evaluation_periods(&properties, period);
    let datapoints = properties.number("DatapointsToAlarm", 1..=evaluation_periods);
    let alarm = Alarm {
        name: reading.name(),
        description: properties.text("AlarmDescription"),
        namespace,
        metric: properties.required_text("MetricName"),
        dimensions: properties.sections("Dimensions").iter().map(dimension).collect(),
        statistic: statistic(&properties),
        period,
        evaluation_periods,
        datapoints_to_alarm: datapoints.unwrap_or(evaluation_periods),
        threshold: properties.number("Threshold", f64::MIN..=f64::MAX).unwrap_or_default(),
        comparison: properties.one_of("ComparisonOperator", &COMPARISONS).unwrap_or_default(),
        treat_missing_data: properties.one_of("TreatMissingData", &MISSING_DATA).unwrap_or("missing".to_owned()),
        actions_enabled: properties.flag("ActionsEnabled").unwrap_or(true),
        actions: actions(&properties, "AlarmActions"),
        ok_actions: actions(&properties, "OKActions"),
    };
    topology.alarms.insert(reading.id(), alarm);
}

fn dimension(section: &Section<'_>) -> (String, String) {
    (section.required_text("Name"), section.required_text("Value"))
}

/// A statistic by its name, or a percentile such as `p99.9`.
pub(super) fn any_statistic(section: &Section<'_>, key: &'static str) -> Option<String> {
    let node = section.find(key)?;
    let known = node.as_text().filter(|text| STATISTICS.contains(text) || is_percentile(text));
    if known.is_none() {
        section.wrong(key, node, format_args!("{}, or a percentile like `p99`", alternatives(STATISTICS)));
    }
    known.map(str::to_owned)
}

fn is_percentile(text: &str) -> bool {
    let percent = text.strip_prefix('p').and_then(|number| number.parse::<f64>().ok());
    percent.is_some_and(|percent| percent > 0.0 && percent <= 100.0)
}

/// `Statistic`, or the percentile of `ExtendedStatistic`.
fn statistic(properties: &Section<'_>) -> String {
    let plain = properties.one_of("Statistic", &STATISTICS);
    let percentile = properties.text("ExtendedStatistic");
    if let (Some(node), false) = (properties.find("ExtendedStatistic"), percentile.as_deref().is_none_or(is_percentile))
    {
        properties.wrong("ExtendedStatistic", node, "a percentile like `p99`");
    }
    if plain.is_none() && percentile.is_none() {
        properties.require("Statistic");
    }
    plain.or(percentile).unwrap_or_default()
}

/// Those of one state.
fn actions(properties: &Section<'_>, key: &'static str) -> Vec<String> {
    let actions = properties.texts(key);
    if let (true, Some(node)) = (actions.len() > ACTIONS_MAX, properties.find(key)) {
        properties.wrong(key, node, format_args!("at most {ACTIONS_MAX} actions"));
    }
    actions
}

/// So many periods as make a day together; with periods of an hour and more, seven days (`PutMetricAlarm`).
fn evaluation_periods(properties: &Section<'_>, period: Duration) -> u32 {
    let periods = properties.number("EvaluationPeriods", 1..=u32::MAX).unwrap_or(1);
    let (days, span) = if period.as_secs() < 3_600 { (1, "one day") } else { (7, "7 days") };
    let most = days * DAY_SECONDS / period.as_secs();
    if let (true, Some(node)) = (u64::from(periods) > most, properties.find("EvaluationPeriods")) {
        properties.wrong("EvaluationPeriods", node, format_args!("at most {most}, for {span} of `Period`"));
    }
    periods
}

/// 10, 20, 30, or a multiple of 60 seconds up to a day. AWS takes the short ones for its own metrics too, though these
/// have no data finer than a minute, and the alarm has mostly none.
fn period(properties: &Section<'_>, namespace: &str) -> Duration {
    let seconds = properties.number("Period", 10..=DAY_SECONDS).unwrap_or(60);
    if let (false, Some(node)) =
        ([10, 20, 30].contains(&seconds) || seconds.is_multiple_of(60), properties.find("Period"))
    {
        properties.wrong("Period", node, "10, 20, 30 or a multiple of 60 seconds");
    }
    if let (true, Some(node)) = (seconds < 60 && namespace.starts_with("AWS/"), properties.find("Period")) {
        properties.wrong("Period", node, format_args!("at least 60 seconds for a metric of `{namespace}`"));
    }
    Duration::from_secs(seconds)
}
