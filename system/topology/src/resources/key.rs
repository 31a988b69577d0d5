//! `AWS::KMS::Key` (symmetric, for encryption) and `AWS::KMS::Alias`.

use super::Reading;
use super::policy::{self, Purpose};
use crate::kinds;
use crate::model::Topology;

pub(crate) fn read(reading: &Reading<'_>, topology: &mut Topology) {
    let properties = reading.properties();
    properties.deployment_only(&["Description", "PendingWindowInDays", "Tags"]);
    properties.one_of("Enabled", &["true"]);
    properties.one_of("KeySpec", &["SYMMETRIC_DEFAULT"]);
    properties.one_of("KeyUsage", &["ENCRYPT_DECRYPT"]);
    let policy = properties.required_section("KeyPolicy");
    let key = topology.keys.entry(reading.id()).or_default();
    key.id = reading.reference();
    key.arn = reading.attribute("Arn");
    key.rotation = properties.flag("EnableKeyRotation").unwrap_or(false);
    key.statements = policy.map(|document| policy::statements(&document, Purpose::Resource)).unwrap_or_default();
}

pub(crate) fn alias(reading: &Reading<'_>, topology: &mut Topology) {
    let properties = reading.properties();
    properties.require("TargetKeyId");
    let name = properties.required_text("AliasName");
    if let (false, Some(node)) = (name.starts_with("alias/"), properties.find("AliasName")) {
        properties.wrong("AliasName", node, "`alias/NAME`");
    }
    if let Some(key) = reading.named(&properties, "TargetKeyId", kinds::KEY, "a key of this template") {
        topology.keys.entry(key.id.clone()).or_default().aliases.push(name);
    }
}
