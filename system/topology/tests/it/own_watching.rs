//! Alarms, dashboard, queries, traces and gradual deployments of `system/template.yaml`.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use rez_topology::{Alarm, Graph, Shows, Topology};

use crate::deployed;

/// `STATISTIC NAMESPACE METRIC COMPARISON THRESHOLD, M of N x PERIOD, MISSING`.
fn said(alarm: &Alarm) -> String {
    let comparison = match alarm.comparison.as_str() {
        "GreaterThanThreshold" => ">",
        "GreaterThanOrEqualToThreshold" => ">=",
        "LessThanThreshold" => "<",
        other => other,
    };
    let Alarm { statistic, namespace, metric, threshold, datapoints_to_alarm: m, evaluation_periods: n, .. } = alarm;
    let (period, missing) = (alarm.period.as_secs(), &alarm.treat_missing_data);
    format!("{statistic} {namespace} {metric} {comparison} {threshold}, {m} of {n} x {period} s, {missing}")
}

#[test]
fn every_alarm() {
    let topology = deployed("dev");
    let seen: Vec<_> = topology.alarms.iter().map(|(id, alarm)| (id.as_str(), said(alarm))).collect();
    let errors = "Sum AWS/Lambda Errors > 0, 1 of 1 x 300 s, notBreaching";
    let expected = [
        ("ApiLatencyP95", "p95 AWS/ApiGateway Latency > 500, 3 of 3 x 300 s, notBreaching"),
        ("ApiLatencyP99", "p99 AWS/ApiGateway Latency > 1000, 3 of 3 x 300 s, notBreaching"),
        ("ApiServerErrors", "Sum AWS/ApiGateway 5xx >= 5, 2 of 3 x 300 s, notBreaching"),
        ("CircuitBreakerOpen", "Maximum rez-agent CircuitBreakerState >= 2, 2 of 3 x 60 s, notBreaching"),
        ("DailyMessageDidNotRun", "Sum rez-agent MessagesCreated < 1, 25 of 25 x 3600 s, breaching"),
        (
            "DeadLetterQueueNotEmpty",
            "Maximum AWS/SQS ApproximateNumberOfMessagesVisible > 0, 1 of 1 x 60 s, notBreaching",
        ),
        ("JwtAuthorizerErrors", errors),
        ("LiveTokensRefused", "Sum rez-agent LiveTokensRefused >= 10, 1 of 3 x 300 s, notBreaching"),
        ("MessageProcessorErrors", errors),
        ("NotificationServiceErrors", errors),
        ("OurOwnFault", "Sum rez-agent SystemFailures > 0, 1 of 1 x 300 s, notBreaching"),
        ("SchedulerErrors", errors),
        ("WebApiErrors", errors),
    ];
    assert_eq!(seen, expected.map(|(id, text)| (id, text.to_owned())));
}

#[test]
fn an_alarm_watches_what_it_is_named_after() {
    let topology = deployed("prod");
    let one = |name: &str, value: &str| BTreeMap::from([(name.to_owned(), value.to_owned())]);
    for (id, function) in &topology.functions {
        assert_eq!(topology.alarms[&format!("{id}Errors")].dimensions, one("FunctionName", &function.name));
    }
    let dead_letters = &topology.queues["MessagesDeadLetterQueue"].name;
    assert_eq!(topology.alarms["DeadLetterQueueNotEmpty"].dimensions, one("QueueName", dead_letters));
    let api = &topology.http_apis["HttpApi"];
    for id in ["ApiServerErrors", "ApiLatencyP95", "ApiLatencyP99"] {
        let dimensions = &topology.alarms[id].dimensions;
        assert_eq!((dimensions["ApiId"].as_str(), dimensions["Stage"].as_str()), (api.id.as_str(), api.stage.as_str()));
    }
}

#[test]
fn the_heartbeat_alarm_takes_silence_for_failure() {
    let alarm = &deployed("dev").alarms["DailyMessageDidNotRun"];
    assert_eq!(alarm.treat_missing_data, "breaching");
    assert!(alarm.period * alarm.evaluation_periods > Duration::from_secs(24 * 3600));
    assert_eq!(alarm.datapoints_to_alarm, alarm.evaluation_periods);
}

#[test]
fn an_alarm_takes_a_new_version_back() {
    for (stage, configuration) in [("dev", "AllAtOnce"), ("stage", "AllAtOnce"), ("prod", "Canary10Percent15Minutes")] {
        let topology = deployed(stage);
        for (id, function) in &topology.functions {
            let alias = function.alias.as_ref().expect("every function has one");
            assert_eq!((alias.name.as_str(), &alias.arn), ("live", &format!("{}:live", function.arn)));
            let deployment = alias.deployment.as_ref().expect("gradual");
            // One that refuses everybody is told by how many it refuses, and a tenth of them is too few.
            let configuration = match (stage, id.as_str()) {
                ("prod", "JwtAuthorizer") => "Linear10PercentEvery3Minutes",
                _ => configuration,
            };
            assert_eq!(deployment.configuration, format!("CodeDeployDefault.Lambda{configuration}"));
            // What a function answers with, or puts off, is no error of its invocations.
            let more = match id.as_str() {
                "WebApi" => Some("ApiServerErrors"),
                "JwtAuthorizer" => Some("LiveTokensRefused"),
                "MessageProcessor" | "NotificationService" => Some("OurOwnFault"),
                _ => None,
            };
            let errors = format!("{id}Errors");
            let alarms = [Some(errors.as_str()), more].into_iter().flatten();
            assert!(deployment.alarms.iter().eq(alarms.map(|alarm| &topology.alarms[alarm].name)), "{deployment:?}");
        }
    }
}

