//! Ranges of numbers: `["=", 3]`, `[">", 0]`, `[">=", 0, "<", 5]`.

use serde_json::Value;

use super::refused;
use crate::services::ServiceError;

/// One comparison, or a lower and an upper one.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct NumberRange(Vec<(Comparison, f64)>);

#[derive(Clone, Copy, Debug, PartialEq)]
enum Comparison {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl NumberRange {
    pub fn parse(operand: &Value) -> Result<Self, ServiceError> {
        let members = operand.as_array().ok_or_else(|| refused("Value of numeric must be an array."))?;
        match members.as_slice() {
            [] => Err(refused("Invalid member in numeric match: ]")),
            [first] => Err(comparison(first).err().unwrap_or_else(|| not_numeric(first))),
            [first, limit] => Ok(Self(vec![bound(first, limit)?])),
            [first, limit, second, rest @ ..] => {
                let lower = bound(first, limit)?;
                if !matches!(lower.0, Comparison::Greater | Comparison::GreaterOrEqual) {
                    return Err(refused("Too many elements in numeric expression"));
                }
                let operator =
                    second.as_str().ok_or_else(|| refused(format!("Bad value in numeric range: {second}")))?;
                if !matches!(operator, "<" | "<=") {
                    return Err(refused(format!("Bad numeric range operator: {operator}")));
                }
                let upper = bound(second, rest.first().unwrap_or(&Value::Null))?;
                if rest.len() > 1 {
                    return Err(refused("Too many terms in numeric range expression"));
                }
                Ok(Self(vec![lower, upper]))
            }
        }
    }

    pub fn contains(&self, number: f64) -> bool {
        self.0.iter().all(|(comparison, limit)| match comparison {
            Comparison::Equal => number == *limit,
            Comparison::Less => number < *limit,
            Comparison::LessOrEqual => number <= *limit,
            Comparison::Greater => number > *limit,
            Comparison::GreaterOrEqual => number >= *limit,
        })
    }
}

fn bound(operator: &Value, limit: &Value) -> Result<(Comparison, f64), ServiceError> {
    let comparison = comparison(operator)?;
    let limit = limit.as_f64().ok_or_else(|| not_numeric(operator))?;
    Ok((comparison, limit))
}

fn comparison(operator: &Value) -> Result<Comparison, ServiceError> {
    let name = operator.as_str().ok_or_else(|| refused(format!("Invalid member in numeric match: {operator}")))?;
    match name {
        "=" => Ok(Comparison::Equal),
        "<" => Ok(Comparison::Less),
        "<=" => Ok(Comparison::LessOrEqual),
        ">" => Ok(Comparison::Greater),
        ">=" => Ok(Comparison::GreaterOrEqual),
        _ => Err(refused(format!("Unrecognized numeric range operator: {name}"))),
    }
}

fn not_numeric(operator: &Value) -> ServiceError {
    refused(format!("Value of {} must be numeric", operator.as_str().unwrap_or_default()))
}
