//! Numbers of the template that must fit each other. Each is declared once, so nothing else can keep them in step.

use std::collections::BTreeMap;
use std::time::Duration;

use rez_topology::Statement;

use crate::deployed;

const STAGES: [&str; 3] = ["dev", "stage", "prod"];

#[test]
fn visibility_is_at_least_six_times_the_timeout_of_the_processor() {
    for stage in STAGES {
        let topology = deployed(stage);
        let visibility = topology.queues["MessagesQueue"].visibility_timeout;
        assert!(visibility >= topology.functions["MessageProcessor"].timeout * 6, "{stage}: {visibility:?}");
    }
}

#[test]
fn a_caller_outlives_its_callee() {
    let functions = deployed("dev").functions;
    assert!(functions["NotificationService"].timeout < functions["MessageProcessor"].timeout);
}

#[test]
fn a_lease_outlives_the_attempt_that_holds_it() {
    let lease = Duration::from_secs(100);
    assert!(deployed("dev").functions["MessageProcessor"].timeout < lease);
}

#[test]
fn the_queue_is_never_throttled() {
    let topology = deployed("dev");
    let source = &topology.event_sources["MessageProcessorMessages"];
    let batches = source.maximum_concurrency.expect("bounded");
    let processor = topology.functions["MessageProcessor"].reserved_concurrency.expect("reserved");
    let notifications = topology.functions["NotificationService"].reserved_concurrency.expect("reserved");
    assert!(batches <= processor);
    assert!(batches * source.batch_size <= notifications);
}

#[test]
fn evidence_outlives_what_it_came_from() {
    let queues = deployed("dev").queues;
    assert!(queues["MessagesDeadLetterQueue"].retention > queues["MessagesQueue"].retention);
}

#[test]
fn a_rule_may_invoke_its_function() {
    let topology = deployed("dev");
    for (id, schedule) in &topology.schedules {
        let arn = format!("arn:aws:events:us-east-1:123456789012:rule/{}", schedule.name);
        assert!(topology.may_invoke("events.amazonaws.com", &arn, &schedule.function), "{id}");
        assert!(!topology.may_invoke("events.amazonaws.com", "arn:aws:events:elsewhere", &schedule.function), "{id}");
        assert!(!topology.may_invoke("sns.amazonaws.com", &arn, &schedule.function), "{id}");
    }
}

#[test]
fn no_permission_is_wider_than_aws_demands() {
    let topology = deployed("prod");
    for (id, role) in &topology.roles {
        for statement in &role.statements {
            assert!(statement.actions.iter().all(|action| !action.contains('*')), "{id}: {statement:?}");
            assert!(is_narrow(statement), "{id}: {statement:?}");
        }
    }
}

/// X-Ray has no resources, and a log group's ARN ends in `:*` for its streams; nothing else may be wide.
fn is_narrow(statement: &Statement) -> bool {
    let traces = statement.actions.iter().all(|action| action.starts_with("xray:"));
    let narrow = |arn: &String| !arn.contains('*') || (arn.contains(":log-group:") && arn.ends_with(":*"));
    traces || statement.resources.iter().all(narrow)
}

#[test]
fn every_function_writes_to_a_log_group_that_forgets() {
    for (stage, days) in [("dev", 7), ("stage", 7), ("prod", 30)] {
        let topology = deployed(stage);
        for function in topology.functions.values() {
            let group = topology.log_groups.values().find(|group| group.name == function.log_group);
            assert_eq!(group.and_then(|group| group.retention_days), Some(days), "{stage}: {}", function.name);
        }
    }
}

/// An alarm on a metric that nobody writes would never go off. The functions write what EMF lines carry; everything
/// else is AWS's, or made by a filter.
#[test]
fn every_alarm_watches_a_metric_that_exists() {
    let topology = deployed("dev");
    let written = ["CircuitBreakerState", "LiveTokensRefused", "MessagesCreated"];
    for (id, alarm) in topology.alarms.iter().filter(|(_, alarm)| !alarm.namespace.starts_with("AWS/")) {
        let filters = topology.metric_filters.values();
        let filtered = filters.filter(|filter| filter.metric == alarm.metric && filter.namespace == alarm.namespace);
        let keys = |dimensions: &BTreeMap<String, String>| dimensions.keys().cloned().collect::<Vec<_>>();
        let made = filtered.into_iter().any(|filter| keys(&filter.dimensions) == keys(&alarm.dimensions));
        assert!(made || written.contains(&alarm.metric.as_str()), "{id}: {}", alarm.metric);
    }
}

#[test]
fn every_alarm_tells_somebody() {
    let topology = deployed("dev");
    let topic = &topology.topics["AlarmsTopic"].arn;
    assert!(topology.alarms.len() >= 6);
    for (id, alarm) in &topology.alarms {
        assert_eq!(std::slice::from_ref(topic), alarm.actions, "{id}");
    }
}
