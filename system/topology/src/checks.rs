//! What AWS would refuse, or silently never deliver, although every single property is fine.

use std::time::Duration;

use crate::error::Report;
use crate::model::{EventSource, Topology};
use crate::template::Template;

/// The largest batch that Lambda hands out without waiting for it to fill.
const BATCH_SIZE_WITHOUT_WINDOW_MAX: u32 = 10;

pub(crate) fn check(topology: &Topology, template: &Template, report: &Report) {
    let line_of = |id: &str| template.resources.get(id).map_or(1, |resource| resource.line);
    for source in topology.event_sources.values() {
        check_event_source(topology, source, line_of(&source.function), report);
    }
    for (id, queue) in &topology.queues {
        let target = queue.redrive.as_ref().map(|redrive| &redrive.target_arn);
        if let Some(target) = target.filter(|arn| topology.queue_by_arn(arn).is_none()) {
            report.add(line_of(id), format!("dead-letter queue `{target}` is not in this template"));
        }
    }
    for (id, function) in &topology.functions {
        let role = topology.role_of(id).filter(|role| role.trusted.iter().any(|who| who == "lambda.amazonaws.com"));
        if role.is_none() {
            report.add(line_of(id), format!("`lambda.amazonaws.com` may not assume `{}`", function.role));
        }
    }
    for (id, subscription) in &topology.subscriptions {
        if topology.topic_by_arn(&subscription.topic_arn).is_none() {
            report.add(line_of(id), format!("topic `{}` is not in this template", subscription.topic_arn));
        }
    }
}

fn check_event_source(topology: &Topology, source: &EventSource, line: usize, report: &Report) {
    let Some(queue) = topology.queue_by_arn(&source.queue_arn) else {
        report.add(line, format!("queue `{}` is not in this template", source.queue_arn));
        return;
    };
    let timeout = topology.functions.get(&source.function).map(|function| function.timeout).unwrap_or_default();
    if queue.visibility_timeout < timeout {
        let (visibility, timeout) = (queue.visibility_timeout.as_secs(), timeout.as_secs());
        let message = format!("queue visibility timeout of {visibility} s is less than the function's {timeout} s");
        report.add(line, message);
    }
    if source.batch_size > BATCH_SIZE_WITHOUT_WINDOW_MAX && source.batching_window == Duration::ZERO {
        report.add(line, format!("a batch of {} needs `MaximumBatchingWindowInSeconds`", source.batch_size));
    }
}
