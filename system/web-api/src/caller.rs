//! Who calls, and what a caller of that kind may do.

use std::collections::HashMap;

use serde_json::Value;

use crate::error::{ApiError, ErrorCode};

/// What a route needs, from the least to the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Right {
    /// See messages and metrics.
    Read,
    /// Create and cancel messages.
    Write,
    /// Try failed messages again.
    Redrive,
}

/// A group of the user pool; any other name gives no right.
const GROUPS: [(&str, Right); 3] = [("viewer", Right::Read), ("user", Right::Write), ("admin", Right::Redrive)];

/// A user whom the authorizer has let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The user's stable id.
    pub sub: String,
    /// The most that one of the groups may do.
    right: Option<Right>,
}

impl Caller {
    /// Reads the authorizer's context. The gateway writes it; a caller cannot.
    ///
    /// # Errors
    /// `unauthenticated` when there is no user in it.
    pub fn from_context(context: &HashMap<String, Value>) -> Result<Self, ApiError> {
        let sub = context.get("sub").and_then(Value::as_str).filter(|sub| !sub.is_empty());
        let sub = sub.ok_or_else(|| ApiError::from(ErrorCode::Unauthenticated))?.to_owned();
        let right = context.get("groups").map(groups).unwrap_or_default().into_iter().filter_map(right_of).max();
        Ok(Self { sub, right })
    }

    /// # Errors
    /// `forbidden` when no group of the caller's has the right.
    pub fn demand(self, needed: Right) -> Result<Self, ApiError> {
        if self.right.is_some_and(|right| right >= needed) { Ok(self) } else { Err(ErrorCode::Forbidden.into()) }
    }
}

/// Names joined by spaces, which no name of a group can have in it; a list does as well.
fn groups(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(groups) => groups.iter().filter_map(Value::as_str).collect(),
        Value::String(groups) => groups.split(' ').collect(),
        _ => Vec::new(),
    }
}

fn right_of(group: &str) -> Option<Right> {
    GROUPS.iter().find(|(name, _)| *name == group).map(|(_, right)| *right)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn caller(groups: Value) -> Result<Caller, ApiError> {
        Caller::from_context(&HashMap::from([("sub".into(), json!("user-1")), ("groups".into(), groups)]))
    }

    #[test]
    fn each_group_may_do_its_part_and_what_is_below() {
        let cases = [
            (json!(["viewer"]), [true, false, false]),
            (json!(["user"]), [true, true, false]),
            (json!(["admin"]), [true, true, true]),
            (json!(["viewer", "admin"]), [true, true, true]),
            (json!("viewer user"), [true, true, false]),
            (json!("viewer,admin"), [false, false, false]),
            (json!(["Admin", "administrators", "admin "]), [false, false, false]),
            (json!([]), [false, false, false]),
            (json!(""), [false, false, false]),
            (json!(null), [false, false, false]),
            (json!({"admin": true}), [false, false, false]),
        ];
        for (groups, expected) in cases {
            let may = |right| caller(groups.clone()).and_then(|caller| caller.demand(right)).is_ok();
            assert_eq!([Right::Read, Right::Write, Right::Redrive].map(may), expected, "{groups}");
        }
    }

    #[test]
    fn without_a_user_there_is_no_caller() {
        for context in [json!({}), json!({"sub": ""}), json!({"sub": 7}), json!({"groups": ["admin"]})] {
            let context = serde_json::from_value(context).expect("an object");
            let refused = Caller::from_context(&context).expect_err("nobody is signed in");
            assert_eq!(refused.code, ErrorCode::Unauthenticated);
        }
    }
}
