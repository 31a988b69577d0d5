//! A JSON pattern, and whether a line matches it.

use serde_json::Value;

/// A condition on the fields of a line.
#[derive(Clone, Debug, PartialEq)]
pub enum Pattern {
    All(Vec<Pattern>),
    Any(Vec<Pattern>),
    Field(Selector, Test),
}

/// The way to a field: `$.error.code`, `$.records[0]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Selector(pub(super) Vec<Step>);

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Step {
    Member(String),
    Item(usize),
}

#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// `=` and `!=` with text, in which `*` stands for anything.
    Text {
        text: String,
        equal: bool,
    },
    Number {
        operator: Operator,
        number: f64,
    },
    /// `IS NULL`, `IS TRUE`, `IS FALSE`.
    Is(Value),
    Exists(bool),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Pattern {
    pub fn matches(&self, line: &Value) -> bool {
        match self {
            Self::All(patterns) => patterns.iter().all(|pattern| pattern.matches(line)),
            Self::Any(patterns) => patterns.iter().any(|pattern| pattern.matches(line)),
            Self::Field(selector, test) => test.holds(selector.find(line)),
        }
    }
}

impl Selector {
    pub fn find<'v>(&self, line: &'v Value) -> Option<&'v Value> {
        self.0.iter().try_fold(line, |value, step| match step {
            Step::Member(name) => value.get(name),
            Step::Item(index) => value.get(index),
        })
    }
}

impl Test {
    /// A field that is not there passes no test but `NOT EXISTS`.
    fn holds(&self, field: Option<&Value>) -> bool {
        match (self, field) {
            (Self::Exists(expected), field) => field.is_some() == *expected,
            (_, None) => false,
            (Self::Is(expected), Some(field)) => field == expected,
            (Self::Text { text, equal }, Some(field)) => {
                shown(field).is_some_and(|field| is_like(text, &field) == *equal)
            }
            (Self::Number { operator, number }, Some(field)) => {
                field.as_f64().is_some_and(|field| operator.holds(field, *number))
            }
        }
    }
}

impl Operator {
    fn holds(self, field: f64, number: f64) -> bool {
        match self {
            Self::Equal => field == number,
            Self::NotEqual => field != number,
            Self::Less => field < number,
            Self::LessOrEqual => field <= number,
            Self::Greater => field > number,
            Self::GreaterOrEqual => field >= number,
        }
    }
}

fn shown(field: &Value) -> Option<std::borrow::Cow<'_, str>> {
    match field {
        Value::String(text) => Some(text.into()),
        Value::Number(_) | Value::Bool(_) => Some(field.to_string().into()),
        _ => None,
    }
}

/// Whether `text` is like `pattern`, in which `*` stands for anything.
fn is_like(pattern: &str, text: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(head) else { return false };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let tail = parts.pop().unwrap_or_default();
    for part in parts {
        match text.find(part) {
            Some(at) => text = &text[at + part.len()..],
            None => return false,
        }
    }
    text.ends_with(tail)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The definition: every way to let each `*` stand for something.
    fn is_like_by_definition(pattern: &[char], text: &[char]) -> bool {
        match pattern.split_first() {
            None => text.is_empty(),
            Some(('*', rest)) => (0..=text.len()).any(|taken| is_like_by_definition(rest, &text[taken..])),
            Some((first, rest)) => text.first() == Some(first) && is_like_by_definition(rest, &text[1..]),
        }
    }

    proptest! {
        #[test]
        fn a_star_stands_for_anything(pattern in "[ab*]{0,8}", text in "[ab]{0,10}") {
            let (pattern_chars, text_chars): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
            prop_assert_eq!(is_like(&pattern, &text), is_like_by_definition(&pattern_chars, &text_chars));
        }
    }
}
