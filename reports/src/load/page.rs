//! The result of a load test as one self-contained page.

use maud::{Markup, html};

use super::{COLUMNS, Deliveries, LoadResult, LoadRow};
use crate::chart::{Latency, Point};
use crate::{html as page, units};

/// The page. Everything that comes from outside is escaped by the template.
pub fn load_page(load: &LoadResult) -> String {
    let title = format!("load on {} · {}", load.target, page::verdict(load.verdict));
    page::frame(
        &title,
        &html! {
            h1 { "Load on " (load.target) ": " (page::verdict(load.verdict)) }
            p class="faint" { (load.load) ", from " (load.started) ", in " (units::duration(load.wall_seconds)) }
            @for note in &load.notes { p { (note) } }
            (page::objectives(&load.objectives))
            (open(load))
            (requests("Closed model: latency from the moment at which a request was sent", &load.closed))
            h2 { "Again" }
            p { code { (load.command) } }
        },
    )
}

/// Everything about the open model, if there was one.
fn open(load: &LoadResult) -> Markup {
    // A test that was over within one stretch has an axis too.
    let seconds = load.over_time.last().map_or(0.0, |last| last.at_seconds).max(1.0);
    let over_time = Latency { seconds, points: load.over_time.iter().map(Point::from).collect(), faults: &[] };
    html! {
        @if load.arrivals.due > 0 {
            h2 { "Arrivals" }
            (page::counts(&[("due", load.arrivals.due), ("sent", load.arrivals.sent), ("dropped", load.arrivals.dropped)]))
            h2 { "Latency of requests, by the moment at which they were due" }
            (page::drawing(&over_time, "nothing was answered"))
        }
        (requests("Open model: latency from the moment at which a request was due", &load.open))
        @if let Some(deliveries) = &load.deliveries { (messages(deliveries)) }
    }
}

fn messages(deliveries: &Deliveries) -> Markup {
    let percentiles = [
        ("p50", deliveries.p50_seconds),
        ("p95", deliveries.p95_seconds),
        ("p99", deliveries.p99_seconds),
        ("max", deliveries.max_seconds),
    ];
    html! {
        h2 { "Messages, created → accepted by ntfy" }
        (page::counts(&[
            ("created", deliveries.created),
            ("followed", deliveries.followed),
            ("delivered", deliveries.delivered),
            ("failed", deliveries.failed),
            ("waiting", deliveries.waiting),
        ]))
        @if deliveries.delivered > 0 {
            dl class="account" { @for (name, seconds) in percentiles { div { dt { (name) } dd { (units::duration(seconds)) } } } }
        }
    }
}

fn requests(title: &str, rows: &[LoadRow]) -> Markup {
    html! {
        @if !rows.is_empty() {
            h2 { (title) }
            div class="scroll" { table {
                tr { @for column in COLUMNS { th { (column) } } }
                @for row in rows { tr {
                    td { (row.name) }
                    @for cell in row.cells() { td class="number" { (cell) } }
                } }
            } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::examples::broken;

    #[test]
    fn the_page_escapes_what_comes_from_outside_and_loads_nothing() {
        let page = load_page(&broken());
        assert!(page.contains("&lt;watch&gt;") && page.ends_with("</html>"));
        assert!(!page.contains("src=") && !page.contains("href="));
    }

    #[test]
    fn latency_is_drawn_over_time_when_requests_were_due() {
        assert!(load_page(&broken()).contains("<svg"));
        let short = LoadResult { over_time: broken().over_time[..1].to_vec(), ..broken() };
        assert!(load_page(&short).contains("<svg"));
        let closed = LoadResult { arrivals: crate::Arrivals::default(), over_time: vec![], ..broken() };
        assert!(!load_page(&closed).contains("Arrivals"));
    }
}
