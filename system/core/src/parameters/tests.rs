//! The cache: its five minutes, and what happens when a value cannot be read again.

use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::http::OutboundError;
use crate::testing::{Reply, Wire};

const NAME: &str = "ntfy-token";

fn found(value: &str) -> Reply {
    Reply::json(200, &serde_json::json!({"Parameter": {"Name": NAME, "Value": value, "Type": "SecureString"}}))
}

fn parameters(wire: &Arc<Wire>) -> Parameters {
    Parameters::new(&wire.environment("test", &[]))
}

#[tokio::test(start_paused = true)]
async fn a_parameter_is_asked_of_the_extension_once_in_five_minutes() {
    let wire = Wire::new([found("one"), found("two")]);
    let parameters = parameters(&wire);
    assert_eq!(parameters.get(NAME).await, Ok(Some("one".into())));
    tokio::time::advance(Duration::from_secs(299)).await;
    assert_eq!(parameters.get(NAME).await, Ok(Some("one".into())));
    tokio::time::advance(Duration::from_secs(1)).await;
    assert_eq!(parameters.get(NAME).await, Ok(Some("two".into())));

    let asked = &wire.requests()[0];
    assert_eq!(asked.method, "GET");
    assert_eq!(
        asked.uri,
        "http://localhost:2773/systemsmanager/parameters/get?name=%2Frez%2Dagent%2Fdev%2Fntfy%2Dtoken&withDecryption=true"
    );
    assert_eq!(asked.header("x-aws-parameters-secrets-token"), Some("session-token"));
    assert_eq!(wire.requests().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_stale_value_goes_on_being_used_when_it_cannot_be_read_again() {
    let wire = Wire::new([found("one"), Reply::text(500, ""), Reply::Reset, found("two")]);
    let parameters = parameters(&wire);
    for (wait, value) in [(0, "one"), (300, "one"), (29, "one"), (1, "one"), (30, "two")] {
        tokio::time::advance(Duration::from_secs(wait)).await;
        assert_eq!(parameters.get(NAME).await, Ok(Some(value.into())));
    }
    assert_eq!(wire.requests().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_value_that_was_never_read_is_an_error_until_it_is() {
    let wire = Wire::new([Reply::Hang, Reply::text(400, "not ready to serve traffic, please wait"), found("one")]);
    let parameters = parameters(&wire);
    assert_eq!(parameters.get(NAME).await, Err(ReadError::Unreachable(OutboundError::Timeout)));
    assert_eq!(parameters.get(NAME).await, Err(ReadError::Unexpected(400)));
    assert_eq!(parameters.get(NAME).await, Ok(Some("one".into())));
}

#[tokio::test(start_paused = true)]
async fn who_is_throttled_at_the_first_reading_asks_again() {
    let throttled = || Reply::json(400, &serde_json::json!({"__type": "ThrottlingException"}));
    let patient = parameters(&Wire::new([throttled(), throttled(), found("one")]));
    assert_eq!(patient.get(NAME).await, Ok(Some("one".into())));
    let wire = Wire::answering(move |_| throttled());
    assert_eq!(parameters(&wire).get(NAME).await, Err(ReadError::Throttled));
    assert_eq!(wire.requests().len(), 6);
}

#[tokio::test(start_paused = true)]
async fn who_has_a_stale_value_does_not_wait_for_a_throttled_one() {
    let throttled = Reply::json(400, &serde_json::json!({"__type": "ThrottlingException"}));
    let wire = Wire::new([found("one"), throttled]);
    let parameters = parameters(&wire);
    parameters.get(NAME).await.unwrap();
    tokio::time::advance(Duration::from_secs(300)).await;
    assert_eq!(parameters.get(NAME).await, Ok(Some("one".into())));
}

#[tokio::test(start_paused = true)]
async fn an_absent_parameter_is_no_error() {
    let absent = serde_json::json!({"__type": "ParameterNotFound"});
    let parameters = parameters(&Wire::new([Reply::json(400, &absent)]));
    assert_eq!(parameters.get(NAME).await, Ok(None));
    assert_eq!(parameters.get(NAME).await, Ok(None));
}

#[tokio::test(start_paused = true)]
async fn a_refresh_reads_at_once_and_keeps_the_old_value_when_it_fails() {
    let wire = Wire::new([found("one"), found("two"), Reply::Reset]);
    let parameters = parameters(&wire);
    parameters.get(NAME).await.unwrap();
    assert_eq!(parameters.refresh(NAME).await, Ok(Some("two".into())));
    assert!(parameters.refresh(NAME).await.is_err());
    assert_eq!(parameters.get(NAME).await, Ok(Some("two".into())));
}

#[test]
fn a_value_is_not_shown() {
    assert_eq!(format!("{:?}", Value::from("tk_secret")), "Value(…)");
}
