//! `rate(…)` and `cron(…)` as EventBridge rules read them. Recorded valid and invalid ones are the tests.

use std::str::FromStr;
use std::time::{Duration, SystemTime};

use super::cron::Cron;

/// When a rule fires.
#[derive(Clone, Debug, PartialEq)]
pub enum Expression {
    /// Every so often, counted from the rule's creation.
    Rate(Duration),
    /// At the minutes that match, in UTC.
    Cron(Cron),
}

/// AWS says no more than "Parameter ScheduleExpression is not valid."; this says why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{expression}` is no schedule expression: {reason} (such as `rate(5 minutes)` or `cron(0 8 * * ? *)`)")]
pub struct ExpressionError {
    expression: String,
    reason: String,
}

impl Expression {
    /// The first slot after `after` of a rule that was created at `created`; `None` when it never fires again.
    pub fn next_after(&self, after: SystemTime, created: SystemTime) -> Option<SystemTime> {
        match self {
            Self::Rate(period) => Some(next_multiple(*period, after, created)),
            Self::Cron(cron) => cron.next_after(after),
        }
    }
}

/// A rate first fires one period after its rule was made.
fn next_multiple(period: Duration, after: SystemTime, created: SystemTime) -> SystemTime {
    let since = after.duration_since(created).unwrap_or_default();
    let periods = since.as_millis() / period.as_millis() + 1;
    created + Duration::from_millis((period.as_millis() * periods) as u64)
}

impl FromStr for Expression {
    type Err = ExpressionError;

    fn from_str(text: &str) -> Result<Self, ExpressionError> {
        parse(text).map_err(|reason| ExpressionError { expression: text.to_owned(), reason })
    }
}

fn parse(text: &str) -> Result<Expression, String> {
    match text.strip_suffix(')').and_then(|text| text.split_once('(')) {
        Some(("rate", period)) => parse_rate(period).map(Expression::Rate),
        Some(("cron", fields)) => Cron::parse(fields).map(Expression::Cron),
        _ => Err("neither `rate(…)` nor `cron(…)`".into()),
    }
}

/// `value unit`, where the unit is singular if and only if the value is one.
fn parse_rate(period: &str) -> Result<Duration, String> {
    let (value, unit) = period.split_once(' ').ok_or("a rate is a value and a unit")?;
    let value: u64 = value.parse().map_err(|_| format!("`{value}` is no positive whole number"))?;
    let minutes = match (value, unit) {
        (0, _) => return Err("a rate of zero".into()),
        (1, "minute") | (2.., "minutes") => 1,
        (1, "hour") | (2.., "hours") => 60,
        (1, "day") | (2.., "days") => 24 * 60,
        _ => return Err(format!("`{value} {unit}` has no known unit of the right number")),
    };
    let seconds = value.checked_mul(minutes * 60).ok_or("a rate longer than time")?;
    Ok(Duration::from_secs(seconds))
}
