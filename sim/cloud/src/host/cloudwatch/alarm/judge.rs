//! The verdict of one evaluation: M of N datapoints, and what counts for those that are missing.
//!
//! The rules are those of "Configuring how CloudWatch alarms treat missing data" in the CloudWatch user guide, whose
//! examples (`aws-data/alarm_missing_data.json`) are a test here.

use std::str::FromStr;

use crate::history::AlarmState;

/// Datapoints that are looked at beyond the evaluation periods, in case that some are missing. AWS does not say how
/// many it takes; in its examples there are two.
pub(super) const RANGE_EXTRA: u32 = 2;

/// One datapoint, held against the threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Point {
    Breaching,
    Within,
    Missing,
}

/// What counts for a datapoint that is missing, when there are too few others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TreatMissingData {
    Breaching,
    Ignore,
    Missing,
    NotBreaching,
}

/// M of N.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// N: how many datapoints are judged.
    pub evaluation_periods: u32,
    /// M: how many of them must breach.
    pub datapoints_to_alarm: u32,
    pub missing: TreatMissingData,
}

/// What an evaluation says of the alarm's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Is(AlarmState),
    /// Nothing can be said: the state stays.
    Retain,
}

impl Rule {
    /// How many datapoints an evaluation may look at.
    pub fn range(&self) -> u32 {
        self.evaluation_periods + RANGE_EXTRA
    }
}

/// Judges the datapoints of the evaluation range, the newest first. Once as many are real as there are evaluation
/// periods, older ones change nothing, and may be left out.
pub fn judge(rule: &Rule, newest_first: &[Point]) -> Verdict {
    let wanted = rule.evaluation_periods as usize;
    let real = newest_first.iter().filter(|point| **point != Point::Missing).take(wanted);
    let breaching = real.clone().filter(|point| **point == Point::Breaching).count();
    let within = real.count() - breaching;
    let enough = rule.datapoints_to_alarm as usize;
    if breaching >= enough {
        return Verdict::Is(AlarmState::Alarm);
    }
    let filled = wanted - breaching - within;
    if filled == 0 {
        return Verdict::Is(AlarmState::Ok);
    }
    match rule.missing {
        TreatMissingData::Breaching if breaching + filled >= enough => Verdict::Is(AlarmState::Alarm),
        TreatMissingData::Breaching | TreatMissingData::NotBreaching => Verdict::Is(AlarmState::Ok),
        TreatMissingData::Ignore | TreatMissingData::Missing if within > 0 => Verdict::Is(AlarmState::Ok),
        TreatMissingData::Ignore => Verdict::Retain,
        TreatMissingData::Missing if has_breached_for(enough, newest_first) => Verdict::Is(AlarmState::Alarm),
        TreatMissingData::Missing => Verdict::Is(AlarmState::InsufficientData),
    }
}

/// Among datapoints of which none is within the threshold: whether the oldest that breaches is at least `enough` periods
/// old. Then whatever may still come in cannot show that the alarm had no reason.
fn has_breached_for(enough: usize, newest_first: &[Point]) -> bool {
    newest_first.iter().rposition(|point| *point == Point::Breaching).is_some_and(|age| age + 1 >= enough)
}

impl FromStr for TreatMissingData {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "breaching" => Ok(Self::Breaching),
            "ignore" => Ok(Self::Ignore),
            "missing" => Ok(Self::Missing),
            "notBreaching" => Ok(Self::NotBreaching),
            _ => Err(()),
        }
    }
}

impl TreatMissingData {
    /// As a template writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Breaching => "breaching",
            Self::Ignore => "ignore",
            Self::Missing => "missing",
            Self::NotBreaching => "notBreaching",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    struct Example {
        m: u32,
        n: u32,
        points_oldest_first: String,
        expected: BTreeMap<String, String>,
    }

    fn newest_first(points: &str) -> Vec<Point> {
        let point = |character| match character {
            'X' => Point::Breaching,
            '0' => Point::Within,
            _ => Point::Missing,
        };
        points.chars().rev().map(point).collect()
    }

    #[test]
    fn every_documented_example() {
        let file = include_str!("../../../../aws-data/alarm_missing_data.json");
        let examples: Vec<Example> = serde_json::from_str(file).unwrap();
        let mut held = 0;
        for Example { m, n, points_oldest_first, expected } in examples {
            let points = newest_first(&points_oldest_first);
            assert_eq!(points.len(), Rule::range(&rule(m, n, "missing")) as usize);
            for (missing, expected) in expected {
                let verdict = match judge(&rule(m, n, &missing), &points) {
                    Verdict::Is(state) => state.to_string(),
                    Verdict::Retain => "RETAIN".to_owned(),
                };
                assert_eq!(verdict, expected, "{m} of {n}, {points_oldest_first}, {missing}");
                held += 1;
            }
        }
        assert_eq!(held, 40);
    }

    fn rule(m: u32, n: u32, missing: &str) -> Rule {
        Rule { evaluation_periods: n, datapoints_to_alarm: m, missing: missing.parse().unwrap() }
    }

    #[test]
    fn an_ordinary_value_speaks_against_an_early_alarm() {
        let verdict = |points| judge(&rule(2, 3, "missing"), &newest_first(points));
        assert_eq!(verdict("--X--"), Verdict::Is(AlarmState::Alarm));
        assert_eq!(verdict("0-X--"), Verdict::Is(AlarmState::Ok));
    }
}
