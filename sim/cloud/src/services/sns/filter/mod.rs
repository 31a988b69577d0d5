//! Filter policies on message attributes ("Amazon SNS message filtering", developer guide). Policies on the body,
//! `$or` and `cidr` are not modelled.

mod condition;
mod number;

use std::collections::BTreeMap;

use serde_json::Value;

use super::error;
use crate::services::ServiceError;
use crate::services::attribute::{AttributeValue, Attributes, MessageAttribute};
use condition::Condition;

/// Most keys of a policy.
const KEYS_MAX: usize = 5;

/// For each attribute the conditions of which one must hold. All attributes must pass.
#[derive(Clone, Debug, PartialEq)]
pub struct FilterPolicy(BTreeMap<String, Vec<Condition>>);

impl FilterPolicy {
    /// Reads a policy.
    ///
    /// # Errors
    /// When it is not well-formed; AWS's words, without the position in the text.
    pub fn parse(text: &str) -> Result<Self, ServiceError> {
        let policy: BTreeMap<String, Value> =
            serde_json::from_str(text).map_err(|_| refused("failed to parse JSON."))?;
        if policy.len() > KEYS_MAX {
            return Err(refused("Filter policy can not have more than 5 keys"));
        }
        policy
            .into_iter()
            .map(|(key, conditions)| Ok((key.clone(), conditions_of(&key, &conditions)?)))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Whether a message with these attributes passes.
    pub fn accepts(&self, attributes: &Attributes) -> bool {
        self.0.iter().all(|(name, conditions)| {
            let values = attributes.get(name).map(values);
            conditions.iter().any(|condition| match &values {
                Some(values) => condition.holds_for_any(values),
                None => condition.holds_for_none(),
            })
        })
    }
}

fn conditions_of(key: &str, conditions: &Value) -> Result<Vec<Condition>, ServiceError> {
    if key == "$or" {
        return Err(ServiceError::not_modelled("sns", "FilterPolicy with $or"));
    }
    match conditions {
        Value::Array(conditions) if conditions.is_empty() => Err(refused("Empty arrays are not allowed")),
        Value::Array(conditions) => conditions.iter().map(Condition::parse).collect(),
        Value::Object(nested) => {
            // Nested keys are read before the scope is looked at.
            nested.iter().try_for_each(|(key, conditions)| conditions_of(key, conditions).map(drop))?;
            Err(error::invalid("Filter policy scope MessageAttributes does not support nested filter policy"))
        }
        _ => Err(refused(format!("\"{key}\" must be an object or an array"))),
    }
}

/// The values of an attribute that a policy can look at. Binary ones it cannot.
fn values(attribute: &MessageAttribute) -> Vec<Value> {
    let AttributeValue::Text(text) = &attribute.value else { return Vec::new() };
    match attribute.data_type.as_str() {
        "String.Array" => serde_json::from_str(text).unwrap_or_default(),
        kind if kind.starts_with("Number") => serde_json::from_str(text).into_iter().collect(),
        _ => vec![Value::String(text.clone())],
    }
}

fn refused(reason: impl std::fmt::Display) -> ServiceError {
    error::invalid(format!("FilterPolicy: {reason}"))
}
