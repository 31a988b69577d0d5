//! Takes known fields out of an object one by one and remembers every mistake.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::Value;

use crate::error::{ApiError, Detail};

/// What is wrong with a value, as the caller is told.
pub type Problem = Cow<'static, str>;

/// The fields that are not yet taken, and what was wrong with those that were.
pub struct Fields<V> {
    left: BTreeMap<String, V>,
    details: Vec<Detail>,
}

impl<V> Fields<V> {
    pub fn new(fields: BTreeMap<String, V>) -> Self {
        Self { left: fields, details: Vec::new() }
    }

    /// Takes a field that may be absent.
    pub fn optional<T>(&mut self, name: &str, decode: impl FnOnce(V) -> Result<T, Problem>) -> Option<T> {
        let value = self.left.remove(name)?;
        decode(value).map_err(|problem| self.refuse(name, problem)).ok()
    }

    /// Takes a field that must be there.
    pub fn required<T>(&mut self, name: &str, decode: impl FnOnce(V) -> Result<T, Problem>) -> Option<T> {
        if !self.left.contains_key(name) {
            self.refuse(name, "is required");
        }
        self.optional(name, decode)
    }

    pub fn refuse(&mut self, name: &str, problem: impl Into<Problem>) {
        self.details.push(Detail::new(name, problem));
    }

    /// # Errors
    /// `invalid_request` with every mistake, and with every field that nobody took.
    pub fn finish(mut self) -> Result<(), ApiError> {
        self.details.extend(self.left.keys().map(|name| Detail::new(name, "is not known")));
        if self.details.is_empty() { Ok(()) } else { Err(ApiError::invalid(self.details)) }
    }
}

/// A JSON string.
///
/// # Errors
/// For any other type.
pub fn string(value: Value) -> Result<String, Problem> {
    match value {
        Value::String(text) => Ok(text),
        _ => Err("must be a string".into()),
    }
}

/// A whole number that fits; `3.0` is one, as JSON knows only numbers.
///
/// # Errors
/// For another type, a fraction, or a number out of bounds.
pub fn whole_number(value: &Value) -> Result<u8, Problem> {
    match value.as_f64() {
        Some(number) if number.fract() == 0.0 && (0.0..=255.0).contains(&number) => Ok(number as u8),
        _ => Err("must be a small whole number".into()),
    }
}
