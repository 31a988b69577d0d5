//! `AutoPublishAlias` and `DeploymentPreference` of a SAM function.

use super::Reading;
use crate::model::{Alias, GradualDeployment};
use crate::section::Section;

/// What SAM has short names for ("Deploying serverless applications gradually"); CodeDeploy's own are these with a prefix.
const CONFIGURATIONS: [&str; 9] = [
    "AllAtOnce",
    "Canary10Percent10Minutes",
    "Canary10Percent15Minutes",
    "Canary10Percent30Minutes",
    "Canary10Percent5Minutes",
    "Linear10PercentEvery10Minutes",
    "Linear10PercentEvery1Minute",
    "Linear10PercentEvery2Minutes",
    "Linear10PercentEvery3Minutes",
];
const PREFIX: &str = "CodeDeployDefault.Lambda";

pub(super) fn read(reading: &Reading<'_>, properties: &Section<'_>) -> Option<Alias> {
    let name = properties.text("AutoPublishAlias");
    let preference = properties.section("DeploymentPreference");
    if let (None, Some(node)) = (&name, properties.find("DeploymentPreference")) {
        properties.wrong("DeploymentPreference", node, "nothing, because there is no `AutoPublishAlias`");
    }
    let deployment = preference.and_then(|section| deployment(&section));
    Some(Alias { name: name?, arn: reading.scope.alias_arn(reading.resource)?, deployment })
}

fn deployment(section: &Section<'_>) -> Option<GradualDeployment> {
    let enabled = section.flag("Enabled").unwrap_or(true);
    let alarms = section.texts("Alarms");
    let configuration = configuration(section)?;
    enabled.then_some(GradualDeployment { configuration, alarms })
}

fn configuration(section: &Section<'_>) -> Option<String> {
    section.require("Type");
    let node = section.find("Type")?;
    let name = node.as_text().map(|text| text.strip_prefix(PREFIX).unwrap_or(text));
    let known = name.filter(|name| CONFIGURATIONS.contains(name));
    if known.is_none() {
        section.wrong("Type", node, crate::error::alternatives(CONFIGURATIONS));
    }
    known.map(|name| format!("{PREFIX}{name}"))
}
