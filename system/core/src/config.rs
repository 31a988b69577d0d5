//! Typed configuration from environment variables. Reading goes on after a mistake, so that a cold start stops with all
//! of them in one line.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;

/// Why a function does not start: one line that lists every mistake.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot start: {}", .0.join("; "))]
pub struct StartError(pub Vec<String>);

/// Reads variables, and gathers what is wrong with them. Ask for everything, then call [`Variables::finish`].
#[derive(Debug)]
pub struct Variables<'a> {
    values: &'a BTreeMap<String, String>,
    mistakes: Vec<String>,
}

impl<'a> Variables<'a> {
    pub fn new(values: &'a BTreeMap<String, String>) -> Self {
        Self { values, mistakes: Vec::new() }
    }

    /// A text that must be there; empty, with a mistake noted, when it is not.
    pub fn text(&mut self, name: &str) -> String {
        match self.optional_text(name) {
            Some(value) => value.to_owned(),
            None => {
                self.mistakes.push(format!("`{name}` is missing"));
                String::new()
            }
        }
    }

    /// A text that may be missing. An empty variable counts as missing, as CloudFormation cannot leave one out.
    pub fn optional_text(&self, name: &str) -> Option<&'a str> {
        self.values.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// A value that must be there and parse; `fallback`, with a mistake noted, otherwise.
    pub fn parsed<T: FromStr<Err: Display>>(&mut self, name: &str, fallback: T) -> T {
        if self.optional_text(name).is_none() {
            self.mistakes.push(format!("`{name}` is missing"));
            return fallback;
        }
        self.optional_parsed(name, fallback)
    }

    /// A value that may be missing, but not be wrong.
    pub fn optional_parsed<T: FromStr<Err: Display>>(&mut self, name: &str, default: T) -> T {
        let Some(text) = self.optional_text(name) else { return default };
        match text.parse() {
            Ok(value) => value,
            Err(error) => {
                self.mistakes.push(format!("`{name}` is `{text}` ({error})"));
                default
            }
        }
    }

    /// Notes a mistake that only the reader of a value can see.
    pub fn mistake(&mut self, mistake: String) {
        self.mistakes.push(mistake);
    }

    /// # Errors
    /// Everything that was wrong or missing.
    pub fn finish(self) -> Result<(), StartError> {
        if self.mistakes.is_empty() { Ok(()) } else { Err(StartError(self.mistakes)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::Stage;

    #[test]
    fn every_mistake_is_listed_in_one_line() {
        let values = BTreeMap::from([("STAGE".to_owned(), "test".to_owned()), ("EMPTY".to_owned(), String::new())]);
        let mut variables = Variables::new(&values);
        variables.parsed("STAGE", Stage::Dev);
        variables.text("EMPTY");
        variables.text("MESSAGES_TABLE");
        assert_eq!(
            variables.finish().unwrap_err().to_string(),
            "cannot start: `STAGE` is `test` (expected `dev`, `stage` or `prod`); `EMPTY` is missing; \
             `MESSAGES_TABLE` is missing"
        );
    }

    #[test]
    fn what_may_be_missing_has_a_default_but_must_not_be_wrong() {
        let values = BTreeMap::from([("BURST".to_owned(), "many".to_owned())]);
        let mut variables = Variables::new(&values);
        assert_eq!(variables.optional_parsed("INTERVAL", 5u32), 5);
        variables.optional_parsed("BURST", 50u32);
        assert!(variables.finish().unwrap_err().to_string().contains("`BURST` is `many`"));
    }
}
