//! A statement, read once and evaluated often.

use std::collections::HashMap;

use dynoxide::AttributeValue;

/// Expression attribute values, by their `:name`.
pub(super) type Values = HashMap<String, AttributeValue>;

/// What a request says about one item, or about those that a query wants.
#[derive(Clone, Copy, Default)]
pub(in super::super) struct Request<'a> {
    pub operation: &'static str,
    pub table: &'a str,
    pub index: Option<&'a str>,
    pub key_condition: Option<&'a str>,
    pub update: Option<&'a str>,
    pub condition: Option<&'a str>,
    pub names: Option<&'a HashMap<String, String>>,
    pub values: Option<&'a Values>,
}

/// Names stand for themselves here: `#name` has been looked up.
#[derive(Debug, Default, PartialEq)]
pub(in super::super) struct Statement {
    pub(super) key_condition: Option<Condition>,
    pub(super) condition: Option<Condition>,
    pub(super) sets: Vec<Set>,
    pub(super) additions: Vec<Addition>,
    pub(super) removals: Vec<String>,
}

/// `SET attribute = :value`, or `SET attribute = if_not_exists(unless, :value)`.
#[derive(Debug, PartialEq)]
pub(super) struct Set {
    pub attribute: String,
    pub unless: Option<String>,
    pub value: String,
}

/// `ADD attribute :value`.
#[derive(Debug, PartialEq)]
pub(super) struct Addition {
    pub attribute: String,
    pub value: String,
}

#[derive(Debug, PartialEq)]
pub(super) enum Condition {
    Exists(String),
    NotExists(String),
    Compare(Operand, Comparison, Operand),
    Not(Box<Condition>),
    And(Box<Condition>, Box<Condition>),
    Or(Box<Condition>, Box<Condition>),
}

#[derive(Debug, PartialEq)]
pub(super) enum Operand {
    Attribute(String),
    Value(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}
