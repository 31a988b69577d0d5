//! The result of a load test for a person at a terminal.

use std::fmt::Write;

use comfy_table::{Cell, CellAlignment};

use super::{Arrivals, COLUMNS, Deliveries, LoadResult, LoadRow};
use crate::terminal::{Colours, closing, objectives, table};
use crate::units;

/// The result, ending in a newline.
pub fn render_load(load: &LoadResult, colours: Colours) -> String {
    let mut text = String::new();
    let notes: String = load.notes.iter().map(|note| format!("note: {note}\n")).collect();
    let parts = [
        heading(load),
        objectives(&load.objectives, colours),
        requests("open model", &load.open, colours),
        requests("closed model", &load.closed, colours),
        notes + &closing(load.verdict, 0, &load.command, colours),
    ];
    for part in parts.iter().filter(|part| !part.trim().is_empty()) {
        writeln!(text, "{}\n", part.trim_end()).expect("a string takes everything");
    }
    text.truncate(text.trim_end().len());
    text + "\n"
}

fn heading(load: &LoadResult) -> String {
    let Arrivals { due, sent, dropped } = load.arrivals;
    let aborted = if load.aborted { " · stopped early" } else { "" };
    let mut text = format!("{} · {} · in {}{aborted}\n", load.target, load.load, units::duration(load.wall_seconds));
    if due > 0 {
        let counts = [due, sent, dropped].map(units::count);
        text += &format!("arrivals: {} due, {} sent, {} dropped\n", counts[0], counts[1], counts[2]);
    }
    text + &load.deliveries.as_ref().map(messages).unwrap_or_default()
}

/// What became of messages, and how long it took.
fn messages(deliveries: &Deliveries) -> String {
    let Deliveries { created, followed, delivered, failed, waiting, .. } = *deliveries;
    let counts = [created, followed, delivered, failed, waiting].map(units::count);
    let latency = [deliveries.p50_seconds, deliveries.p95_seconds, deliveries.p99_seconds, deliveries.max_seconds];
    let [p50, p95, p99, max] = latency.map(units::duration);
    let mut text = format!(
        "messages: {} created, {} followed, {} delivered, {} failed, {} waiting",
        counts[0], counts[1], counts[2], counts[3], counts[4]
    );
    if delivered > 0 {
        text += &format!("\ncreated → accepted by ntfy: p50 {p50}, p95 {p95}, p99 {p99}, max {max}");
    }
    text + "\n"
}

fn requests(model: &str, rows: &[LoadRow], colours: Colours) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let mut header = COLUMNS;
    header[0] = model;
    let mut table = table(&header, colours);
    for row in rows {
        let cells = row.cells().into_iter().map(|text| Cell::new(text).set_alignment(CellAlignment::Right));
        table.add_row(std::iter::once(Cell::new(&row.name)).chain(cells));
    }
    table.trim_fmt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::examples::broken;

    #[test]
    fn a_broken_load_test_at_a_terminal() {
        insta::assert_snapshot!(render_load(&broken(), Colours::Off));
    }
}
