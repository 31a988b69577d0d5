//! Faults on the wire: before the effect and after it, in their window and not beyond it.

use std::time::Duration;

use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::AttributeValue;
use rez_cloud::Cloud;
use rez_cloud::faults::{Fault, FaultKind, Target};
use rez_cloud::host::lambda::End;
use rez_cloud::profile::{BurstKnobs, Profile};

use crate::clerk;
use crate::support::{Invoked, MINUTE, Recorder, SECOND, cloud, function, ok, pass};

const TEMPLATE: &str = "
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: things
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
";

/// A cloud in which `kind` befalls every write of the first minute.
fn faulty(kind: FaultKind) -> (Cloud, Recorder) {
    let recorder = Recorder::default();
    let builder = cloud(TEMPLATE).subscribe(recorder.subscriber());
    let target = Target::parse("dynamodb.PutItem:Table", &builder.known_targets()).unwrap();
    let fault = Fault { kind, target, probability: 1.0, from: Duration::ZERO, until: MINUTE };
    (builder.faults([fault]).build().unwrap(), recorder)
}

/// Writes once, with one attempt of at most ten seconds.
async fn put(cloud: &Cloud) -> Result<(), SdkError<PutItemError>> {
    let client = clerk::dynamodb(&cloud.outside_exposed("test"));
    let timeouts = TimeoutConfig::builder().operation_timeout(10 * SECOND).build();
    let retries = aws_sdk_dynamodb::config::retry::RetryConfig::disabled();
    let once = aws_sdk_dynamodb::Config::builder().timeout_config(timeouts).retry_config(retries);
    let put = client.put_item().table_name("things").item("id", AttributeValue::S("a".to_owned()));
    put.customize().config_override(once).send().await.map(drop)
}

/// What happens to a write under `kind`: whether it took effect, its end as reported, and the seconds it took.
async fn check(kind: FaultKind, acted: bool, end: &str, seconds: u64) -> Result<(), SdkError<PutItemError>> {
    let (cloud, recorder) = faulty(kind.clone());
    let outcome = put(&cloud).await;
    assert_eq!(cloud.clock().elapsed().as_secs(), seconds, "{kind:?}");
    assert_eq!(recorder.count("Item", &[]), usize::from(acted), "{kind:?}");
    assert_eq!(recorder.count("Request", &[end]), 1, "{kind:?} {:?}", recorder.all());
    assert_eq!(recorder.count("Fault", &[kind.name(), "dynamodb.PutItem:things"]), 1, "{kind:?}");
    pass(MINUTE).await;
    put(&cloud).await.expect("a fault heals at the end of its window");
    outcome
}

#[tokio::test(start_paused = true)]
async fn a_lost_request_has_no_effect_and_its_caller_waits() {
    let outcome = check(FaultKind::LoseRequest, false, "RequestLost", 10).await;
    assert!(matches!(outcome, Err(SdkError::TimeoutError(_))), "{outcome:?}");
}

#[tokio::test(start_paused = true)]
async fn a_lost_response_has_an_effect_and_its_caller_waits() {
    let outcome = check(FaultKind::LoseResponse, true, "ResponseLost", 10).await;
    assert!(matches!(outcome, Err(SdkError::TimeoutError(_))), "{outcome:?}");
}

