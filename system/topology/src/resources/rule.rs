//! `AWS::Events::Rule`: schedules. Event patterns are not modelled.

use std::time::Duration;

use super::{Reading, event};
use crate::model::{Schedule, Topology};
use crate::section::Section;

pub(crate) const ARN: &str = "arn:aws:events:{region}:{account}:rule/{name}";

/// EventBridge's defaults: it gives up after 185 retries or 24 hours.
const RETRY_ATTEMPTS_DEFAULT: u32 = 185;
const EVENT_AGE_DEFAULT: Duration = Duration::from_secs(24 * 3600);

pub(crate) fn read(reading: &Reading<'_>, topology: &mut Topology) {
    let properties = reading.properties();
    properties.deployment_only(&["Description", "Tags"]);
    properties.require("Targets");
    let expression = expression(&properties, "ScheduleExpression");
    let state = properties.one_of("State", &["ENABLED", "DISABLED"]);
    let Some(target) = properties.only_section("Targets") else { return };
    target.required_text("Id");
    target.require("Arn");
    let (retry_attempts, event_age_max) = retry_policy(&target);
    let (function, qualifier) = event::function(reading, &target, "Arn");
    let schedule = Schedule {
        name: reading.name(),
        expression,
        function,
        qualifier,
        input: target.text("Input"),
        enabled: state.as_deref() != Some("DISABLED"),
        retry_attempts,
        event_age_max,
    };
    topology.schedules.insert(reading.id(), schedule);
}

/// `rate(…)` or `cron(…)`. What is between the parentheses is for the scheduler that runs it to understand.
pub(super) fn expression(properties: &Section<'_>, key: &'static str) -> String {
    let expression = properties.required_text(key);
    let known = ["rate(", "cron("].iter().any(|start| expression.starts_with(start)) && expression.ends_with(')');
    if let (false, Some(node)) = (known || expression.is_empty(), properties.find(key)) {
        properties.wrong(key, node, "`rate(…)` or `cron(…)`");
    }
    expression
}

/// Retries, and the greatest age of an event, of a target.
pub(super) fn retry_policy(target: &Section<'_>) -> (u32, Duration) {
    let policy = target.section("RetryPolicy");
    let attempts = policy.as_ref().and_then(|policy| policy.number("MaximumRetryAttempts", 0..=185));
    let age = policy.as_ref().and_then(|policy| policy.seconds("MaximumEventAgeInSeconds", 60..=86_400));
    (attempts.unwrap_or(RETRY_ATTEMPTS_DEFAULT), age.unwrap_or(EVENT_AGE_DEFAULT))
}
