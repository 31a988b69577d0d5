//! How the arrival rate of the open model goes, as it is said on the command line.

use std::fmt;
use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::open::Pattern;

/// Steps of `--pattern step`, unless it is said otherwise.
const STEPS: u32 = 5;
/// A spike is so many times the rate, unless it is said otherwise.
const SPIKE_FACTOR: f64 = 5.0;

#[derive(Clone, Debug, Args)]
pub struct PatternArguments {
    /// Requests a second of the open model
    #[arg(long, default_value_t = 20.0, value_name = "N", value_parser = rate)]
    rate: f64,
    /// How the rate goes: all the time the same; in a line up to it; in equal steps up to it; or with a spike in the middle fifth
    #[arg(long, value_enum, default_value_t = Shape::Constant)]
    pattern: Shape,
    /// Requests a second at the beginning of a ramp [default: 0]
    #[arg(long, value_name = "N", value_parser = rate)]
    from: Option<f64>,
    /// Steps of a step pattern [default: 5]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000))]
    steps: Option<u32>,
    /// Requests a second in a spike [default: five times the rate]
    #[arg(long, value_name = "N", value_parser = rate)]
    peak: Option<f64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Shape {
    Constant,
    Ramp,
    Step,
    Spike,
}

/// A number that another pattern has.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{option}` says nothing without `--pattern {pattern}`")]
pub struct Mismatch {
    option: &'static str,
    pattern: &'static str,
}

impl PatternArguments {
    /// # Errors
    /// When a number is of another pattern than the one that was chosen.
    pub fn check(&self) -> Result<(), Mismatch> {
        let numbers = [
            (self.from.is_some(), Shape::Ramp, Mismatch { option: "--from", pattern: "ramp" }),
            (self.steps.is_some(), Shape::Step, Mismatch { option: "--steps", pattern: "step" }),
            (self.peak.is_some(), Shape::Spike, Mismatch { option: "--peak", pattern: "spike" }),
        ];
        let wrong = numbers.into_iter().find(|(given, shape, _)| *given && *shape != self.pattern);
        wrong.map_or(Ok(()), |(_, _, mismatch)| Err(mismatch))
    }

    pub fn pattern(&self, length: Duration) -> Pattern {
        match self.pattern {
            Shape::Constant => Pattern::constant(self.rate, length),
            Shape::Ramp => Pattern::ramp(self.from(), self.rate, length),
            Shape::Step => Pattern::step(self.steps(), self.rate, length),
            Shape::Spike => Pattern::spike(self.rate, self.peak(), length),
        }
    }

    fn from(&self) -> f64 {
        self.from.unwrap_or(0.0)
    }

    fn steps(&self) -> u32 {
        self.steps.unwrap_or(STEPS)
    }

    fn peak(&self) -> f64 {
        self.peak.unwrap_or(self.rate * SPIKE_FACTOR)
    }
}

/// `constant 20/s`.
impl fmt::Display for PatternArguments {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rate = self.rate;
        match self.pattern {
            Shape::Constant => write!(formatter, "constant {rate}/s"),
            Shape::Ramp => write!(formatter, "ramp from {}/s to {rate}/s", self.from()),
            Shape::Step => write!(formatter, "{} steps to {rate}/s", self.steps()),
            Shape::Spike => write!(formatter, "{rate}/s with a spike of {}/s", self.peak()),
        }
    }
}

fn rate(text: &str) -> Result<f64, String> {
    let read = text.parse::<f64>().ok().filter(|rate| rate.is_finite() && *rate > 0.0 && *rate <= 100_000.0);
    read.ok_or_else(|| "expected requests a second, above 0 and up to 100000".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        pattern: PatternArguments,
    }

    fn parse(line: &str) -> PatternArguments {
        Line::try_parse_from(format!("loadtest {line}").split_whitespace()).expect(line).pattern
    }

    #[test]
    fn each_pattern_has_its_number() {
        let length = Duration::from_secs(10);
        let lines = [
            ("--rate 8", "constant 8/s", 80),
            ("--rate 8 --pattern ramp --from 4", "ramp from 4/s to 8/s", 60),
            ("--rate 8 --pattern step --steps 2", "2 steps to 8/s", 60),
            ("--rate 8 --pattern spike --peak 20", "8/s with a spike of 20/s", 104),
            ("--rate 8 --pattern spike", "8/s with a spike of 40/s", 144),
        ];
        for (line, words, arrivals) in lines {
            let arguments = parse(line);
            assert_eq!((arguments.check(), arguments.to_string().as_str()), (Ok(()), words));
            assert_eq!(arguments.pattern(length).total(), arrivals, "{line}");
        }
    }

    #[test]
    fn a_number_of_another_pattern_is_refused() {
        for (line, option) in [("--peak 9", "--peak"), ("--pattern spike --from 9", "--from"), ("--steps 2", "--steps")]
        {
            assert!(parse(line).check().is_err_and(|mismatch| mismatch.option == option), "{line}");
        }
    }
}