#[tokio::test(start_paused = true)]
async fn a_profile_can_lose_responses_without_a_fault() {
    let recorder = Recorder::default();
    let mut knobs = Profile::Ideal.knobs();
    knobs.network.response_lost = 1.0;
    let cloud = cloud(TEMPLATE).knobs(knobs).subscribe(recorder.subscriber()).build().unwrap();
    let outcome = put(&cloud).await;
    assert!(matches!(outcome, Err(SdkError::TimeoutError(_))), "{outcome:?}");
    assert_eq!((recorder.count("Item", &[]), recorder.count("Request", &["ResponseLost"])), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_profile_can_throttle_without_a_fault() {
    let recorder = Recorder::default();
    let mut knobs = Profile::Ideal.knobs();
    knobs.network.throttle_bursts = Some(BurstKnobs { mean_gap: Duration::ZERO, length: MINUTE });
    let cloud = cloud(TEMPLATE).knobs(knobs).subscribe(recorder.subscriber()).build().unwrap();
    let error = put(&cloud).await.unwrap_err().into_service_error();
    assert!(matches!(error, PutItemError::ThrottlingException(_)), "{error:?}");
    assert_eq!(recorder.count("Item", &[]), 0);
}

#[tokio::test(start_paused = true)]
async fn a_reset_comes_before_or_after_the_effect() {
    for acted in [false, true] {
        let end = format!("Reset {{ acted: {acted} }}");
        let outcome = check(FaultKind::Reset { after_effect: acted }, acted, &end, 0).await;
        assert!(matches!(outcome, Err(SdkError::DispatchFailure(_))), "{outcome:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_has_its_status_and_code() {
    let kind = FaultKind::Refuse { status: 503, code: "ServiceUnavailable".to_owned() };
    let outcome = check(kind, false, "status: 503, code: \"ServiceUnavailable\"", 0).await;
    assert_eq!(outcome.unwrap_err().into_service_error().code(), Some("ServiceUnavailable"));
}

#[tokio::test(start_paused = true)]
async fn a_throttle_speaks_the_services_words() {
    let outcome = check(FaultKind::Throttle, false, "status: 400, code: \"ThrottlingException\"", 0).await;
    let error = outcome.unwrap_err().into_service_error();
    assert!(matches!(error, PutItemError::ThrottlingException(_)), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn a_delay_comes_before_the_effect() {
    let kind = FaultKind::Delay { min: 3 * SECOND, max: 3 * SECOND };
    check(kind, true, "status: 200", 3).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_sdk_retries_through_a_short_fault() {
    let recorder = Recorder::default();
    let builder = cloud(TEMPLATE).subscribe(recorder.subscriber());
    let target = Target::parse("dynamodb", &builder.known_targets()).unwrap();
    let kind = FaultKind::Refuse { status: 500, code: "InternalServerError".to_owned() };
    let fault = Fault { kind, target, probability: 1.0, from: Duration::ZERO, until: Duration::from_millis(5) };
    let cloud = builder.faults([fault]).build().unwrap();
    let client = clerk::dynamodb(&cloud.outside_exposed("test"));
    client.put_item().table_name("things").item("id", AttributeValue::S("a".to_owned())).send().await.unwrap();
    assert_eq!(recorder.count("Request", &["status: 500"]), 1);
    assert_eq!(recorder.count("Request", &["status: 200"]), 1);
}

#[tokio::test(start_paused = true)]
async fn an_environment_that_crashes_at_a_call_has_made_it() {
    let template = format!(
        "{TEMPLATE}
  Writer:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: writer
      Runtime: provided.al2023
      Policies: [{{ Statement: [{{ Effect: Allow, Action: 'dynamodb:*', Resource: '*' }}] }}]
"
    );
    let write = |invoked: Invoked| async move {
        let put = clerk::dynamodb(&invoked.ambient).put_item().table_name("things");
        put.item("id", AttributeValue::S("a".to_owned())).send().await.unwrap();
        ok(invoked).await
    };
    let recorder = Recorder::default();
    let builder = cloud(&template).function("Writer", function(write)).subscribe(recorder.subscriber());
    let target = Target::parse("dynamodb.PutItem", &builder.known_targets()).unwrap();
    let fault = Fault { kind: FaultKind::Crash, target, probability: 1.0, from: Duration::ZERO, until: MINUTE };
    let cloud = builder.faults([fault]).build().unwrap();
    assert_eq!(cloud.invoke("Writer", "").await.unwrap().end, End::Crashed);
    assert_eq!((recorder.count("Item", &[]), recorder.count("Environment", &["Crashed"])), (1, 1));
    assert_eq!(recorder.count("Request", &["ResponseLost"]), 1);
}

/// How long a write takes through a moment of failures, on a thread that had drawn as `before` says.
async fn retried_after(before: u64) -> Duration {
    fastrand::seed(before);
    let builder = cloud(TEMPLATE);
    let target = Target::parse("dynamodb", &builder.known_targets()).unwrap();
    let kind = FaultKind::Refuse { status: 500, code: "InternalServerError".to_owned() };
    let fault = Fault { kind, target, probability: 1.0, from: Duration::ZERO, until: Duration::from_millis(5) };
    let cloud = builder.faults([fault]).build().unwrap();
    let client = clerk::dynamodb(&cloud.outside_exposed("test"));
    client.put_item().table_name("things").item("id", AttributeValue::S("a".to_owned())).send().await.unwrap();
    cloud.clock().elapsed()
}

#[tokio::test(start_paused = true)]
async fn the_waits_of_retries_from_outside_follow_from_the_seed() {
    assert_eq!(retried_after(1).await, retried_after(2).await);
}
