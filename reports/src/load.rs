//! The result of one load test, exactly as `--json` prints it, and its rendering for a terminal and a browser.

use std::fmt::Write;

use comfy_table::{Cell, CellAlignment};
use maud::{Markup, html};
use serde::{Deserialize, Serialize};

use crate::result::{ObjectiveResult, Verdict};
use crate::terminal::{Colours, closing, objectives, table};
use crate::{html as page, units};

/// Everything that is said about one load test.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LoadResult {
    /// Base URL of what was put under load.
    pub target: String,
    /// RFC 3339.
    pub started: String,
    pub wall_seconds: f64,
    /// The load in words.
    pub load: String,
    pub arrivals: Arrivals,
    /// Whether it was stopped before its end, because an objective was broken.
    pub aborted: bool,
    /// Requests of the open model, by name; latency from the moment at which each was due.
    pub open: Vec<LoadRow>,
    /// Requests of the closed model, by name; latency from the moment at which each was sent.
    pub closed: Vec<LoadRow>,
    /// Of the open model, second by second.
    pub over_time: Vec<LoadPoint>,
    pub objectives: Vec<ObjectiveResult>,
    pub verdict: Verdict,
    /// Runs it again.
    pub command: String,
}

/// Requests of the open model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrivals {
    pub due: u64,
    pub sent: u64,
    /// Due, and not sent: too many were under way.
    pub dropped: u64,
}

/// One kind of request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LoadRow {
    pub name: String,
    pub count: u64,
    /// No answer, or a server error.
    pub failed: u64,
    /// 429.
    pub throttled: u64,
    /// Any other 4xx.
    pub refused: u64,
    pub p50_seconds: f64,
    pub p95_seconds: f64,
    pub p99_seconds: f64,
    pub p999_seconds: f64,
    pub max_seconds: f64,
}

/// Requests that were due in one second.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LoadPoint {
    pub at_seconds: f64,
    pub requests: u64,
    pub p50_seconds: f64,
    pub p95_seconds: f64,
    pub p99_seconds: f64,
}

const COLUMNS: [&str; 10] = ["request", "count", "failed", "throttled", "refused", "p50", "p95", "p99", "p99.9", "max"];

/// The result for a person at a terminal, ending in a newline.
pub fn render_load(load: &LoadResult, colours: Colours) -> String {
    let mut text = String::new();
    let parts = [
        heading(load),
        objectives(&load.objectives, colours),
        requests("open model", &load.open, colours),
        requests("closed model", &load.closed, colours),
        closing(load.verdict, &load.command, colours),
    ];
    for part in parts.iter().filter(|part| !part.trim().is_empty()) {
        writeln!(text, "{}\n", part.trim_end()).expect("a string takes everything");
    }
    text.truncate(text.trim_end().len());
    text + "\n"
}

fn heading(load: &LoadResult) -> String {
    let Arrivals { due, sent, dropped } = load.arrivals;
    let arrivals = format!("{} due, {} sent, {} dropped", units::count(due), units::count(sent), units::count(dropped));
    let aborted = if load.aborted { " · stopped early" } else { "" };
    format!(
        "{} · {} · in {}{aborted}\narrivals: {arrivals}\n",
        load.target,
        load.load,
        units::duration(load.wall_seconds)
    )
}

fn requests(model: &str, rows: &[LoadRow], colours: Colours) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let mut header = COLUMNS;
    header[0] = model;
    let mut table = table(&header, colours);
    for row in rows {
        let cells = cells(row).into_iter().map(|text| Cell::new(text).set_alignment(CellAlignment::Right));
        table.add_row(std::iter::once(Cell::new(&row.name)).chain(cells));
    }
    table.trim_fmt()
}

/// All columns but the name.
fn cells(row: &LoadRow) -> [String; 9] {
    [
        units::count(row.count),
        units::count(row.failed),
        units::count(row.throttled),
        units::count(row.refused),
        units::milliseconds(row.p50_seconds),
        units::milliseconds(row.p95_seconds),
        units::milliseconds(row.p99_seconds),
        units::milliseconds(row.p999_seconds),
        units::milliseconds(row.max_seconds),
    ]
}

/// The result as one self-contained page.
pub fn load_page(load: &LoadResult) -> String {
    let title = format!("load on {} · {}", load.target, page::verdict(load.verdict));
    page::frame(
        &title,
        &html! {
            h1 { "Load on " (load.target) ": " (page::verdict(load.verdict)) }
            p class="faint" { (load.load) ", from " (load.started) ", in " (units::duration(load.wall_seconds)) }
            (page::objectives(&load.objectives))
            h2 { "Arrivals" }
            (page::counts(&[("due", load.arrivals.due), ("sent", load.arrivals.sent), ("dropped", load.arrivals.dropped)]))
            (section("Open model: latency from the moment at which a request was due", &load.open))
            (section("Closed model: latency from the moment at which a request was sent", &load.closed))
            h2 { "Again" }
            p { code { (load.command) } }
        },
    )
}

fn section(title: &str, rows: &[LoadRow]) -> Markup {
    html! {
        @if !rows.is_empty() {
            h2 { (title) }
            div class="scroll" { table {
                tr { @for column in COLUMNS { th { (column) } } }
                @for row in rows { tr {
                    td { (row.name) }
                    @for cell in cells(row) { td class="number" { (cell) } }
                } }
            } }
        }
    }
}

/// One object, pretty, ending in a newline.
pub fn load_json(load: &LoadResult) -> String {
    serde_json::to_string_pretty(load).expect("a result has no map with odd keys") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::result::examples::failing;

    fn example() -> LoadResult {
        let row = LoadRow {
            name: "list".into(),
            count: 1_200,
            failed: 3,
            throttled: 2,
            refused: 1,
            p50_seconds: 0.0042,
            p95_seconds: 0.012,
            p99_seconds: 0.0312,
            p999_seconds: 0.2,
            max_seconds: 1.25,
        };
        LoadResult {
            target: "http://127.0.0.1:8080".into(),
            started: "2026-11-25T10:00:00Z".into(),
            wall_seconds: 31.0,
            load: "open: constant 50/s for 30s; closed: 5 users for 10s".into(),
            arrivals: Arrivals { due: 1_500, sent: 1_200, dropped: 300 },
            aborted: true,
            open: vec![row.clone()],
            closed: vec![LoadRow { name: "<watch>".into(), ..row }],
            over_time: vec![],
            objectives: failing().objectives,
            verdict: Verdict::Fail,
            command: "rez-loadtest --host http://127.0.0.1:8080".into(),
        }
    }

    #[test]
    fn a_broken_load_test_at_a_terminal() {
        insta::assert_snapshot!(render_load(&example(), Colours::Off));
    }

    #[test]
    fn the_page_escapes_what_comes_from_outside_and_loads_nothing() {
        let page = load_page(&example());
        assert!(page.contains("&lt;watch&gt;") && page.ends_with("</html>"));
        assert!(!page.contains("src=") && !page.contains("href="));
    }

    #[test]
    fn json_can_be_read_back() {
        let back: LoadResult = serde_json::from_str(&load_json(&example())).unwrap();
        assert_eq!(back, example());
    }
}
