//! What the template calls the things that checkers and the workload look at.

use std::collections::BTreeMap;

use anyhow::Context;
use rez_topology::Topology;

use super::functions::{JWT_AUTHORIZER, MESSAGE_PROCESSOR, NOTIFICATION_SERVICE, WEB_API};
use crate::checkers::Names;

const MESSAGES_TABLE: &str = "MessagesTable";
const COUNTERS_TABLE: &str = "CountersTable";
const CONFIG_TABLE: &str = "ConfigTable";
const QUEUE: &str = "MessagesQueue";
const DEAD_LETTER_QUEUE: &str = "MessagesDeadLetterQueue";
const TOPIC: &str = "MessagesTopic";
const NTFY_URL: &str = "NtfyUrl";
const STAGE: &str = "Stage";
pub const HTTP_API: &str = "HttpApi";
pub const USER_POOL: &str = "UserPool";
pub const KEY: &str = "Key";

/// # Errors
/// The first thing that the template lacks.
pub fn names(topology: &Topology, secrets: &[&str]) -> anyhow::Result<Names> {
    let table = |id| find(topology, &topology.tables, "table", id).map(|table| table.name.clone());
    let queue = |id| find(topology, &topology.queues, "queue", id).map(|queue| queue.name.clone());
    let function = |id| find(topology, &topology.functions, "function", id).map(|function| function.name.clone());
    Ok(Names {
        messages_table: table(MESSAGES_TABLE)?,
        counters_table: table(COUNTERS_TABLE)?,
        config_table: table(CONFIG_TABLE)?,
        queue: queue(QUEUE)?,
        dead_letter_queue: queue(DEAD_LETTER_QUEUE)?,
        processor: function(MESSAGE_PROCESSOR)?,
        notifier: function(NOTIFICATION_SERVICE)?,
        front_door: [function(WEB_API)?, function(JWT_AUTHORIZER)?].into(),
        ntfy: ntfy_host(topology)?,
        secrets: secrets.iter().map(|secret| (*secret).to_owned()).collect(),
    })
}

/// The host, and the port if there is one, of the address that the functions send notifications to.
///
/// # Errors
/// When the template's parameter is missing or no address.
pub fn ntfy_host(topology: &Topology) -> anyhow::Result<String> {
    let url = parameter(topology, NTFY_URL)?;
    let uri: Option<http::Uri> = url.parse().ok();
    let authority = uri.as_ref().and_then(http::Uri::authority).map(ToString::to_string);
    let place = || topology.origin.of_parameter(NTFY_URL);
    authority.with_context(|| format!("{}: parameter `{NTFY_URL}` is `{url}` (expected a URL)", place()))
}

/// # Errors
/// When the template has no such topic.
pub fn topic_arn(topology: &Topology) -> anyhow::Result<&str> {
    find(topology, &topology.topics, "topic", TOPIC).map(|topic| topic.arn.as_str())
}

/// `/rez-agent/STAGE/NAME`.
///
/// # Errors
/// When the template has no stage.
pub fn secret(topology: &Topology, name: &str) -> anyhow::Result<String> {
    let stage = parameter(topology, STAGE)?;
    Ok(format!("/rez-agent/{stage}/{name}"))
}

fn parameter<'a>(topology: &'a Topology, name: &str) -> anyhow::Result<&'a String> {
    let missing = || format!("{}: the template has no parameter `{name}`", topology.origin.of_parameter(name));
    topology.parameters.get(name).with_context(missing)
}

/// One of `all` in a template.
///
/// # Errors
/// When it is not there, with the place where it should be.
pub fn find<'a, T>(topology: &Topology, all: &'a BTreeMap<String, T>, what: &str, id: &str) -> anyhow::Result<&'a T> {
    all.get(id).with_context(|| format!("{}: the template has no {what} `{id}`", topology.origin.of_resources()))
}