/// What is invoked past its alias would not be part of a gradual deployment.
#[test]
fn everybody_invokes_the_alias() {
    let topology = deployed("dev");
    let live = Some("live".to_owned());
    assert!(topology.schedules.values().all(|schedule| schedule.qualifier == live));
    assert!(topology.permissions.values().all(|permission| permission.qualifier == live));
    let api = &topology.http_apis["HttpApi"];
    assert!(api.routes.iter().all(|route| route.qualifier == live));
    assert!(api.authorizers.values().all(|authorizer| authorizer.qualifier == live));

    let invoked = &topology.functions["MessageProcessor"].environment["NOTIFICATION_FUNCTION"];
    assert_eq!(topology.function_by_name(invoked).map(|(id, _)| id), Some("NotificationService"));
    let statements = topology.role_of("MessageProcessor").map(|role| role.statements.iter()).into_iter().flatten();
    let invoking = statements.filter(|it| it.actions == ["lambda:InvokeFunction"]);
    assert_eq!(invoking.map(|it| it.resources.as_slice()).collect::<Vec<_>>(), [std::slice::from_ref(invoked)]);
}

fn graphs(topology: &Topology) -> Vec<&Graph> {
    let widgets = topology.dashboards["Dashboard"].widgets.iter();
    let shown = widgets.filter_map(|widget| match &widget.shows {
        Shows::Metrics(graphs) => Some(graphs),
        Shows::Alarms(_) => None,
    });
    shown.flatten().collect()
}

#[test]
fn the_dashboard_has_twelve_widgets_that_do_not_overlap() {
    let topology = deployed("dev");
    let widgets = &topology.dashboards["Dashboard"].widgets;
    assert_eq!(widgets.len(), 12);
    let mut taken = BTreeSet::new();
    for widget in widgets {
        let tile = widget.tile;
        for cell in (tile.x..tile.x + tile.width).flat_map(|x| (tile.y..tile.y + tile.height).map(move |y| (x, y))) {
            assert!(taken.insert(cell), "`{}` covers another", widget.title);
        }
    }
}

#[test]
fn the_dashboard_shows_every_alarm_and_what_each_watches() {
    let topology = deployed("dev");
    let shown: BTreeSet<String> = topology.dashboards["Dashboard"]
        .widgets
        .iter()
        .filter_map(|widget| if let Shows::Alarms(arns) = &widget.shows { Some(arns.clone()) } else { None })
        .flatten()
        .collect();
    let arn = |alarm: &Alarm| format!("arn:aws:cloudwatch:us-east-1:123456789012:alarm:{}", alarm.name);
    assert_eq!(shown, topology.alarms.values().map(arn).collect());

    let graphs = graphs(&topology);
    for (id, alarm) in &topology.alarms {
        let is_shown = |graph: &&&Graph| graph.metric == alarm.metric && graph.dimensions == alarm.dimensions;
        assert!(graphs.iter().any(|graph| is_shown(&graph)), "{id}");
    }
}

/// A graph of something that does not exist is an empty one, and nobody notices.
#[test]
fn the_dashboard_speaks_of_what_is_deployed() {
    let topology = deployed("stage");
    let written = [
        "CircuitBreakerState",
        "EndToEndDuration",
        "LiveTokensRefused",
        "MessagesCreated",
        "MessagesProcessed",
        "NotificationsFailed",
        "NotificationsSent",
        "SystemFailures",
    ];
    for graph in graphs(&topology) {
        let is = |name: &str, known: bool| assert!(known, "{}: {name}", graph.metric);
        for (name, value) in &graph.dimensions {
            match name.as_str() {
                "FunctionName" => is(value, topology.functions.values().any(|it| it.name == *value)),
                "QueueName" => is(value, topology.queues.values().any(|it| it.name == *value)),
                "TableName" => is(value, topology.tables.values().any(|it| it.name == *value)),
                "ApiId" => is(value, topology.http_apis.values().any(|it| it.id == *value)),
                "Stage" => is(value, topology.http_apis.values().any(|it| it.stage == *value)),
                "stage" => is(value, value == "stage" && written.contains(&graph.metric.as_str())),
                other => is(other, other == "kind"),
            }
        }
    }
}

#[test]
fn queries_are_saved_over_logs_that_exist() {
    let topology = deployed("dev");
    assert!(topology.saved_queries.len() >= 5);
    for (id, query) in &topology.saved_queries {
        assert!(query.name.starts_with("rez-agent/dev/"), "{id}");
        for group in &query.log_groups {
            assert!(topology.log_groups.values().any(|known| known.name == *group), "{id}: {group}");
        }
    }
}

#[test]
fn five_percent_are_traced() {
    let rule = &deployed("dev").sampling_rules["SamplingRule"];
    assert_eq!((rule.fixed_rate, rule.reservoir_per_second, rule.service.as_str()), (0.05, 0, "rez-agent-dev-*"));
}
