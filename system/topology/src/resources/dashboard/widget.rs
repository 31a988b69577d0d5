//! One widget of a dashboard: metrics, or the states of alarms.

use super::super::alarm;
use crate::error::Report;
use crate::model::{Graph, Shows, Tile, Widget};
use crate::section::Section;
use crate::yaml::{Node, Value};

/// Columns of a dashboard.
const COLUMNS: u32 = 24;

/// The statistic of a line that names none.
const STATISTIC_DEFAULT: &str = "Average";

/// `number` counts from 1, and tells the widget's mistakes from another's.
pub(super) fn read(node: &Node, number: usize, report: &Report) -> Option<Widget> {
    let section = Section::open(node, format!("widget {number} of `DashboardBody`"), report);
    section.require("type");
    let tile = tile(&section);
    let kind = section.one_of("type", &["alarm", "metric"]);
    let Some(kind) = kind else {
        // Without a known type nothing can be said of the properties.
        section.deployment_only(&["properties"]);
        return None;
    };
    let properties = section.required_section("properties")?;
    let shows = if kind == "alarm" { alarms(&properties) } else { metrics(&properties) };
    Some(Widget { title: properties.required_text("title"), tile, shows })
}

fn tile(section: &Section<'_>) -> Tile {
    let [x, y, width, height] = ["x", "y", "width", "height"].map(|key| {
        section.require(key);
        let max = if ["x", "width"].contains(&key) { COLUMNS } else { 1_000 };
        section.number(key, 0..=max).unwrap_or_default()
    });
    if let (true, Some(node)) = (x + width > COLUMNS, section.find("width")) {
        section.wrong("width", node, format_args!("at most {} beside `x`", COLUMNS - x));
    }
    Tile { x, y, width, height }
}

fn alarms(properties: &Section<'_>) -> Shows {
    properties.deployment_only(&["sortBy", "states"]);
    properties.require("alarms");
    Shows::Alarms(properties.texts("alarms"))
}

fn metrics(properties: &Section<'_>) -> Shows {
    properties.deployment_only(&["annotations", "legend", "region", "stacked", "view", "yAxis"]);
    properties.require("metrics");
    properties.number("period", 1..=86_400);
    let statistic = alarm::any_statistic(properties, "stat").unwrap_or_else(|| STATISTIC_DEFAULT.to_owned());
    let rows = properties.list("metrics").iter();
    Shows::Metrics(rows.filter_map(|row| graph(row, &statistic, properties)).collect())
}

/// `[namespace, metric, dimension, value, …, {options}]`. The abbreviations with points are not modelled, nor is math.
fn graph(row: &Node, statistic: &str, properties: &Section<'_>) -> Option<Graph> {
    let (names, options) = match &row.value {
        Value::List(items) => match items.split_last() {
            Some((options, names)) if matches!(options.value, Value::Map(_)) => (names, Some(options)),
            _ => (items.as_slice(), None),
        },
        _ => (&[][..], None),
    };
    let names: Option<Vec<&str>> =
        names.iter().map(|name| name.as_text().filter(|text| ![".", ".."].contains(text))).collect();
    let Some([namespace, metric, dimensions @ ..]) = names.as_deref().filter(|names| names.len().is_multiple_of(2))
    else {
        properties.wrong("metrics", row, "[namespace, metric, dimension, value, …, {options}]");
        return None;
    };
    let pair = |pair: &[&str]| (pair[0].to_owned(), pair[1].to_owned());
    let own = options.and_then(|node| properties.opened(node, "metrics", |section| own_statistic(section)));
    Some(Graph {
        namespace: (*namespace).to_owned(),
        metric: (*metric).to_owned(),
        dimensions: dimensions.chunks(2).map(pair).collect(),
        statistic: own.unwrap_or_else(|| statistic.to_owned()),
    })
}

fn own_statistic(options: &Section<'_>) -> Option<String> {
    options.deployment_only(&["color", "id", "label", "period", "visible", "yAxis"]);
    alarm::any_statistic(options, "stat")
}
