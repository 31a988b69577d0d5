//! The verdict for a person at a terminal.

use std::collections::BTreeMap;
use std::fmt::Write;

use comfy_table::{Attribute, Cell, CellAlignment, Color, ContentArrangement, Table, presets};

use crate::operations::{Cost, UnusedPermission, firings};
use crate::result::{ObjectiveResult, RunResult, Verdict};
use crate::units;

/// How many unused permissions are listed here; the report has all of them.
const UNUSED_MAX: usize = 5;

/// Whether escape sequences may be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colours {
    On,
    Off,
}

impl Colours {
    /// On only for a terminal, and never when `NO_COLOR` has a value (<https://no-color.org>).
    pub fn choose(is_terminal: bool, no_color: Option<&str>) -> Self {
        let refused = no_color.is_some_and(|value| !value.is_empty());
        if is_terminal && !refused { Self::On } else { Self::Off }
    }
}

/// The whole verdict, ending in a newline.
pub fn render(run: &RunResult, colours: Colours) -> String {
    let mut text = String::new();
    let parts = [
        heading(run),
        objectives(&run.objectives, colours),
        checkers(run, colours),
        account(run),
        operations(run),
        notes(run) + &closing(run.verdict, run.not_observed(), &run.replay, colours),
    ];
    for part in parts {
        writeln!(text, "{}\n", part.trim_end()).expect("a string takes everything");
    }
    text.truncate(text.trim_end().len());
    text + "\n"
}

fn heading(run: &RunResult) -> String {
    let speed = run.simulated_seconds / run.wall_seconds.max(1e-9);
    let (simulated, wall) = (units::duration(run.simulated_seconds), units::duration(run.wall_seconds));
    let (speed, calls) = (units::count(speed as u64), units::count(run.aws_calls));
    let took = match &run.backend {
        None => format!("{simulated} simulated in {wall} ({speed}×, {calls} AWS calls)"),
        Some(url) => format!("{simulated} of real time on {url} ({calls} AWS calls)"),
    };
    format!("{} · seed {} · {} · {took}\n", run.scenario, run.seed, run.profile)
}

pub(crate) fn objectives(objectives: &[ObjectiveResult], colours: Colours) -> String {
    let mut table = table(&["objective", "target", "observed", "", "budget left"], colours);
    for objective in objectives {
        table.add_row([
            Cell::new(&objective.name),
            Cell::new(units::target(objective)),
            Cell::new(units::observed(objective)),
            held(objective.held, colours),
            Cell::new(units::budget(objective)).set_alignment(CellAlignment::Right),
        ]);
    }
    table.trim_fmt()
}

fn checkers(run: &RunResult, colours: Colours) -> String {
    let mut table = table(&["checker", "", "violations", "first examples"], colours);
    for checker in &run.checkers {
        table.add_row([
            Cell::new(&checker.name),
            held(checker.held, colours),
            Cell::new(units::count(checker.violations)).set_alignment(CellAlignment::Right),
            Cell::new(checker.examples.join("\n")),
        ]);
    }
    table.trim_fmt()
}

fn account(run: &RunResult) -> String {
    let messages = run.messages;
    let messages = line(&[
        ("created", messages.created),
        ("completed", messages.completed),
        ("failed", messages.failed),
        ("cancelled", messages.cancelled),
        ("in flight", messages.in_flight),
        ("lost", messages.lost),
        ("dead-lettered", messages.dead_lettered),
        ("duplicated", messages.duplicated),
        ("redriven", messages.redriven),
    ]);
    let Some(requests) = run.requests else { return format!("messages: {messages}") };
    let requests = line(&[
        ("in all", requests.total),
        ("succeeded", requests.succeeded),
        ("refused", requests.refused),
        ("throttled", requests.throttled),
        ("failed", requests.failed),
    ]);
    format!("messages: {messages}\nrequests: {requests}")
}

fn line(counts: &[(&str, u64)]) -> String {
    let parts: Vec<String> = counts.iter().map(|(name, value)| format!("{} {name}", units::count(*value))).collect();
    parts.join(", ")
}

