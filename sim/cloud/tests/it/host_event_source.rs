//! Event sources: what is deleted, what comes back when, and what a throttled function does to its messages.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use rez_cloud::faults::{Fault, FaultKind, Target};
use rez_cloud::history::Cause;
use rez_cloud::profile::{BurstKnobs, NetworkKnobs, Profile};
use rez_cloud::program::FunctionError;
use rez_cloud::services::sqs::Outgoing;
use rez_cloud::{Cloud, CloudBuilder};
use serde_json::{Value, json};

use crate::support::{Invoked, MINUTE, Recorder, SECOND, cloud, function, ok, pass};

fn template(function: &str, event: &str) -> String {
    format!(
        "
  Dead:
    Type: AWS::SQS::Queue
    Properties: {{ QueueName: dead }}
  Work:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: work
      VisibilityTimeout: 60
      RedrivePolicy: {{ deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 3 }}
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: worker
      Runtime: provided.al2023
      Timeout: 30
      {function}
      Events:
        Work:
          Type: SQS
          Properties: {{ Queue: !GetAtt Work.Arn {event} }}
"
    )
}

fn plain() -> CloudBuilder {
    cloud(&template("MemorySize: 128", ""))
}

fn send(cloud: &Cloud, body: &str) {
    cloud.services().sqs.send("work", Outgoing::new(body), Cause::Outside).unwrap();
}

fn started(builder: CloudBuilder) -> (Cloud, Recorder) {
    let recorder = Recorder::default();
    let cloud = builder.subscribe(recorder.subscriber()).build().unwrap();
    cloud.start();
    (cloud, recorder)
}

fn sorry() -> FunctionError {
    FunctionError { error_type: "Sorry".to_owned(), message: "not today".to_owned() }
}

fn records(payload: &[u8]) -> Vec<Value> {
    let event: Value = serde_json::from_slice(payload).unwrap();
    event["Records"].as_array().unwrap().clone()
}

#[tokio::test(start_paused = true)]
async fn a_record_has_exactly_the_keys_that_aws_sends() {
    let seen: Arc<Mutex<Vec<Value>>> = Arc::default();
    let seeing = seen.clone();
    let see = move |invoked: Invoked| {
        seeing.lock().unwrap().extend(records(&invoked.payload));
        ok(invoked)
    };
    let (cloud, recorder) = started(plain().function("Worker", function(see)));
    send(&cloud, "hello");
    pass(MINUTE).await;
    let record = seen.lock().unwrap()[0].clone();
    let keys: Vec<&String> = record.as_object().unwrap().keys().collect();
    let expected = [
        "attributes",
        "awsRegion",
        "body",
        "eventSource",
        "eventSourceARN",
        "md5OfBody",
        "md5OfMessageAttributes",
        "messageAttributes",
        "messageId",
        "receiptHandle",
    ];
    assert_eq!(keys, expected);
    assert_eq!(record["body"], "hello");
    assert_eq!(record["eventSourceARN"], "arn:aws:sqs:us-east-1:123456789012:work");
    assert_eq!(record["attributes"]["ApproximateReceiveCount"], "1");
    assert_eq!(recorder.count("Queue", &["Deleted"]), 1);
}

#[tokio::test(start_paused = true)]
async fn a_failed_batch_comes_back_when_its_visibility_ends_and_dies_after_three_receives() {
    let fail = |_: Invoked| async { Err::<Bytes, _>(sorry()) };
    let (cloud, recorder) = started(plain().function("Worker", function(fail)));
    send(&cloud, "hello");
    pass(10 * MINUTE).await;
    assert_eq!(recorder.seconds("Invocation", &["Started"]), [0, 60, 120]);
    assert_eq!(recorder.seconds("Queue", &["Moved", "dead"]), [180]);
    assert_eq!(cloud.services().sqs.counts("dead").unwrap().visible, 1);
}

