//! What tells people how the system does: logs, metrics, alarms, dashboards, traces.

use std::collections::BTreeMap;
use std::time::Duration;

#[derive(Clone, Debug, PartialEq)]
pub struct LogGroup {
    pub name: String,
    /// `None` keeps lines for ever.
    pub retention_days: Option<u32>,
}

/// A metric made of the lines of a log group.
#[derive(Clone, Debug, PartialEq)]
pub struct MetricFilter {
    /// Name of the log group.
    pub log_group: String,
    /// Such as `{ $.level = "ERROR" }`.
    pub pattern: String,
    pub namespace: String,
    pub metric: String,
    /// What a matching line counts: a number, or a field (`$.duration_ms`).
    pub value: String,
    /// Fields (`$.stage`) by name of the dimension.
    pub dimensions: BTreeMap<String, String>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Alarm {
    pub name: String,
    pub description: Option<String>,
    pub namespace: String,
    pub metric: String,
    pub dimensions: BTreeMap<String, String>,
    /// `Sum`, `Average`, `Maximum`, or a percentile (`p95`).
    pub statistic: String,
    pub period: Duration,
    pub evaluation_periods: u32,
    pub datapoints_to_alarm: u32,
    pub threshold: f64,
    pub comparison: String,
    pub treat_missing_data: String,
    /// Whether anybody is told at all.
    pub actions_enabled: bool,
    /// ARNs told when it goes to ALARM.
    pub actions: Vec<String>,
    /// ARNs told when it goes back to OK.
    pub ok_actions: Vec<String>,
}

/// What people look at.
#[derive(Clone, Debug, PartialEq)]
pub struct Dashboard {
    pub name: String,
    pub widgets: Vec<Widget>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Widget {
    pub title: String,
    pub tile: Tile,
    pub shows: Shows,
}

/// On a grid that is 24 columns wide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tile {
    pub x: u32,
    pub y: u32,
    pub width: u32,
    pub height: u32,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Shows {
    Metrics(Vec<Graph>),
    /// States, by the ARNs of the alarms.
    Alarms(Vec<String>),
}

/// One line of a widget.
#[derive(Clone, Debug, PartialEq)]
pub struct Graph {
    pub namespace: String,
    pub metric: String,
    pub dimensions: BTreeMap<String, String>,
    /// As an alarm's.
    pub statistic: String,
}

/// A query of Logs Insights that is kept under a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedQuery {
    pub name: String,
    /// Names of the log groups.
    pub log_groups: Vec<String>,
    pub query: String,
}

/// Which requests X-Ray records, where whoever begins their trace goes by rules. Lambda does not.
#[derive(Clone, Debug, PartialEq)]
pub struct SamplingRule {
    pub name: String,
    /// The lowest goes first.
    pub priority: u32,
    /// So many in each second are recorded in any case.
    pub reservoir_per_second: u32,
    /// Share of the others, 0 to 1.
    pub fixed_rate: f64,
    /// Name of the service, maybe with wildcards.
    pub service: String,
}
