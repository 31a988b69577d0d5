//! How a datapoint stands to the threshold.

use std::str::FromStr;

/// CloudWatch's comparison operators; those of anomaly detection are not modelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    GreaterThanOrEqualToThreshold,
    GreaterThanThreshold,
    LessThanOrEqualToThreshold,
    LessThanThreshold,
}

impl Comparison {
    /// Whether `value` breaches `threshold`.
    pub fn breaches(self, value: f64, threshold: f64) -> bool {
        match self {
            Self::GreaterThanOrEqualToThreshold => value >= threshold,
            Self::GreaterThanThreshold => value > threshold,
            Self::LessThanOrEqualToThreshold => value <= threshold,
            Self::LessThanThreshold => value < threshold,
        }
    }

    /// As AWS words it in an alarm's reason.
    pub const fn words(self) -> &'static str {
        match self {
            Self::GreaterThanOrEqualToThreshold => "greater than or equal to",
            Self::GreaterThanThreshold => "greater than",
            Self::LessThanOrEqualToThreshold => "less than or equal to",
            Self::LessThanThreshold => "less than",
        }
    }
}

impl FromStr for Comparison {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "GreaterThanOrEqualToThreshold" => Ok(Self::GreaterThanOrEqualToThreshold),
            "GreaterThanThreshold" => Ok(Self::GreaterThanThreshold),
            "LessThanOrEqualToThreshold" => Ok(Self::LessThanOrEqualToThreshold),
            "LessThanThreshold" => Ok(Self::LessThanThreshold),
            _ => Err(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operators_differ_at_the_threshold_and_beside_it() {
        let at = |operator: &str| {
            let comparison: Comparison = operator.parse().unwrap();
            [-1.0, 0.0, 1.0].map(|value| comparison.breaches(value, 0.0))
        };
        assert_eq!(at("GreaterThanOrEqualToThreshold"), [false, true, true]);
        assert_eq!(at("GreaterThanThreshold"), [false, false, true]);
        assert_eq!(at("LessThanOrEqualToThreshold"), [true, true, false]);
        assert_eq!(at("LessThanThreshold"), [true, false, false]);
        assert!("GreaterThanUpperThreshold".parse::<Comparison>().is_err());
    }
}
