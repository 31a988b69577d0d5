//! Reads `{ $.level = "ERROR" && ($.code > 500 || $.code NOT EXISTS) }`. `&&` binds closer than `||`.

use std::iter::Peekable;
use std::str::FromStr;
use std::vec::IntoIter;

use serde_json::Value;

use super::pattern::{Operator, Pattern, Selector, Step, Test};
use super::token::{Token, tokens};

/// Parentheses may stand within each other this deep; AWS names no limit, but no pattern needs more.
const DEPTH_MAX: usize = 32;

/// Why a pattern cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    #[error("pattern `{0}` is not modelled (only JSON patterns are: `{{ $.field = value }}`)")]
    NotJson(String),
    #[error("expected {what} at `{at}`")]
    Expected { what: &'static str, at: String },
    #[error("`{0}` is not modelled: regular expressions")]
    RegularExpression(String),
    #[error("pattern is nested too deeply")]
    TooDeep,
}

impl FromStr for Pattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let inner = text.trim().strip_prefix('{').and_then(|inner| inner.strip_suffix('}'));
        let inner = inner.ok_or_else(|| PatternError::NotJson(text.to_owned()))?;
        let mut parser = Parser { tokens: tokens(inner)?.into_iter().peekable(), depth: 0 };
        let pattern = parser.any()?;
        match parser.tokens.next() {
            None => Ok(pattern),
            Some(token) => Err(expected("`&&`, `||` or the end", Some(&token))),
        }
    }
}

impl FromStr for Selector {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || PatternError::Expected { what: "a field like `$.name`", at: text.to_owned() };
        let path = text.strip_prefix('$').filter(|path| path.starts_with(['.', '['])).ok_or_else(wrong)?;
        let mut steps = Vec::new();
        for (place, member) in path.split('.').enumerate() {
            let mut parts = member.split('[');
            let name = parts.next().unwrap_or_default();
            if place > 0 {
                (!name.is_empty()).then(|| steps.push(Step::Member(name.to_owned()))).ok_or_else(wrong)?;
            }
            for index in parts {
                let index = index.strip_suffix(']').and_then(|index| index.parse().ok()).ok_or_else(wrong)?;
                steps.push(Step::Item(index));
            }
        }
        Ok(Self(steps))
    }
}

struct Parser {
    tokens: Peekable<IntoIter<Token>>,
    depth: usize,
}

impl Parser {
    fn any(&mut self) -> Result<Pattern, PatternError> {
        let mut patterns = vec![self.all()?];
        while self.takes("||") {
            patterns.push(self.all()?);
        }
        Ok(one_or(patterns, Pattern::Any))
    }

    fn all(&mut self) -> Result<Pattern, PatternError> {
        let mut patterns = vec![self.term()?];
        while self.takes("&&") {
            patterns.push(self.term()?);
        }
        Ok(one_or(patterns, Pattern::All))
    }

    fn term(&mut self) -> Result<Pattern, PatternError> {
        if !self.takes("(") {
            let selector = self.word("a field like `$.name`")?.parse()?;
            return Ok(Pattern::Field(selector, self.test()?));
        }
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(PatternError::TooDeep);
        }
        let pattern = self.any()?;
        self.depth -= 1;
        if self.takes(")") { Ok(pattern) } else { Err(expected("`)`", self.tokens.peek())) }
    }

    fn test(&mut self) -> Result<Test, PatternError> {
        match self.tokens.next() {
            Some(Token::Word(word)) => self.word_test(&word),
            Some(Token::Sign(sign)) => {
                let operator = operator(sign).ok_or_else(|| expected("an operator", Some(&Token::Sign(sign))))?;
                self.comparison(operator)
            }
            other => Err(expected("an operator", other.as_ref())),
        }
    }

    fn word_test(&mut self, word: &str) -> Result<Test, PatternError> {
        match word {
            "EXISTS" => Ok(Test::Exists(true)),
            "NOT" if self.word("`EXISTS`")? == "EXISTS" => Ok(Test::Exists(false)),
            "IS" => match self.word("`NULL`, `TRUE` or `FALSE`")?.as_str() {
                "NULL" => Ok(Test::Is(Value::Null)),
                "TRUE" => Ok(Test::Is(Value::Bool(true))),
                "FALSE" => Ok(Test::Is(Value::Bool(false))),
                other => Err(PatternError::Expected { what: "`NULL`, `TRUE` or `FALSE`", at: other.to_owned() }),
            },
            _ => Err(PatternError::Expected { what: "an operator", at: word.to_owned() }),
        }
    }

    fn comparison(&mut self, operator: Operator) -> Result<Test, PatternError> {
        let text = match self.tokens.next() {
            Some(Token::Quoted(text)) => text,
            Some(Token::Word(word)) if word.starts_with('%') => return Err(PatternError::RegularExpression(word)),
            Some(Token::Word(word)) => match word.parse::<f64>() {
                Ok(number) if number.is_finite() => return Ok(Test::Number { operator, number }),
                _ => word,
            },
            other => return Err(expected("a value", other.as_ref())),
        };
        match operator {
            Operator::Equal => Ok(Test::Text { text, equal: true }),
            Operator::NotEqual => Ok(Test::Text { text, equal: false }),
            _ => Err(PatternError::Expected { what: "a number", at: text }),
        }
    }

    fn takes(&mut self, sign: &'static str) -> bool {
        self.tokens.next_if_eq(&Token::Sign(sign)).is_some()
    }

    fn word(&mut self, what: &'static str) -> Result<String, PatternError> {
        match self.tokens.next() {
            Some(Token::Word(word)) => Ok(word),
            other => Err(expected(what, other.as_ref())),
        }
    }
}

