//! `AWS::Logs::LogGroup`, `AWS::Logs::MetricFilter` and `AWS::Logs::QueryDefinition`.

use super::Reading;
use crate::model::{LogGroup, MetricFilter, SavedQuery, Topology};
use crate::section::Section;

/// The retentions that CloudWatch Logs offers, in days.
const RETENTION_DAYS: [&str; 22] = [
    "1", "3", "5", "7", "14", "30", "60", "90", "120", "150", "180", "365", "400", "545", "731", "1096", "1827",
    "2192", "2557", "2922", "3288", "3653",
];

pub(crate) fn read(reading: &Reading<'_>, topology: &mut Topology) {
    let properties = reading.properties();
    properties.deployment_only(&["KmsKeyId", "LogGroupClass", "Tags"]);
    let retention = properties.one_of("RetentionInDays", &RETENTION_DAYS);
    let group = LogGroup { name: reading.name(), retention_days: retention.and_then(|days| days.parse().ok()) };
    topology.log_groups.insert(reading.id(), group);
}

pub(crate) fn metric_filter(reading: &Reading<'_>, topology: &mut Topology) {
    let properties = reading.properties();
    properties.require("MetricTransformations");
    let log_group = properties.required_text("LogGroupName");
    let pattern = properties.required_text("FilterPattern");
    let Some(transformation) = properties.only_section("MetricTransformations") else { return };
    transformation.not_modelled(&["DefaultValue", "Unit"]);
    let filter = MetricFilter {
        log_group,
        pattern,
        namespace: transformation.required_text("MetricNamespace"),
        metric: transformation.required_text("MetricName"),
        value: transformation.required_text("MetricValue"),
        dimensions: transformation.sections("Dimensions").iter().map(dimension).collect(),
    };
    topology.metric_filters.insert(reading.id(), filter);
}

fn dimension(section: &Section<'_>) -> (String, String) {
    (section.required_text("Key"), section.required_text("Value"))
}

/// A saved query of Logs Insights.
pub(crate) fn saved_query(reading: &Reading<'_>, topology: &mut Topology) {
    let properties = reading.properties();
    properties.one_of("QueryLanguage", &["CWLI"]);
    let query = SavedQuery {
        name: properties.required_text("Name"),
        log_groups: properties.texts("LogGroupNames"),
        query: properties.required_text("QueryString"),
    };
    topology.saved_queries.insert(reading.id(), query);
}
