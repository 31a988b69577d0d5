//! Asynchronous invocation: accepted at once, retried after one and two minutes, given up when too old.

use std::time::Duration;

use bytes::Bytes;
use rez_cloud::faults::{Fault, FaultKind, Target};
use rez_cloud::program::FunctionError;

use crate::support::{Invoked, MINUTE, Recorder, cloud, function, pass};

fn template(properties: &str) -> String {
    format!(
        "
  Failing:
    Type: AWS::Serverless::Function
    Properties: {{ FunctionName: failing, Runtime: provided.al2023 {properties} }}
"
    )
}

async fn fail(_: Invoked) -> Result<Bytes, FunctionError> {
    Err(FunctionError { error_type: "Sorry".to_owned(), message: "not today".to_owned() })
}

#[tokio::test(start_paused = true)]
async fn a_failed_event_is_tried_again_after_one_and_two_minutes_under_its_request_id() {
    let recorder = Recorder::default();
    let builder = cloud(&template("")).function("Failing", function(fail));
    let cloud = builder.subscribe(recorder.subscriber()).build().unwrap();
    let request_id = cloud.invoke_async("Failing", "{}").unwrap();
    pass(60 * MINUTE).await;
    assert_eq!(recorder.seconds("Invocation", &["Started", &request_id]), [0, 60, 180]);
    assert_eq!(recorder.seconds("Invocation", &["Discarded", "RetriesExhausted", &request_id]), [180]);
}

#[tokio::test(start_paused = true)]
async fn an_event_that_would_be_too_old_fails_at_once() {
    // Recorded on AWS: an age of 60 gives one invocation, an age of 90 two.
    for (age, tries) in [(60, 1), (90, 2)] {
        let recorder = Recorder::default();
        let template = template(&format!(", EventInvokeConfig: {{ MaximumEventAgeInSeconds: {age} }}"));
        let builder = cloud(&template).function("Failing", function(fail));
        let cloud = builder.subscribe(recorder.subscriber()).build().unwrap();
        cloud.invoke_async("Failing", "{}").unwrap();
        pass(60 * MINUTE).await;
        assert_eq!(recorder.count("Invocation", &["Started"]), tries, "age {age}");
        assert_eq!(recorder.count("Invocation", &["Discarded", "EventAgeExceeded"]), 1, "age {age}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_throttled_event_is_tried_for_six_hours_with_growing_waits() {
    let recorder = Recorder::default();
    let builder = cloud(&template("")).function("Failing", function(fail)).subscribe(recorder.subscriber());
    let target = Target::parse("function:Failing", &builder.known_targets()).unwrap();
    let (kind, until) = (FaultKind::Throttle, 8 * 60 * MINUTE);
    let fault = Fault { kind, target, probability: 1.0, from: Duration::ZERO, until };
    let cloud = builder.faults([fault]).build().unwrap();
    cloud.invoke_async("Failing", "{}").unwrap();
    pass(8 * 60 * MINUTE).await;
    let tries = recorder.seconds("Invocation", &["Throttled"]);
    assert_eq!(tries[..6], [0, 1, 3, 7, 15, 31]);
    assert_eq!(tries[tries.len() - 1] - tries[tries.len() - 2], 300);
    let given_up = recorder.seconds("Invocation", &["Discarded", "EventAgeExceeded"]);
    assert!((6 * 3_600 - 300..=6 * 3_600).contains(&given_up[0]), "{given_up:?}");
}

/// Regression: it was tried for six hours.
#[tokio::test(start_paused = true)]
async fn an_event_for_a_function_that_is_stopped_is_given_up_at_once() {
    let recorder = Recorder::default();
    let builder = cloud(&template(", ReservedConcurrentExecutions: 0")).function("Failing", function(fail));
    let cloud = builder.subscribe(recorder.subscriber()).build().unwrap();
    cloud.invoke_async("Failing", "{}").unwrap();
    pass(8 * 60 * MINUTE).await;
    assert_eq!(recorder.seconds("Invocation", &["Discarded", "ZeroReservedConcurrency"]), [0]);
    assert_eq!(recorder.count("Invocation", &[]), 1);
}