fn operator(sign: &str) -> Option<Operator> {
    Some(match sign {
        "=" => Operator::Equal,
        "!=" => Operator::NotEqual,
        "<" => Operator::Less,
        "<=" => Operator::LessOrEqual,
        ">" => Operator::Greater,
        ">=" => Operator::GreaterOrEqual,
        _ => return None,
    })
}

fn one_or(mut patterns: Vec<Pattern>, several: fn(Vec<Pattern>) -> Pattern) -> Pattern {
    if patterns.len() == 1 { patterns.remove(0) } else { several(patterns) }
}

fn expected(what: &'static str, found: Option<&Token>) -> PatternError {
    let at = match found {
        None => "the end".to_owned(),
        Some(Token::Sign(sign)) => (*sign).to_owned(),
        Some(Token::Quoted(text) | Token::Word(text)) => text.clone(),
    };
    PatternError::Expected { what, at }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn patterns_of_the_guide() {
        let line = json!({ "a": "ERROR 7", "n": 401, "deep": { "list": [{ "ok": true }] }, "nil": null });
        for (pattern, expected) in [
            (r#"{ $.a = "ERROR 7" }"#, true),
            (r#"{ $.a = "ERROR*" }"#, true),
            (r#"{ $.a != "ERROR*" }"#, false),
            ("{ $.n = 401 }", true),
            ("{$.n!=401}", false),
            ("{ $.n = 4* }", true),
            ("{ $.n > 400 && $.n < 402 }", true),
            ("{ $.n >= 402 || $.n <= 400 }", false),
            ("{ $.deep.list[0].ok IS TRUE }", true),
            ("{ $.nil IS NULL && $.nil EXISTS }", true),
            ("{ $.gone NOT EXISTS && ($.n = 1 || $.n = 401) }", true),
            ("{ $.n = 401 || $.n = 1 && $.gone EXISTS }", true),
            ("{ ($.n = 401 || $.n = 1) && $.gone EXISTS }", false),
            ("{ $.gone != 1 }", false),
        ] {
            assert_eq!(pattern.parse::<Pattern>().unwrap().matches(&line), expected, "{pattern}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        for pattern in ["", "{", "{}", "{ $ }", "{ $.a }", "{ $.a = }", "{ $.a = \"x }", "{ $.a > x }", "{ ($.a = 1 }"]
        {
            assert!(pattern.parse::<Pattern>().is_err(), "{pattern}");
        }
        let deep = format!("{{ {}$.a = 1{} }}", "(".repeat(100_000), ")".repeat(100_000));
        assert_eq!(deep.parse::<Pattern>(), Err(PatternError::TooDeep));
    }

    proptest! {
        #[test]
        fn no_pattern_makes_it_panic(pattern in r#"\{[ $.a\[\]0-9="!<>()&|%\\*ISNULé]{0,40}\}"#) {
            drop(pattern.parse::<Pattern>());
        }
    }
}
