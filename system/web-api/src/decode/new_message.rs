//! The body of `POST /api/messages`. Its bounds are the message's own, in [`rez_core::message`].

use http::HeaderMap;
use rez_core::message::{Content, Draft, InvalidContent, Kind};
use serde_json::Value;

use super::fields::{Fields, Problem, string, whole_number};
use super::headers::demand_json;
use super::json;
use crate::error::ApiError;

const PRIORITY_DEFAULT: u8 = 3;

/// What is to be sent.
///
/// # Errors
/// As [`demand_json`] and [`json::object`]; `invalid_request` with every field that is missing, unknown, or out of bounds.
pub fn decode(headers: &HeaderMap, body: &[u8]) -> Result<Content, ApiError> {
    demand_json(headers)?;
    content(body)
}

fn content(body: &[u8]) -> Result<Content, ApiError> {
    let mut fields = Fields::new(json::object(body)?);
    let content = Content {
        title: fields.required("title", string).unwrap_or_else(stand_in),
        body: fields.required("body", string).unwrap_or_else(stand_in),
        priority: fields.optional("priority", |value| whole_number(&value)).unwrap_or(PRIORITY_DEFAULT),
        tags: fields.optional("tags", strings).unwrap_or_default(),
    };
    // The checks are those of a draft, whose creator is not this decoder's matter.
    let draft = Draft { created_by: stand_in(), kind: Kind::Manual, content };
    if let Err(InvalidContent(wrong)) = draft.validate() {
        wrong.into_iter().for_each(|wrong| fields.refuse(wrong.field, wrong.problem));
    }
    fields.finish()?;
    Ok(draft.content)
}

/// In place of a text that is already refused, so that it is not refused again for being empty.
fn stand_in() -> String {
    "-".to_owned()
}

fn strings(value: Value) -> Result<Vec<String>, Problem> {
    let strings = match value {
        Value::Array(values) => values.into_iter().map(string).collect::<Result<_, _>>().ok(),
        _ => None,
    };
    strings.ok_or("must be a list of strings".into())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn check(body: &Value) -> Result<Content, Vec<String>> {
        content(body.to_string().as_bytes())
            .map_err(|error| error.details.into_iter().map(|detail| detail.field).collect())
    }

    #[test]
    fn what_is_left_out_has_a_default() {
        let content = check(&json!({"title": "t", "body": "b"})).expect("a good message");
        assert_eq!((content.priority, content.tags), (3, vec![]));
        let content =
            check(&json!({"title": "t", "body": "b", "priority": 5.0, "tags": ["a"]})).expect("a good message");
        assert_eq!((content.priority, content.tags), (5, vec!["a".to_owned()]));
    }

    #[test]
    fn a_long_message_fits_also_when_every_character_is_escaped() {
        let (title, body) = ("\\u00e4".repeat(250), "\\u0062".repeat(2_048));
        assert!(content(format!(r#"{{"title":"{title}","body":"{body}"}}"#).as_bytes()).is_ok());
    }

    #[test]
    fn every_mistake_is_named_once() {
        let body = json!({"body": 7, "priority": 6, "tags": ["a", "b,c"], "colour": "red", "status": "x"});
        assert_eq!(check(&body).expect_err("mistakes"), ["title", "body", "priority", "tags", "colour", "status"]);
        for (field, value) in [
            ("title", json!("")),
            ("title", json!("x".repeat(251))),
            ("title", json!("a\nb")),
            ("title", json!(null)),
            ("body", json!(" ")),
            ("body", json!("x".repeat(4_097))),
            ("body", json!({"a": {}})),
            ("priority", json!(0)),
            ("priority", json!(2.5)),
            ("priority", json!(1e300)),
            ("priority", json!(-1)),
            ("priority", json!("3")),
            ("tags", json!("a")),
            ("tags", json!([1])),
            ("tags", json!([""])),
            ("tags", json!(["x".repeat(51)])),
            ("tags", json!(vec!["x"; 11])),
            ("message_id", json!("x")),
        ] {
            let mut body = json!({"title": "t", "body": "b"});
            body[field] = value;
            assert_eq!(check(&body).expect_err("a mistake"), [field], "{body}");
        }
    }

    proptest! {
        #[test]
        fn what_is_accepted_is_within_bounds(
            title in ".{0,260}", body in ".{0,40}", priority in any::<f64>(), tag in ".{0,60}",
        ) {
            if let Ok(content) = check(&json!({"title": title, "body": body, "priority": priority, "tags": [tag]})) {
                prop_assert!((1..=5).contains(&content.priority));
                prop_assert!(content.title.chars().count() <= 250 && !content.title.contains(char::is_control));
                prop_assert!(!content.body.trim().is_empty() && !content.tags[0].contains(','));
            }
        }

        #[test]
        fn any_bytes_are_a_message_or_refused(body in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = content(&body);
        }
    }
}
