//! What invokes a function: the `Events` of a SAM function, and `AWS::Lambda::Permission`.

use std::time::Duration;

use super::{Reading, rule};
use crate::model::{Declaration, EventSource, Permission, Schedule, Topology};
use crate::section::Section;

const QUEUE: &str = "SQS";
const SCHEDULE: &str = "Schedule";

/// Whether one of the function's events is a queue.
pub(super) fn polls_queue(properties: &Section<'_>) -> bool {
    let events = properties.find("Events").map(|events| events.entries()).unwrap_or_default();
    events.iter().any(|event| event.value.get("Type").and_then(|kind| kind.as_text()) == Some(QUEUE))
}

/// Reads the function's `Events`. As in SAM, the resource made of one is called after the function and the event.
pub(super) fn read_all(reading: &Reading<'_>, properties: &Section<'_>, topology: &mut Topology) {
    let Some(events) = properties.find("Events") else { return };
    for entry in events.entries() {
        let event = Section::open(&entry.value, format!("event `{}`", entry.key), reading.scope.report);
        event.require("Type");
        event.require("Properties");
        let id = format!("{}{}", reading.resource.id, entry.key);
        let kind = event.one_of("Type", &[QUEUE, SCHEDULE]);
        // Without a known type nothing can be said of the properties.
        let Some(kind) = kind else {
            event.deployment_only(&["Properties"]);
            continue;
        };
        let Some(properties) = event.section("Properties") else { continue };
        topology.origin.declarations.insert(id.clone(), Declaration::new(entry.line, properties.node()));
        if kind == QUEUE {
            topology.event_sources.insert(id, event_source(&properties, &reading.resource.id));
        } else {
            schedule(reading, &properties, &id, topology);
        }
    }
}

fn event_source(properties: &Section<'_>, function: &str) -> EventSource {
    let responses = properties.texts("FunctionResponseTypes");
    if let (Some(node), false) = (properties.find("FunctionResponseTypes"), responses == ["ReportBatchItemFailures"]) {
        properties.wrong("FunctionResponseTypes", node, "a list of `ReportBatchItemFailures`");
    }
    let scaling = properties.section("ScalingConfig");
    EventSource {
        queue_arn: properties.required_text("Queue"),
        function: function.to_owned(),
        batch_size: properties.number("BatchSize", 1..=10_000).unwrap_or(10),
        batching_window: properties.seconds("MaximumBatchingWindowInSeconds", 0..=300).unwrap_or(Duration::ZERO),
        maximum_concurrency: scaling.and_then(|scaling| scaling.number("MaximumConcurrency", 2..=1000)),
        report_batch_item_failures: !responses.is_empty(),
    }
}

/// A rule and the permission to invoke, which SAM makes of one event.
fn schedule(reading: &Reading<'_>, properties: &Section<'_>, id: &str, topology: &mut Topology) {
    properties.deployment_only(&["Description"]);
    let name = properties.text("Name").unwrap_or_else(|| format!("{}-{id}", reading.scope.place.stack));
    let (retry_attempts, event_age_max) = rule::retry_policy(properties);
    let schedule = Schedule {
        expression: rule::expression(properties, "Schedule"),
        function: reading.id(),
        qualifier: reading.scope.alias_of(reading.resource),
        input: properties.text("Input"),
        enabled: properties.flag("Enabled").unwrap_or(true),
        retry_attempts,
        event_age_max,
        name,
    };
    let permission = Permission {
        function: reading.id(),
        qualifier: schedule.qualifier.clone(),
        action: "lambda:InvokeFunction".to_owned(),
        principal: "events.amazonaws.com".to_owned(),
        source_arn: Some(reading.scope.arn(rule::ARN, &schedule.name)),
    };
    topology.permissions.insert(format!("{id}Permission"), permission);
    topology.schedules.insert(id.to_owned(), schedule);
}

pub(crate) fn permission(reading: &Reading<'_>, topology: &mut Topology) {
    let properties = reading.properties();
    properties.require("FunctionName");
    let (function, qualifier) = function(reading, &properties, "FunctionName");
    let permission = Permission {
        function,
        qualifier,
        action: properties.required_text("Action"),
        principal: properties.required_text("Principal"),
        source_arn: properties.text("SourceArn"),
    };
    topology.permissions.insert(reading.id(), permission);
}

/// The function that a property names: its logical id, and the alias if it is one; reported, and empty, when there is none.
pub(super) fn function(reading: &Reading<'_>, properties: &Section<'_>, key: &'static str) -> (String, Option<String>) {
    let Some(node) = properties.find(key) else { return Default::default() };
    let found = node.as_text().and_then(|text| reading.scope.function(invoked(text)));
    if found.is_none() {
        properties.wrong(key, node, "a function of this template");
    }
    found.map(|(id, alias)| (id.to_owned(), alias)).unwrap_or_default()
}

/// What API Gateway's own way to name a function is about: `…:lambda:path/2015-03-31/functions/ARN/invocations`.
fn invoked(name: &str) -> &str {
    let arn = name.split_once(":lambda:path/2015-03-31/functions/").map(|(_, rest)| rest);
    arn.and_then(|rest| rest.strip_suffix("/invocations")).unwrap_or(name)
}
