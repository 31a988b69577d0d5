//! `AWS::CloudWatch::Dashboard`, whose body is JSON in a text.

mod json;
mod widget;

use super::Reading;
use crate::error::Report;
use crate::model::{Dashboard, Topology, Widget};
use crate::section::Section;
use crate::yaml::Node;

pub(crate) fn read(reading: &Reading<'_>, topology: &mut Topology) {
    let properties = reading.properties();
    properties.require("DashboardBody");
    let Some(node) = properties.find("DashboardBody") else { return };
    let Some(text) = properties.text("DashboardBody") else { return };
    match json::parse(&text, node.line) {
        Ok(body) => {
            let dashboard = Dashboard { name: reading.name(), widgets: widgets(&body, reading.scope.report) };
            topology.dashboards.insert(reading.id(), dashboard);
        }
        Err(error) => reading.scope.report.add(node.line, format!("`DashboardBody` is no JSON ({error})")),
    }
}

fn widgets(body: &Node, report: &Report) -> Vec<Widget> {
    let section = Section::open(body, "`DashboardBody`", report);
    section.deployment_only(&["periodOverride", "start", "end"]);
    section.require("widgets");
    let all = section.list("widgets").iter().enumerate();
    all.filter_map(|(index, node)| widget::read(node, index + 1, report)).collect()
}
