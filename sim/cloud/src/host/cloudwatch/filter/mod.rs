//! Metric filters: metrics made of the log lines that match a pattern.
//!
//! Source: "Filter pattern syntax for metric filters", CloudWatch Logs user guide. JSON patterns are modelled, without
//! regular expressions; patterns of plain terms and of columns are refused.

mod parse;
mod pattern;
mod token;

use serde_json::Value;

pub use self::parse::PatternError;
pub use self::pattern::Pattern;

use self::pattern::Selector;

/// A filter, and what it makes of a line that matches.
#[derive(Debug)]
pub struct Filter {
    pattern: Pattern,
    value: Amount,
    dimensions: Vec<(String, Selector)>,
}

/// What a matching line counts.
#[derive(Debug)]
enum Amount {
    Fixed(f64),
    Field(Selector),
}

impl Filter {
    /// # Errors
    /// When the pattern, the value, or a dimension is not modelled.
    pub fn read(filter: &rez_topology::MetricFilter) -> Result<Self, PatternError> {
        let value = match filter.value.parse() {
            Ok(number) => Amount::Fixed(number),
            Err(_) => Amount::Field(filter.value.parse()?),
        };
        let dimension = |(name, field): (&String, &String)| Ok((name.clone(), field.parse()?));
        Ok(Self {
            pattern: filter.pattern.parse()?,
            value,
            dimensions: filter.dimensions.iter().map(dimension).collect::<Result<_, _>>()?,
        })
    }

    /// The value and the dimensions of a line that matches. A dimension whose field the line lacks is left out.
    pub fn apply<'f>(&'f self, line: &Value) -> Option<(f64, Vec<(&'f str, String)>)> {
        if !self.pattern.matches(line) {
            return None;
        }
        let value = match &self.value {
            Amount::Fixed(number) => *number,
            Amount::Field(field) => field.find(line)?.as_f64()?,
        };
        let dimension = |(name, field): &'f (String, Selector)| Some((name.as_str(), text(field.find(line)?)?));
        Some((value, self.dimensions.iter().filter_map(dimension).collect()))
    }
}

/// A dimension's value is text, whatever the field is.
fn text(field: &Value) -> Option<String> {
    match field {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(field.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;

    fn filter(pattern: &str, value: &str) -> Result<Filter, PatternError> {
        Filter::read(&rez_topology::MetricFilter {
            log_group: "/shop".to_owned(),
            pattern: pattern.to_owned(),
            namespace: "shop".to_owned(),
            metric: "Failures".to_owned(),
            value: value.to_owned(),
            dimensions: BTreeMap::from([("till".to_owned(), "$.till".to_owned())]),
        })
    }

    #[test]
    fn a_line_that_matches_counts() {
        let ones = filter(r#"{ $.level = "ERROR" }"#, "1").unwrap();
        let line = json!({ "level": "ERROR", "till": 3 });
        assert_eq!(ones.apply(&line), Some((1.0, vec![("till", "3".to_owned())])));
        assert_eq!(ones.apply(&json!({ "level": "ERROR" })), Some((1.0, vec![])));
        assert_eq!(ones.apply(&json!({ "level": "INFO", "till": 3 })), None);
    }

    #[test]
    fn a_field_is_counted_where_it_is_a_number() {
        let sums = filter("{ $.took_ms = * }", "$.took_ms").unwrap();
        assert_eq!(sums.apply(&json!({ "took_ms": 2.5 })), Some((2.5, vec![])));
        assert_eq!(sums.apply(&json!({ "took_ms": "long" })), None);
    }

    #[test]
    fn what_is_not_modelled_is_refused_by_name() {
        for (pattern, value) in [("ERROR", "1"), ("[ip, user]", "1"), ("{ $.a = %x% }", "1"), ("{ $.a = 1 }", "a")] {
            let error = filter(pattern, value).unwrap_err().to_string();
            assert!(error.contains('`'), "{error}");
        }
    }
}
