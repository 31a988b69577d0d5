//! What AWS would refuse, or silently never deliver, although every single property is fine.

use std::time::Duration;

use crate::error::{Report, alternatives};
use crate::model::{EventSource, Function, HttpApi, Topology, UserPool, UserPoolClient};
use crate::template::Template;

/// The largest batch that Lambda hands out without waiting for it to fill.
const BATCH_SIZE_WITHOUT_WINDOW_MAX: u32 = 10;

/// What functions may reserve of the 1,000 concurrent executions of an account: Lambda keeps 100 unreserved
/// ("Understanding Lambda function scaling").
const RESERVED_CONCURRENCY_MAX: u32 = 900;

/// Those that every user pool has ("Scopes, M2M, and resource servers").
const SCOPES: [&str; 5] = ["aws.cognito.signin.user.admin", "email", "openid", "phone", "profile"];

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
    check_reserved_concurrency(topology, line_of, report);
    for (id, function) in &topology.functions {
        let deployment = function.alias.as_ref().and_then(|alias| alias.deployment.as_ref());
        for alarm in deployment.map(|deployment| deployment.alarms.as_slice()).unwrap_or_default() {
            if topology.alarms.values().all(|known| known.name != *alarm) {
                report.add(line_of(id), format!("alarm `{alarm}` is not in this template"));
            }
        }
    }
    for (id, schedule) in &topology.schedules {
        let invoked = (schedule.function.as_str(), &schedule.qualifier);
        check_qualifier(topology, invoked, "events.amazonaws.com", line_of(id), report);
    }
    for (id, api) in &topology.http_apis {
        check_api(topology, api, line_of(id), report);
    }
    for pool in topology.user_pools.values() {
        for (id, client) in &pool.clients {
            check_scopes(pool, client, line_of(id), report);
        }
    }
    for (id, subscription) in &topology.subscriptions {
        if topology.topic_by_arn(&subscription.topic_arn).is_none() {
            report.add(line_of(id), format!("topic `{}` is not in this template", subscription.topic_arn));
        }
    }
}

/// Reports the first function, from the top of the template, for which too little is left.
fn check_reserved_concurrency(topology: &Topology, line_of: impl Fn(&str) -> usize, report: &Report) {
    let reserved = |(id, function): (&String, &Function)| Some((line_of(id), function.reserved_concurrency?));
    let mut functions: Vec<_> = topology.functions.iter().filter_map(reserved).collect();
    functions.sort_unstable();
    let mut sum = 0;
    for (line, reserved) in functions {
        sum += reserved;
        if sum > RESERVED_CONCURRENCY_MAX {
            let most = format!("expected at most {RESERVED_CONCURRENCY_MAX}");
            report.add(line, format!("functions up to here reserve a concurrency of {sum} ({most})"));
            return;
        }
    }
}

fn check_scopes(pool: &UserPool, client: &UserPoolClient, line: usize, report: &Report) {
    let offered: Vec<_> = pool.scopes.values().flatten().map(String::as_str).chain(SCOPES).collect();
    for scope in client.scopes.iter().filter(|scope| !offered.contains(&scope.as_str())) {
        let offered = alternatives(&offered);
        report.add(line, format!("user pool `{}` has no scope `{scope}` (expected {offered})", pool.name));
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

fn check_api(topology: &Topology, api: &HttpApi, line: usize, report: &Report) {
    if api.stage.is_empty() {
        report.add(line, format!("HTTP API `{}` has no stage", api.name));
    }
    let of_routes = api.routes.iter().map(|route| (route.function.as_str(), &route.qualifier));
    let of_authorizers = api.authorizers.values().map(|it| (it.function.as_str(), &it.qualifier));
    for invoked in of_routes.chain(of_authorizers) {
        check_qualifier(topology, invoked, "apigateway.amazonaws.com", line, report);
    }
}

/// A permission for a function does not extend to its alias, nor the other way round; AWS refuses at the first event.
fn check_qualifier(
    topology: &Topology,
    (function, qualifier): (&str, &Option<String>),
    principal: &str,
    line: usize,
    report: &Report,
) {
    let of = topology.permissions.values().filter(|it| it.function == function && it.principal == principal);
    let qualifiers: Vec<_> = of.map(|permission| &permission.qualifier).collect();
    if qualifiers.is_empty() || qualifiers.contains(&qualifier) {
        return;
    }
    let written = |of: &Option<String>| of.as_ref().map_or(function.to_owned(), |of| format!("{function}:{of}"));
    let permitted = alternatives(qualifiers.into_iter().map(written));
    report.add(line, format!("`{principal}` invokes `{}`, but may invoke {permitted}", written(qualifier)));
}
