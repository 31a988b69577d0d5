//! `AWS::ApiGatewayV2::Integration`: the function that answers.

use std::time::Duration;

use super::super::{Reading, event};
use super::part_of;
use crate::model::Topology;
use crate::section::Section;

/// The longest that an HTTP API waits, and its default.
const TIMEOUT_MS_MAX: u64 = 30_000;

/// Keeps nothing: the routes look up what they need.
pub(crate) fn read(reading: &Reading<'_>, topology: &mut Topology) {
    let properties = reading.properties();
    properties.deployment_only(&["Description", "IntegrationMethod"]);
    for (required, only) in [("IntegrationType", "AWS_PROXY"), ("PayloadFormatVersion", "2.0")] {
        properties.require(required);
        properties.one_of(required, &[only]);
    }
    part_of(reading, &properties, topology);
    properties.require("IntegrationUri");
    event::function(reading, &properties, "IntegrationUri");
    timeout(&properties);
}

pub(super) fn timeout(properties: &Section<'_>) -> Duration {
    Duration::from_millis(properties.number("TimeoutInMillis", 50..=TIMEOUT_MS_MAX).unwrap_or(TIMEOUT_MS_MAX))
}
