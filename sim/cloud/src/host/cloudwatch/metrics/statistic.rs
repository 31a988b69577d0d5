//! Statistics: what is made of the samples of a period.

use std::fmt;
use std::str::FromStr;

/// One of CloudWatch's statistics. Trimmed and winsorized means are not modelled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Statistic {
    Average,
    Maximum,
    Minimum,
    SampleCount,
    Sum,
    /// In percent, above 0 and at most 100.
    Percentile(f64),
}

/// A statistic that is none, or is not modelled.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "statistic `{0}` is not modelled (it may be Average, Maximum, Minimum, SampleCount, Sum, or a percentile like p95)"
)]
pub struct UnknownStatistic(String);

impl FromStr for Statistic {
    type Err = UnknownStatistic;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let percentile = |text: &str| {
            let percent: f64 = text.strip_prefix('p')?.parse().ok()?;
            (percent > 0.0 && percent <= 100.0).then_some(Self::Percentile(percent))
        };
        match text {
            "Average" => Ok(Self::Average),
            "Maximum" => Ok(Self::Maximum),
            "Minimum" => Ok(Self::Minimum),
            "SampleCount" => Ok(Self::SampleCount),
            "Sum" => Ok(Self::Sum),
            _ => percentile(text).ok_or_else(|| UnknownStatistic(text.to_owned())),
        }
    }
}

impl fmt::Display for Statistic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Percentile(percent) => write!(f, "p{percent}"),
            plain => write!(f, "{plain:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statistics_are_read_as_they_are_written() {
        for text in ["Average", "Maximum", "Minimum", "SampleCount", "Sum", "p95", "p99.9", "p100"] {
            assert_eq!(text.parse::<Statistic>().unwrap().to_string(), text);
        }
        for text in ["sum", "p0", "p101", "pNaN", "tm99", "IQM", ""] {
            assert!(text.parse::<Statistic>().is_err(), "{text}");
        }
    }
}
