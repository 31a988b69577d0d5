//! Mistakes in keys, dashboards, statistics and sampling rules.

use super::{check, check_resource};

#[test]
fn keys() {
    let policy = "KeyPolicy:\n  Statement: [{ Effect: Allow, Action: kms:Decrypt, Resource: '*', Principal: { AWS: \
                  'arn:aws:iam::1:root' } }]\n";
    check_resource("AWS::KMS::Key", policy, &[]);
    check_resource("AWS::KMS::Key", "EnableKeyRotation: true", &["5: missing property `KeyPolicy` of `AWS::KMS::Key`"]);
    check_resource(
        "AWS::KMS::Key",
        &format!("{policy}KeySpec: RSA_2048"),
        &["7: `KeySpec` of `AWS::KMS::Key` is `RSA_2048` (expected `SYMMETRIC_DEFAULT`)"],
    );
    check_resource(
        "AWS::KMS::Alias",
        "AliasName: secrets\nTargetKeyId: k",
        &[
            "5: `AliasName` of `AWS::KMS::Alias` is `secrets` (expected `alias/NAME`)",
            "6: `TargetKeyId` of `AWS::KMS::Alias` is `k` (expected a key of this template)",
        ],
    );
}

#[track_caller]
fn check_dashboard(widgets: &str, expected: &[&str]) {
    let body = format!(r#"{{"widgets":[{widgets}]}}"#);
    check_resource("AWS::CloudWatch::Dashboard", &format!("DashboardBody: '{body}'"), expected);
}

fn widget(place: &str, properties: &str) -> String {
    format!(r#"{{"type":"metric",{place},"properties":{{"title":"t",{properties}}}}}"#)
}

#[test]
fn dashboards() {
    let place = r#""x":0,"y":0,"width":12,"height":6"#;
    let what = "widget 1 of `DashboardBody`";
    let row = "[namespace, metric, dimension, value, …, {options}]";
    check_dashboard(&widget(place, r#""metrics":[["n","metric","d","v",{"stat":"p99"}],["n","metric"]]"#), &[]);
    check_dashboard(
        &widget(r#""x":13,"y":0,"width":12,"height":6"#, r#""metrics":[]"#),
        &[&format!("5: `width` of {what} is `12` (expected at most 11 beside `x`)")],
    );
    for bad in [r#"["one"]"#, r#"[".","metric"]"#, r#"["n","metric","d"]"#, r#"[{"expression":"a+b"}]"#, r#""text""#] {
        let found = super::mistakes_with(
            &super::resource(
                "AWS::CloudWatch::Dashboard",
                &format!("DashboardBody: '{{\"widgets\":[{}]}}'", widget(place, &format!(r#""metrics":[{bad}]"#))),
            ),
            &rez_topology::Options::default(),
        );
        assert!(found.len() == 1 && found[0].ends_with(&format!("(expected {row})")), "{bad}: {found:?}");
    }
    let statistics = "`Average`, `Maximum`, `Minimum`, `SampleCount` or `Sum`, or a percentile like `p99`";
    check_dashboard(
        &widget(place, r#""metrics":[],"stat":"p101""#),
        &[&format!("5: `stat` of `properties` of {what} is `p101` (expected {statistics})")],
    );
    check_dashboard(
        &format!(r#"{{"type":"gauge",{place}}}"#),
        &[&format!("5: `type` of {what} is `gauge` (expected `alarm` or `metric`)")],
    );
    check_dashboard(
        &format!(r#"{{"type":"alarm",{place},"properties":{{"title":"t"}}}}"#),
        &[&format!("5: missing property `alarms` of `properties` of {what}")],
    );
    check_resource(
        "AWS::CloudWatch::Dashboard",
        "DashboardBody: '{\"widgets\":[],}'",
        &["5: `DashboardBody` is no JSON (trailing comma at line 1 column 15)"],
    );
}

#[test]
fn percentiles() {
    let alarm =
        "Namespace: n\nMetricName: m\nComparisonOperator: LessThanThreshold\nThreshold: 1\nEvaluationPeriods: 2\n";
    check_resource(
        "AWS::CloudWatch::Alarm",
        &format!("{alarm}Period: 60\nExtendedStatistic: tm90"),
        &["11: `ExtendedStatistic` of `AWS::CloudWatch::Alarm` is `tm90` (expected a percentile like `p99`)"],
    );
    let found = super::mistakes_with(
        &super::resource("AWS::CloudWatch::Alarm", &format!("{alarm}Period: 60\nStatistic: Sum\nMetrics: []")),
        &rez_topology::Options::default(),
    );
    assert!(
        found.len() == 1 && found[0].starts_with("12: unknown property `Metrics` of `AWS::CloudWatch::Alarm`"),
        "{found:?}"
    );
}

#[test]
fn sampling_rules() {
    check_resource(
        "AWS::XRay::SamplingRule",
        "SamplingRule: { RuleName: r, Priority: 0, FixedRate: 5, ReservoirSize: 0, ServiceName: s }",
        &[
            "5: `FixedRate` of `SamplingRule` of `AWS::XRay::SamplingRule` is `5` (expected a number from 0 to 1)",
            "5: `Priority` of `SamplingRule` of `AWS::XRay::SamplingRule` is `0` (expected a number from 1 to 9999)",
        ],
    );
    check(
        "Resources:\n  R: { Type: AWS::XRay::SamplingRule }",
        &["2: missing property `SamplingRule` of `AWS::XRay::SamplingRule`"],
    );
}

/// Properties that an alarm on `m` of `namespace` has beside `rest`, which begins in line 10.
fn alarm(namespace: &str, rest: &str) -> String {
    format!(
        "Namespace: {namespace}\nMetricName: m\nStatistic: Sum\nComparisonOperator: LessThanThreshold\nThreshold: 1\n{rest}"
    )
}

#[track_caller]
fn check_alarm(rest: &str, expected: &[&str]) {
    check_resource("AWS::CloudWatch::Alarm", &alarm("n", rest), expected);
}

#[test]
fn an_alarm_looks_back_a_day_or_with_hours_a_week() {
    let periods = |what: &str| format!("11: `EvaluationPeriods` of `AWS::CloudWatch::Alarm` is {what}");
    check_alarm("Period: 60\nEvaluationPeriods: 1440", &[]);
    check_alarm(
        "Period: 60\nEvaluationPeriods: 1441",
        &[&periods("`1441` (expected at most 1440, for one day of `Period`)")],
    );
    check_alarm("Period: 3540\nEvaluationPeriods: 24", &[]);
    check_alarm(
        "Period: 3540\nEvaluationPeriods: 25",
        &[&periods("`25` (expected at most 24, for one day of `Period`)")],
    );
    check_alarm("Period: 3600\nEvaluationPeriods: 168", &[]);
    check_alarm(
        "Period: 3600\nEvaluationPeriods: 169",
        &[&periods("`169` (expected at most 168, for 7 days of `Period`)")],
    );
}

#[test]
fn an_alarm_tells_at_most_five() {
    let minute = "Period: 60\nEvaluationPeriods: 1\n";
    check_alarm(&format!("{minute}AlarmActions: [a, b, c, d, e]\nOKActions: [a, b, c, d, e]"), &[]);
    let list = "of `AWS::CloudWatch::Alarm` is a list (expected at most 5 actions)";
    check_alarm(
        &format!("{minute}AlarmActions: [a, b, c, d, e, f]\nOKActions: [a, b, c, d, e, f]"),
        &[&format!("12: `AlarmActions` {list}"), &format!("13: `OKActions` {list}")],
    );
}

#[test]
fn what_would_change_a_metric_is_refused_by_name() {
    check_alarm(
        "Period: 60\nEvaluationPeriods: 1\nUnit: Seconds",
        &["12: `Unit` of `AWS::CloudWatch::Alarm` is not modelled"],
    );
    check_resource(
        "AWS::Logs::MetricFilter",
        "LogGroupName: g\nFilterPattern: p\nMetricTransformations:\n  - MetricNamespace: n\n    MetricName: m\n    \
         MetricValue: '1'\n    DefaultValue: 0\n    Unit: Count",
        &[
            "11: `DefaultValue` of `MetricTransformations` of `AWS::Logs::MetricFilter` is not modelled",
            "12: `Unit` of `MetricTransformations` of `AWS::Logs::MetricFilter` is not modelled",
        ],
    );
}

#[test]
fn metrics_of_aws_have_no_data_within_a_minute() {
    let properties = |namespace| alarm(namespace, "Period: 30\nEvaluationPeriods: 1");
    check_resource("AWS::CloudWatch::Alarm", &properties("shop"), &[]);
    check_resource(
        "AWS::CloudWatch::Alarm",
        &properties("AWS/SQS"),
        &["10: `Period` of `AWS::CloudWatch::Alarm` is `30` (expected at least 60 seconds for a metric of `AWS/SQS`)"],
    );
}
