//! Numbers as people read them.

use crate::operations::Cost;
use crate::result::{ObjectiveResult, Unit};

/// Of a bill, in one line.
const SERVICES_SHOWN: usize = 5;

/// `1d 2h 3m`, `4.2 s`, `350 ms`: two or three significant parts.
pub fn duration(seconds: f64) -> String {
    match seconds {
        s if s < 0.9995 => format!("{:.0} ms", s * 1_000.0),
        s if s < 60.0 => format!("{} s", plain(s, 2)),
        s if s < 3_600.0 => format!("{}m {}s", whole(s / 60.0), whole(s % 60.0)),
        s if s < 86_400.0 => format!("{}h {}m", whole(s / 3_600.0), whole(s % 3_600.0 / 60.0)),
        s => format!("{}d {}h {}m", whole(s / 86_400.0), whole(s % 86_400.0 / 3_600.0), whole(s % 3_600.0 / 60.0)),
    }
}

/// `4.2 ms`, `31 ms`, `1,250 ms`: for columns of latencies.
pub fn milliseconds(seconds: f64) -> String {
    let ms = seconds * 1_000.0;
    if ms < 10.0 { format!("{ms:.1} ms") } else { format!("{} ms", count(ms.round() as u64)) }
}

fn whole(value: f64) -> u64 {
    value as u64
}

/// `12,345`.
pub fn count(value: u64) -> String {
    let digits = value.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|group| str::from_utf8(group).expect("digits")).collect();
    groups.join(",")
}

/// `99.95 %`, with as many decimals as tell it from 100 %, rounded down so that it never flatters.
pub fn percent(ratio: f64) -> String {
    let thousandths = (ratio * 100_000.0 + 1e-6).floor() / 1_000.0;
    format!("{} %", plain(thousandths, 3))
}

/// At most so many decimals, without zeros at the end.
fn plain(value: f64, decimals: usize) -> String {
    format!("{value:.decimals$}").trim_end_matches('0').trim_end_matches('.').to_owned()
}

pub fn target(objective: &ObjectiveResult) -> String {
    match objective.unit {
        Unit::Seconds => format!("< {}", duration(objective.target)),
        Unit::Ratio => format!("≥ {}", percent(objective.target)),
    }
}

pub fn observed(objective: &ObjectiveResult) -> String {
    match (objective.observed, objective.unit) {
        (None, _) if objective.events > 0 => "never".to_owned(),
        (None, _) => "no events".to_owned(),
        (Some(value), Unit::Seconds) => duration(value),
        (Some(value), Unit::Ratio) => percent(value),
    }
}

pub fn budget(objective: &ObjectiveResult) -> String {
    objective.budget_remaining.map_or_else(|| "–".to_owned(), |left| format!("{:.1} %", left * 100.0))
}

pub fn held(held: Option<bool>) -> &'static str {
    match held {
        Some(true) => "held",
        Some(false) => "NOT HELD",
        None => "not observed",
    }
}

/// What a verdict does not cover: nothing, or ` (3 not observed)`.
pub fn not_observed(checkers: usize) -> String {
    if checkers == 0 { String::new() } else { format!(" ({checkers} not observed)") }
}

/// How a cost compares with what the design expects of such a load, and the services that make most of it up.
pub fn beside_the_design(cost: &Cost) -> Option<String> {
    let expected = cost.design?;
    let most = cost.by_service().into_iter().take(SERVICES_SHOWN);
    let most: Vec<String> = most.map(|(service, cost)| format!("{service} {}", dollars(cost))).collect();
    Some(format!("the design expects about {} at this load; here it is {}", dollars(expected), most.join(", ")))
}

/// US dollars, to the cent.
pub fn dollars(amount: f64) -> String {
    format!("${amount:.2}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        let table = [
            (0.35, "350 ms"),
            (0.9996, "1 s"),
            (4.2, "4.2 s"),
            (61.0, "1m 1s"),
            (7_260.0, "2h 1m"),
            (93_784.0, "1d 2h 3m"),
        ];
        for (seconds, text) in table {
            assert_eq!(duration(seconds), text);
        }
    }

    #[test]
    fn counts_and_percents() {
        assert_eq!([count(0), count(999), count(1_000), count(1_234_567)], ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(
            [percent(1.0), percent(0.99), percent(0.999_999), percent(0.9995)],
            ["100 %", "99 %", "99.999 %", "99.95 %"]
        );
    }
}
