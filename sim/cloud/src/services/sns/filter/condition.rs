//! One condition of a filter policy.

use serde_json::{Map, Value};

use super::number::NumberRange;
use super::refused;
use crate::services::ServiceError;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Condition {
    Exactly(Value),
    EqualsIgnoreCase(String),
    Prefix(String),
    Suffix(String),
    AnythingBut(Vec<Condition>),
    Numeric(NumberRange),
    Exists(bool),
}

impl Condition {
    pub fn parse(value: &Value) -> Result<Self, ServiceError> {
        match value {
            Value::Object(operator) => Self::parse_operator(operator),
            Value::Array(_) => Err(refused("Match value must be String, number, true, false, or null")),
            exactly => Ok(Self::Exactly(exactly.clone())),
        }
    }

    fn parse_operator(operator: &Map<String, Value>) -> Result<Self, ServiceError> {
        let mut entries = operator.iter();
        let (Some((name, operand)), None) = (entries.next(), entries.next()) else {
            return Err(refused("Only one key allowed in match expression"));
        };
        match name.as_str() {
            "prefix" => text(name, operand).map(Self::Prefix),
            "suffix" => text(name, operand).map(Self::Suffix),
            "equals-ignore-case" => text(name, operand).map(Self::EqualsIgnoreCase),
            "anything-but" => Self::parse_anything_but(operand),
            "numeric" => NumberRange::parse(operand).map(Self::Numeric),
            "exists" => {
                let wanted = operand.as_bool();
                wanted.map(Self::Exists).ok_or_else(|| refused("exists match pattern must be either true or false."))
            }
            "cidr" => Err(ServiceError::not_modelled("sns", "FilterPolicy with cidr")),
            _ => Err(refused(format!("Unrecognized match type {name}"))),
        }
    }

    fn parse_anything_but(operand: &Value) -> Result<Self, ServiceError> {
        let inside = match operand {
            Value::Array(values) => values.iter().map(Self::parse).collect::<Result<_, _>>()?,
            Value::Object(operator) => match operator.keys().next().map(String::as_str) {
                Some("prefix" | "suffix" | "equals-ignore-case") => vec![Self::parse_operator(operator)?],
                name => {
                    let name = name.unwrap_or_default();
                    return Err(refused(format!("Unsupported anything-but pattern: {name}")));
                }
            },
            value => vec![Self::parse(value)?],
        };
        Ok(Self::AnythingBut(inside))
    }

    /// Whether the condition holds for an attribute that is there. An array passes by any of its values.
    pub fn holds_for_any(&self, values: &[Value]) -> bool {
        match self {
            Self::Exists(wanted) => *wanted,
            _ => values.iter().any(|value| self.holds(value)),
        }
    }

    /// Whether the condition holds for an attribute that is not there.
    pub fn holds_for_none(&self) -> bool {
        *self == Self::Exists(false)
    }

    fn holds(&self, value: &Value) -> bool {
        let text = value.as_str();
        match self {
            Self::Exactly(Value::Number(exactly)) => value.as_f64() == exactly.as_f64(),
            Self::Exactly(exactly) => value == exactly,
            Self::EqualsIgnoreCase(wanted) => text.is_some_and(|text| text.eq_ignore_ascii_case(wanted)),
            Self::Prefix(prefix) => text.is_some_and(|text| text.starts_with(prefix)),
            Self::Suffix(suffix) => text.is_some_and(|text| text.ends_with(suffix)),
            Self::AnythingBut(conditions) => !conditions.iter().any(|condition| condition.holds(value)),
            Self::Numeric(range) => value.as_f64().is_some_and(|number| range.contains(number)),
            Self::Exists(wanted) => *wanted,
        }
    }
}

fn text(operator: &str, operand: &Value) -> Result<String, ServiceError> {
    let text = operand.as_str().map(str::to_owned);
    text.ok_or_else(|| refused(format!("{operator} match pattern must be a string")))
}
