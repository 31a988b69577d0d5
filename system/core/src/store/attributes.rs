//! DynamoDB attribute values from and to our own.

use std::fmt::Display;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::clock::Moment;
use crate::error::{Category, Failure};

pub fn text(value: impl Display) -> AttributeValue {
    AttributeValue::S(value.to_string())
}

pub fn number(value: impl Display) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// A moment as a number of milliseconds, which can be compared in a condition.
pub fn millis(moment: Moment) -> AttributeValue {
    number(moment.epoch_ms())
}

pub fn list(values: &[String]) -> AttributeValue {
    AttributeValue::L(values.iter().map(text).collect())
}

pub fn failure(failure: &Failure) -> AttributeValue {
    AttributeValue::M(
        [
            ("category".to_owned(), text(failure.category.as_str())),
            ("code".to_owned(), text(&failure.code)),
            ("message".to_owned(), text(&failure.message)),
        ]
        .into(),
    )
}

pub fn as_text(value: &AttributeValue) -> Option<&str> {
    value.as_s().ok().map(String::as_str)
}

pub fn as_number<T: std::str::FromStr>(value: &AttributeValue) -> Option<T> {
    value.as_n().ok().and_then(|number| number.parse().ok())
}

pub fn as_millis(value: &AttributeValue) -> Option<Moment> {
    as_number(value).map(Moment::from_epoch_ms)
}

pub fn as_moment(value: &AttributeValue) -> Option<Moment> {
    as_text(value).and_then(Moment::parse)
}

pub fn as_list(value: &AttributeValue) -> Option<Vec<String>> {
    value.as_l().ok()?.iter().map(|value| as_text(value).map(str::to_owned)).collect()
}

pub fn as_failure(value: &AttributeValue) -> Option<Failure> {
    let members = value.as_m().ok()?;
    let member = |name| members.get(name).and_then(as_text);
    Some(Failure {
        category: Category::parse(member("category")?)?,
        code: member("code")?.to_owned().into(),
        message: member("message")?.to_owned(),
    })
}