/// What is told in full by the page and the JSON.
fn operations(run: &RunResult) -> String {
    let mut fired: BTreeMap<&str, u64> = BTreeMap::new();
    for firing in firings(&run.alarms) {
        *fired.entry(firing.name).or_default() += 1;
    }
    let fired: Vec<String> = fired.iter().map(|(name, times)| format!("{name} {times}×")).collect();
    let alarms = if fired.is_empty() { "none fired".to_owned() } else { fired.join(", ") };
    let cost = run.cost.as_ref().map_or_else(|| units::held(None).to_owned(), cost);
    format!("alarms:   {alarms}\ncost:     {cost}{}", unused(&run.permissions_unused))
}

/// What no run uses, no role has to grant.
fn unused(permissions: &[UnusedPermission]) -> String {
    let one =
        |UnusedPermission { role, action, resource }: &UnusedPermission| format!("{role}: {action} on {resource}");
    let mut lines: Vec<String> = permissions.iter().take(UNUSED_MAX).map(one).collect();
    let more = permissions.len().saturating_sub(UNUSED_MAX);
    if more > 0 {
        lines.push(format!("and {} more, see the report", units::count(more as u64)));
    }
    if lines.is_empty() { String::new() } else { format!("\nunused:   {}", lines.join("\n          ")) }
}

fn cost(cost: &Cost) -> String {
    let total = format!(
        "{} a month, {} after free tiers (prices of {})",
        units::dollars(cost.monthly_total),
        units::dollars(cost.monthly_total_after_free_tier),
        cost.prices_date
    );
    match units::beside_the_design(cost) {
        Some(beside) => format!("{total}\n          {beside}"),
        None => total,
    }
}

fn notes(run: &RunResult) -> String {
    let notes = run.notes.iter().map(|note| format!("note: {note}\n"));
    notes.chain(run.history_sha256.iter().map(|hash| format!("history: sha256 {hash}\n"))).collect()
}

/// The verdict, with how much it does not cover, and the command that runs it again.
pub(crate) fn closing(verdict: Verdict, not_observed: usize, again: &str, colours: Colours) -> String {
    let (word, code) = match verdict {
        Verdict::Pass => ("PASS", 32),
        Verdict::Fail => ("FAIL", 31),
    };
    let verdict = match colours {
        Colours::On => format!("\x1b[1;{code}m{word}\x1b[0m"),
        Colours::Off => word.to_owned(),
    };
    format!("verdict: {verdict}{}\nreplay:  {again}", units::not_observed(not_observed))
}

pub(crate) fn table(header: &[&str], colours: Colours) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(header.iter().map(|name| Cell::new(name).add_attribute(Attribute::Bold)));
    match colours {
        Colours::On => table.enforce_styling(),
        Colours::Off => table.force_no_tty(),
    };
    table
}

fn held(held: Option<bool>, colours: Colours) -> Cell {
    let cell = Cell::new(units::held(held));
    match (colours, held) {
        (Colours::Off, _) => cell,
        (Colours::On, Some(true)) => cell.fg(Color::Green),
        (Colours::On, Some(false)) => cell.fg(Color::Red).add_attribute(Attribute::Bold),
        (Colours::On, None) => cell.fg(Color::Yellow),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::result::examples::{elsewhere, failing};

    #[test]
    fn a_failing_run() {
        insta::assert_snapshot!(render(&failing(), Colours::Off));
    }

    #[test]
    fn a_run_in_real_time() {
        insta::assert_snapshot!(render(&elsewhere(), Colours::Off));
    }

    #[test]
    fn colours_only_on_a_terminal_and_unless_refused() {
        assert!(!render(&failing(), Colours::Off).contains('\x1b'));
        assert!(render(&failing(), Colours::On).contains("\x1b[1;31mFAIL\x1b[0m"));
        assert_eq!(Colours::choose(true, None), Colours::On);
        assert_eq!(Colours::choose(true, Some("")), Colours::On);
        assert_eq!(Colours::choose(true, Some("1")), Colours::Off);
        assert_eq!(Colours::choose(false, None), Colours::Off);
    }
}
