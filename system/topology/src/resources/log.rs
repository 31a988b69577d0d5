//! `AWS::Logs::LogGroup`.

use super::Reading;
use crate::model::{LogGroup, Topology};

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
