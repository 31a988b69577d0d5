//! From the body of a queue's record to an event, or to the reason why it is none. Takes SNS's envelope and raw
//! delivery alike.

use serde_json::Value;

use super::{MESSAGE_CREATED, MessageCreated, Wire};
use crate::clock::Moment;
use crate::error::{Category, Failure, codes};
use crate::message::MessageId;
use crate::stage::Stage;

/// A body that is no event of ours. It is not retried.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{failure}")]
pub struct InvalidEvent {
    pub failure: Failure,
    /// The message that it names all the same.
    pub message_id: Option<MessageId>,
}

/// Reads an event for the messages of `stage`.
///
/// # Errors
/// When the body is no JSON, no event, an event of another type or stage, or of another major version.
pub fn parse(body: &str, stage: Stage) -> Result<MessageCreated, InvalidEvent> {
    let value = json(body)?;
    let value = match envelope(&value) {
        Some(inner) => json(inner)?,
        None => value,
    };
    let message_id = value["message_id"].as_str().and_then(MessageId::parse);
    read(value, stage).map_err(|(code, reason)| InvalidEvent {
        failure: Failure::new(Category::Validation, code, reason),
        message_id,
    })
}

fn json(text: &str) -> Result<Value, InvalidEvent> {
    serde_json::from_str(text).map_err(|error| InvalidEvent {
        failure: Failure::new(Category::Validation, codes::EVENT_NOT_JSON, format!("the body is no JSON: {error}")),
        message_id: None,
    })
}

/// What is in SNS's envelope, if it is one.
fn envelope(value: &Value) -> Option<&str> {
    (value["Type"] == "Notification").then(|| value["Message"].as_str()).flatten()
}

type Reason = (&'static str, String);

/// The version decides what else must be there, so it is read first.
fn read(value: Value, stage: Stage) -> Result<MessageCreated, Reason> {
    let version = value["version"].as_str().ok_or((codes::EVENT_MALFORMED, "`version` is missing".to_owned()))?;
    if !is_version_1(version) {
        return Err((codes::EVENT_VERSION, format!("version `{}` is not 1.x", shortened(version))));
    }
    if let Some(other) = value["event_type"].as_str().filter(|event_type| *event_type != MESSAGE_CREATED) {
        return Err((codes::EVENT_TYPE, format!("event type `{}` is unknown", shortened(other))));
    }
    let wire: Wire = serde_json::from_value(value)
        .map_err(|error| (codes::EVENT_MALFORMED, shortened(&error.to_string()).to_owned()))?;
    if wire.stage != stage {
        return Err((codes::EVENT_STAGE, format!("the event is of stage `{}`, not `{stage}`", wire.stage)));
    }
    let created = Moment::parse(&wire.created_date)
        .ok_or((codes::EVENT_MALFORMED, "`created_date` is no RFC 3339 time".to_owned()))?;
    Ok(MessageCreated { message_id: wire.message_id, stage, created, correlation_id: wire.correlation_id })
}

fn is_version_1(version: &str) -> bool {
    version.strip_prefix("1.").is_some_and(|minor| !minor.is_empty() && minor.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Enough of a foreign text for a person to recognise it.
fn shortened(text: &str) -> &str {
    text.char_indices().nth(200).map_or(text, |(end, _)| &text[..end])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    const ID: &str = "7e2c1f9a-5b3d-4c8e-9f10-2a3b4c5d6e7f";

    fn event() -> Value {
        json!({"version": "1.0", "event_type": "message.created", "message_id": ID, "stage": "dev",
            "created_date": "2026-11-23T12:00:00.000Z", "correlation_id": "c"})
    }

    fn enveloped(event: &Value) -> String {
        json!({"Type": "Notification", "MessageId": "m", "TopicArn": "arn", "Message": event.to_string()}).to_string()
    }

    #[track_caller]
    fn check(change: impl FnOnce(&mut Value), expected: Result<(), &str>) {
        let mut event = event();
        change(&mut event);
        for body in [event.to_string(), enveloped(&event)] {
            let result = parse(&body, Stage::Dev);
            assert_eq!(result.as_ref().map(|_| ()).map_err(|invalid| &*invalid.failure.code), expected);
        }
    }

    #[test]
    fn any_minor_version_and_unknown_fields_are_read() {
        check(|_| {}, Ok(()));
        check(|event| event["version"] = "1.17".into(), Ok(()));
        check(|event| event["added_in_1_1"] = json!({"a": 1}), Ok(()));
    }

    #[test]
    fn what_is_no_event_of_ours_says_why() {
        check(|event| event["version"] = "2.0".into(), Err(codes::EVENT_VERSION));
        check(|event| event["version"] = "1.".into(), Err(codes::EVENT_VERSION));
        check(|event| event["version"] = 1.into(), Err(codes::EVENT_MALFORMED));
        check(|event| event["event_type"] = "message.deleted".into(), Err(codes::EVENT_TYPE));
        check(|event| event["stage"] = "prod".into(), Err(codes::EVENT_STAGE));
        check(|event| event["created_date"] = "yesterday".into(), Err(codes::EVENT_MALFORMED));
        check(|event| event["message_id"] = "42".into(), Err(codes::EVENT_MALFORMED));
        check(|event| drop(event.as_object_mut().unwrap().remove("correlation_id")), Err(codes::EVENT_MALFORMED));
        assert_eq!(parse("hello", Stage::Dev).unwrap_err().failure.code, codes::EVENT_NOT_JSON);
    }

    #[test]
    fn a_future_version_still_names_its_message() {
        let mut event = event();
        event["version"] = "2.0".into();
        assert_eq!(parse(&event.to_string(), Stage::Dev).unwrap_err().message_id, MessageId::parse(ID));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(id: u128, created in 0i64..4_000_000_000_000, correlation_id: String) {
            let event = MessageCreated {
                message_id: MessageId(Uuid::from_u128(id)),
                stage: Stage::Prod,
                created: Moment::from_epoch_ms(created),
                correlation_id,
            };
            prop_assert_eq!(parse(&event.to_json(), Stage::Prod), Ok(event.clone()));
            let json = serde_json::from_str(&event.to_json()).unwrap();
            prop_assert_eq!(parse(&enveloped(&json), Stage::Prod), Ok(event));
        }

        #[test]
        fn no_body_makes_it_panic(body: String, cut in 0usize..200) {
            drop(parse(&body, Stage::Dev));
            let event = event().to_string();
            drop(parse(&event[..cut.min(event.len())], Stage::Dev));
        }
    }
}
