//! `AWS::XRay::SamplingRule`.

use super::Reading;
use crate::model::{SamplingRule, Topology};

pub(crate) fn read(reading: &Reading<'_>, topology: &mut Topology) {
    let properties = reading.properties();
    properties.deployment_only(&["Tags"]);
    let Some(section) = properties.required_section("SamplingRule") else { return };
    section.deployment_only(&["HTTPMethod", "Host", "ResourceARN", "ServiceType", "URLPath"]);
    for required in ["FixedRate", "Priority", "ReservoirSize"] {
        section.require(required);
    }
    section.one_of("Version", &["1"]);
    let rule = SamplingRule {
        name: section.required_text("RuleName"),
        priority: section.number("Priority", 1..=9_999).unwrap_or_default(),
        reservoir_per_second: section.number("ReservoirSize", 0..=u32::MAX).unwrap_or_default(),
        fixed_rate: section.number("FixedRate", 0.0..=1.0).unwrap_or_default(),
        service: section.required_text("ServiceName"),
    };
    topology.sampling_rules.insert(reading.id(), rule);
}