#[tokio::test(start_paused = true)]
async fn of_a_partial_batch_only_the_named_messages_stay() {
    let partial = |invoked: Invoked| async move {
        let records = records(&invoked.payload);
        let bad = records.iter().filter(|record| record["body"] == "bad");
        let failures: Vec<Value> = bad.map(|record| json!({ "itemIdentifier": record["messageId"] })).collect();
        Ok(Bytes::from(json!({ "batchItemFailures": failures }).to_string()))
    };
    let template = template("MemorySize: 128", ", FunctionResponseTypes: [ReportBatchItemFailures]");
    let (cloud, recorder) = started(cloud(&template).function("Worker", function(partial)));
    for body in ["good", "bad", "good"] {
        send(&cloud, body);
    }
    pass(50 * SECOND).await;
    assert_eq!(recorder.count("Queue", &["\"work\"", "Deleted"]), 2);
    pass(10 * MINUTE).await;
    assert_eq!(recorder.count("Queue", &["Moved"]), 1);
}

#[tokio::test(start_paused = true)]
async fn a_response_is_not_read_unless_the_mapping_says_so() {
    let refuse = |_: Invoked| async { Ok(Bytes::from_static(br#"{"batchItemFailures":[{"itemIdentifier":""}]}"#)) };
    let (cloud, recorder) = started(plain().function("Worker", function(refuse)));
    send(&cloud, "hello");
    pass(MINUTE).await;
    assert_eq!(recorder.count("Queue", &["Deleted"]), 1);
}

#[tokio::test(start_paused = true)]
async fn throttling_alone_walks_a_message_to_the_dead_letter_queue() {
    let template = template("ReservedConcurrentExecutions: 0", "");
    let (cloud, recorder) = started(cloud(&template).function("Worker", function(ok)));
    send(&cloud, "hello");
    pass(10 * MINUTE).await;
    assert_eq!(recorder.count("Invocation", &["Started"]), 0);
    // With waits of up to 20 s, three rounds of a minute leave time for a few tries each, and for no more.
    assert!((7..60).contains(&recorder.count("Invocation", &["Throttled"])));
    assert_eq!(recorder.seconds("Queue", &["Moved"]), [180]);
}

#[tokio::test(start_paused = true)]
async fn a_window_gathers_a_batch() {
    let template = template("MemorySize: 128", ", BatchSize: 4, MaximumBatchingWindowInSeconds: 10");
    let (cloud, recorder) = started(cloud(&template).function("Worker", function(ok)));
    for _ in 0..3 {
        send(&cloud, "hello");
        pass(2 * SECOND).await;
    }
    pass(MINUTE).await;
    assert_eq!(recorder.seconds("Invocation", &["Started"]), [10]);
    for _ in 0..4 {
        send(&cloud, "hello");
    }
    pass(SECOND).await;
    assert_eq!(recorder.count("Invocation", &["Started"]), 2);
}

#[tokio::test(start_paused = true)]
async fn no_more_batches_are_under_way_than_maximum_concurrency() {
    let slow = |invoked: Invoked| async move {
        pass(5 * SECOND).await;
        ok(invoked).await
    };
    let template = template("MemorySize: 128", ", BatchSize: 1, ScalingConfig: { MaximumConcurrency: 2 }");
    let (cloud, recorder) = started(cloud(&template).function("Worker", function(slow)));
    for _ in 0..6 {
        send(&cloud, "hello");
    }
    pass(MINUTE).await;
    assert_eq!(recorder.seconds("Invocation", &["Started"]), [0, 0, 5, 5, 10, 10]);
}

#[tokio::test(start_paused = true)]
async fn five_idle_pollers_make_fifteen_receives_a_minute() {
    let (_cloud, recorder) = started(plain().function("Worker", function(ok)));
    pass(60 * MINUTE + SECOND).await;
    let count = |(_, fact): &(_, String)| {
        let count = fact.split("count: ").nth(1).unwrap().trim_end_matches(" }");
        count.parse::<u64>().unwrap()
    };
    let receives: u64 = recorder.find("OnBehalf", &["ReceiveMessage"]).iter().map(count).sum();
    assert_eq!(receives, 15 * 60);
}

/// A cloud in which `kind` befalls all of the pollers' `operation` in the first seconds.
fn poller_fault(kind: FaultKind, operation: &str, seconds: u32) -> CloudBuilder {
    let builder = plain().function("Worker", function(ok));
    let target = Target::parse(&format!("sqs.{operation}:Work"), &builder.known_targets()).unwrap();
    builder.faults([Fault { kind, target, probability: 1.0, from: Duration::ZERO, until: SECOND * seconds }])
}

#[tokio::test(start_paused = true)]
async fn a_receive_whose_answer_is_lost_has_counted() {
    let (cloud, recorder) = started(poller_fault(FaultKind::LoseResponse, "ReceiveMessage", 2));
    send(&cloud, "hello");
    pass(5 * MINUTE).await;
    assert_eq!(recorder.seconds("Queue", &["Received { receive_count: 1"]), [0]);
    assert_eq!(recorder.seconds("Queue", &["Received { receive_count: 2"]), [60]);
    assert_eq!(recorder.seconds("Invocation", &["Started"]), [60]);
}

#[tokio::test(start_paused = true)]
async fn a_delete_that_fails_brings_the_message_back() {
    let kind = FaultKind::Refuse { status: 500, code: "InternalFailure".to_owned() };
    let (cloud, recorder) = started(poller_fault(kind, "DeleteMessageBatch", 30));
    send(&cloud, "hello");
    pass(5 * MINUTE).await;
    assert_eq!(recorder.seconds("Invocation", &["Started"]), [0, 60]);
    assert_eq!(recorder.seconds("Queue", &["Deleted"]), [60]);
}

#[tokio::test(start_paused = true)]
async fn a_delete_whose_answer_is_lost_has_deleted() {
    for kind in [FaultKind::LoseResponse, FaultKind::Reset { after_effect: true }] {
        let (cloud, recorder) = started(poller_fault(kind, "DeleteMessageBatch", 30));
        send(&cloud, "hello");
        pass(5 * MINUTE).await;
        assert_eq!(recorder.seconds("Invocation", &["Started"]), [0]);
        assert_eq!(recorder.seconds("Queue", &["Deleted"]), [0]);
        assert_eq!(recorder.find("OnBehalf", &["DeleteMessageBatch"]).len(), 3, "each try is treated as failed");
    }
}

#[tokio::test(start_paused = true)]
async fn a_backlog_adds_pollers_after_a_minute() {
    let slow = |invoked: Invoked| async move {
        pass(25 * SECOND).await;
        ok(invoked).await
    };
    let template = template("MemorySize: 128", ", BatchSize: 1");
    let (cloud, recorder) = started(cloud(&template).function("Worker", function(slow)));
    pass(5 * MINUTE).await;
    for _ in 0..40 {
        send(&cloud, "hello");
    }
    pass(10 * MINUTE).await;
    let started = recorder.seconds("Invocation", &["Started"]);
    let at_once = started.iter().filter(|&&at| at == 300).count();
    assert_eq!((at_once, started.len()), (5, 40));
    assert!(started.iter().all(|&at| at <= 300 + 60 + 25), "{started:?}");
}

/// A queue with one message, half a minute after the pollers began, in a profile whose network is as `change` makes it; how
/// often the message was received, and the worker invoked.
async fn polled_on_a_network(change: impl FnOnce(&mut NetworkKnobs)) -> (usize, usize) {
    let mut knobs = Profile::Ideal.knobs();
    change(&mut knobs.network);
    let (cloud, recorder) = started(plain().knobs(knobs).function("Worker", function(ok)));
    send(&cloud, "hello");
    pass(MINUTE / 2).await;
    (recorder.count("Queue", &["Received"]), recorder.count("Invocation", &["Started"]))
}

/// Regression: what a profile does to any request spared the pollers.
#[tokio::test(start_paused = true)]
async fn the_pollers_meet_what_a_profile_does_to_any_request() {
    assert_eq!(polled_on_a_network(|_| {}).await, (1, 1));
    assert_eq!(polled_on_a_network(|network| network.response_lost = 1.0).await, (1, 0));
    let always = BurstKnobs { mean_gap: Duration::ZERO, length: MINUTE };
    assert_eq!(polled_on_a_network(|network| network.throttle_bursts = Some(always)).await, (0, 0));
}
