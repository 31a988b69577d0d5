//! What an alarm tells its topics ("Amazon SNS notifications from CloudWatch alarms").

use jiff::Timestamp;
use serde_json::json;

use super::settings::Settings;
use super::watch::Transition;
use crate::host::cloudwatch::metrics::Statistic;
use crate::services::names;
use crate::services::sns::Publication;

/// How the notification names the Region.
const REGION: &str = "US East (N. Virginia)";

/// Characters that a subject may have.
const SUBJECT_MAX: usize = 100;

/// The notification of a change at second `at` since the Unix epoch.
pub(in crate::host::cloudwatch) fn notification(settings: &Settings, change: &Transition, at: u64) -> Publication {
    let at = Timestamp::from_second(at as i64).unwrap_or_default();
    let message = json!({
        "AlarmName": settings.name,
        "AlarmDescription": settings.description,
        "AWSAccountId": names::ACCOUNT,
        "NewStateValue": change.to.to_string(),
        "NewStateReason": change.reason,
        "StateChangeTime": at.strftime("%Y-%m-%dT%H:%M:%S.000+0000").to_string(),
        "Region": REGION,
        "AlarmArn": settings.arn(),
        "OldStateValue": change.from.to_string(),
        "OKActions": settings.ok_actions,
        "AlarmActions": settings.alarm_actions,
        "InsufficientDataActions": [],
        "Trigger": trigger(settings),
    });
    let subject: String =
        format!("{}: \"{}\" in {REGION}", change.to, settings.name).chars().take(SUBJECT_MAX).collect();
    Publication { subject: Some(subject), ..Publication::new(message.to_string()) }
}

fn trigger(settings: &Settings) -> serde_json::Value {
    let dimensions = settings.metric.dimensions.iter().map(|(name, value)| json!({ "value": value, "name": name }));
    let mut trigger = json!({
        "MetricName": settings.metric.name,
        "Namespace": settings.metric.namespace,
        "Unit": null,
        "Dimensions": dimensions.collect::<Vec<_>>(),
        "Period": settings.period,
        "EvaluationPeriods": settings.rule.evaluation_periods,
        "DatapointsToAlarm": settings.rule.datapoints_to_alarm,
        "ComparisonOperator": format!("{:?}", settings.comparison),
        "Threshold": settings.threshold,
        "TreatMissingData": settings.rule.missing.name(),
        "EvaluateLowSampleCountPercentile": "",
    });
    match settings.statistic {
        Statistic::Percentile(_) => {
            trigger["StatisticType"] = "ExtendedStatistic".into();
            trigger["ExtendedStatistic"] = settings.statistic.to_string().into();
        }
        plain => {
            trigger["StatisticType"] = "Statistic".into();
            trigger["Statistic"] = plain.to_string().to_uppercase().into();
        }
    }
    trigger
}
