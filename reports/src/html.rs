//! One self-contained page about one run: no script, no font, no picture from elsewhere.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::operations::{Cost, firings};
use crate::result::{ObjectiveResult, RunResult, Verdict};
use crate::{chart, units};

const STYLE: &str = include_str!("style.css");

/// The page. Everything that comes from outside is escaped by the template.
pub fn page(run: &RunResult) -> String {
    let title = format!("{} · seed {} · {}", run.scenario, run.seed, verdict(run.verdict));
    frame(
        &title,
        &html! {
            (heading(run))
            (objectives(&run.objectives))
            (checkers(run))
            (messages(run))
            (latency(run))
            (faults(run))
            (alarms(run))
            (cost(run))
            (permissions(run))
            (reproduction(run))
        },
    )
}

/// A whole page around `body`.
pub(crate) fn frame(title: &str, body: &Markup) -> String {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body { (body) }
        }
    }
    .into_string()
}

fn heading(run: &RunResult) -> Markup {
    let class = if run.verdict == Verdict::Pass { "good" } else { "bad" };
    html! {
        h1 { (run.scenario) ": " span class=(class) { (verdict(run.verdict)) } (units::not_observed(run.not_observed())) }
        p class="faint" {
            "seed " (run.seed) ", profile " (run.profile) ", from " (run.started) ": "
            (units::duration(run.simulated_seconds))
            @match &run.backend {
                None => { " simulated in " (units::duration(run.wall_seconds)) }
                Some(url) => { " of real time on " (url) }
            }
            ", " (units::count(run.aws_calls)) " AWS calls"
        }
        @for note in &run.notes { p { (note) } }
    }
}

pub(crate) fn objectives(objectives: &[ObjectiveResult]) -> Markup {
    html! {
        h2 { "Objectives" }
        div class="scroll" { table {
            tr { th { "objective" } th { "target" } th { "observed" } th { "" } th class="number" { "budget left" } th class="number" { "events" } }
            @for objective in objectives { tr {
                td { (objective.name) }
                td { (units::target(objective)) }
                td { (units::observed(objective)) }
                td { (held(objective.held)) }
                td class="number" { (units::budget(objective)) }
                td class="number" { (units::count(objective.events)) }
            } }
        } }
    }
}

fn checkers(run: &RunResult) -> Markup {
    html! {
        h2 { "Checkers" }
        div class="scroll" { table {
            tr { th { "checker" } th { "" } th class="number" { "violations" } th { "first examples" } }
            @for checker in &run.checkers { tr {
                td { (checker.name) }
                td { (held(checker.held)) }
                td class="number" { (units::count(checker.violations)) }
                td { @if !checker.examples.is_empty() { ul { @for example in &checker.examples { li { (example) } } } } }
            } }
        } }
    }
}

fn messages(run: &RunResult) -> Markup {
    let messages = run.messages;
    let account = [
        ("created", messages.created),
        ("completed", messages.completed),
        ("failed", messages.failed),
        ("cancelled", messages.cancelled),
        ("in flight", messages.in_flight),
        ("lost", messages.lost),
        ("dead-lettered", messages.dead_lettered),
        ("duplicated", messages.duplicated),
        ("redriven", messages.redriven),
    ];
    html! {
        h2 { "Messages" }
        (counts(&account))
        @if let Some(requests) = run.requests {
            h2 { "Requests to the API" }
            (counts(&[
                ("in all", requests.total),
                ("succeeded", requests.succeeded),
                ("refused", requests.refused),
                ("throttled", requests.throttled),
                ("failed", requests.failed),
            ]))
        }
    }
}

pub(crate) fn counts(account: &[(&str, u64)]) -> Markup {
    html! { dl class="account" { @for (name, value) in account { div { dt { (name) } dd { (units::count(*value)) } } } } }
}

fn latency(run: &RunResult) -> Markup {
    let points = run.latency.iter().map(chart::Point::from).collect();
    let shown = chart::Latency { seconds: run.simulated_seconds, points, faults: &run.faults };
    html! {
        h2 { "Latency, created → accepted by ntfy" }
        (drawing(&shown, "nothing was delivered"))
    }
}

/// Percentiles over time with their key, or a text that says why there are none.
pub(crate) fn drawing(shown: &chart::Latency<'_>, nothing: &str) -> Markup {
    html! {
        @match chart::latency(shown) {
            Some(svg) => {
                p class="key" {
                    span class="p50" { "p50" } span class="p95" { "p95" } span class="p99" { "p99" }
                    @if !shown.faults.is_empty() { span class="fault" { "a fault is on" } }
                }
                (PreEscaped(svg))
            }
            None => p class="faint" { (nothing) }
        }
    }
}

fn faults(run: &RunResult) -> Markup {
    html! {
        @if !run.faults.is_empty() {
            h2 { "Faults" }
            div class="scroll" { table {
                tr { th { "fault" } th { "from" } th { "until" } th class="number" { "applied" } }
                @for fault in &run.faults { tr {
                    td { (fault.name) }
                    td { (units::duration(fault.from_seconds)) }
                    td { (units::duration(fault.until_seconds)) }
                    td class="number" { (units::count(fault.applied)) }
                } }
            } }
        }
    }
}

fn alarms(run: &RunResult) -> Markup {
    let firings = firings(&run.alarms);
    html! {
        @if !run.alarms.is_empty() {
            h2 { "Alarms" }
            @if firings.is_empty() { p { "None was on." } } @else { div class="scroll" { table {
                tr { th { "alarm" } th { "on from" } th { "until" } }
                @for firing in firings { tr {
                    td { (firing.name) }
                    td { (firing.from) }
                    td { (firing.until.unwrap_or("the end")) }
                } }
            } } }
        }
    }
}

fn cost(run: &RunResult) -> Markup {
    html! {
        h2 { "Cost of 30 days" }
        @match &run.cost {
            Some(cost) => (bill(cost)),
            None => p { (held(None)) },
        }
    }
}

fn bill(cost: &Cost) -> Markup {
    html! {
        p {
            (units::dollars(cost.monthly_total)) ", or " (units::dollars(cost.monthly_total_after_free_tier))
            " after free tiers; prices of " (cost.prices_date)
        }
        @if let Some(beside) = units::beside_the_design(cost) { p { (beside) } }
        div class="scroll" { table {
            tr { th { "service" } th { "what" } th class="number" { "quantity" } th { "unit" } th class="number" { "cost" } }
            @for item in &cost.items { tr {
                td { (item.service) }
                td { (item.what) }
                td class="number" { (format!("{:.3}", item.quantity)) }
                td { (item.unit) }
                td class="number" { (units::dollars(item.cost)) }
            } }
        } }
    }
}

fn permissions(run: &RunResult) -> Markup {
    html! {
        @if !run.permissions_unused.is_empty() {
            h2 { "Permissions that this run did not use" }
            div class="scroll" { table {
                tr { th { "role" } th { "action" } th { "resource" } }
                @for unused in &run.permissions_unused { tr {
                    td { (unused.role) } td { (unused.action) } td { code { (unused.resource) } }
                } }
            } }
        }
    }
}

fn reproduction(run: &RunResult) -> Markup {
    html! {
        h2 { "Again" }
        p { code { (run.replay) } }
        @if let Some(hash) = &run.history_sha256 { p class="faint" { "history " code { (hash) } } }
    }
}

pub(crate) fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "pass",
        Verdict::Fail => "fail",
    }
}

fn held(held: Option<bool>) -> Markup {
    let class = match held {
        Some(true) => "good",
        Some(false) => "bad",
        None => "unsure",
    };
    html! { span class=(class) { (units::held(held)) } }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::result::examples::{elsewhere, failing};

    /// The page without the parts that have tests of their own.
    fn skeleton(page: &str) -> String {
        let (start, rest) = page.split_once("<style>").unwrap();
        let (_, rest) = rest.split_once("</style>").unwrap();
        let (middle, rest) = rest.split_once("<svg").unwrap();
        let (_, end) = rest.split_once("</svg>").unwrap();
        format!("{start}{middle}{end}").replace("><", ">\n<")
    }

    #[test]
    fn a_failing_run() {
        insta::assert_snapshot!(skeleton(&page(&failing())));
    }

    #[test]
    fn a_run_in_real_time_says_where_it_was_and_what_it_did_not_see() {
        let page = page(&elsewhere());
        for told in [" (1 not observed)</h1>", " of real time on http://127.0.0.1:4566, ", r#"<span class="unsure">"#] {
            assert!(page.contains(told), "{told}");
        }
        assert!(!page.contains("history "));
    }

    #[test]
    fn nothing_is_loaded_from_elsewhere_and_everything_is_escaped() {
        let page = page(&failing());
        for outside in ["src=", "href=", "url(", "@import", "<script"] {
            assert!(!page.contains(outside), "{outside}");
        }
        assert!(page.contains("without a &lt;probe&gt;"));
    }

    #[test]
    fn every_placeholder_colour_is_mapped_by_the_style_sheet() {
        for colour in chart::PLACEHOLDERS {
            assert!(STYLE.contains(&format!("=\"{colour}\"]")), "{colour}");
        }
    }
}
