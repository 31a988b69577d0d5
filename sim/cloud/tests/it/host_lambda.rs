//! Execution environments: cold and warm, one request at a time, limits, deadlines, panics, crashes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use bytes::Bytes;
use rez_cloud::faults::{Fault, FaultKind, Target};
use rez_cloud::host::lambda::{End, InvokeError};
use rez_cloud::profile::{Latency, Profile};
use rez_cloud::program::{Ambient, BoxFuture, FunctionError, Handler, Program};

use crate::support::{Invoked, MINUTE, Recorder, SECOND, cloud, function, ok, pass};

const SLEEPER: &str = "
  Sleeper:
    Type: AWS::Serverless::Function
    Properties: { FunctionName: sleeper, Runtime: provided.al2023, Timeout: 5, ReservedConcurrentExecutions: 2 }
";

/// Sleeps for as many milliseconds as its payload says.
async fn sleep(invoked: Invoked) -> Result<Bytes, FunctionError> {
    let milliseconds = String::from_utf8_lossy(&invoked.payload).parse().unwrap_or(0);
    pass(Duration::from_millis(milliseconds)).await;
    Ok(Bytes::from_static(b"\"slept\""))
}

#[tokio::test(start_paused = true)]
async fn an_environment_is_cold_once_and_reclaimed_when_idle() {
    let recorder = Recorder::default();
    let cloud = cloud(SLEEPER).function("Sleeper", function(sleep)).subscribe(recorder.subscriber()).build().unwrap();
    for wait in [MINUTE, MINUTE, 16 * MINUTE, MINUTE] {
        assert_eq!(cloud.invoke("Sleeper", "1").await.unwrap().payload, "\"slept\"");
        pass(wait).await;
    }
    assert_eq!(recorder.count("Invocation", &["Started { cold: true }"]), 2);
    assert_eq!(recorder.count("Invocation", &["Started { cold: false }"]), 2);
    assert_eq!(recorder.count("Environment", &["Reclaimed"]), 1);
}

#[tokio::test(start_paused = true)]
async fn one_request_at_a_time_and_no_more_than_reserved() {
    let cloud = cloud(SLEEPER).function("Sleeper", function(sleep)).build().unwrap();
    let (first, second, third) =
        tokio::join!(cloud.invoke("Sleeper", "900"), cloud.invoke("Sleeper", "900"), cloud.invoke("Sleeper", "900"));
    assert!(first.unwrap().succeeded() && second.unwrap().succeeded());
    let reason = "ReservedFunctionConcurrentInvocationLimitExceeded";
    assert_eq!(third, Err(InvokeError::Throttled { reason }));
    assert!(cloud.invoke("Sleeper", "1").await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn functions_without_a_reservation_share_the_account() {
    let template = SLEEPER.replace(", ReservedConcurrentExecutions: 2", "");
    let cloud = cloud(&template).function("Sleeper", function(sleep)).account_concurrency(1).build().unwrap();
    let (first, second) = tokio::join!(cloud.invoke("Sleeper", "900"), cloud.invoke("Sleeper", "900"));
    assert!(first.is_ok());
    assert_eq!(second, Err(InvokeError::Throttled { reason: "ConcurrentInvocationLimitExceeded" }));
}

#[tokio::test(start_paused = true)]
async fn at_its_deadline_a_handler_stops_and_its_environment_is_lost() {
    let recorder = Recorder::default();
    let cloud = cloud(SLEEPER).function("Sleeper", function(sleep)).subscribe(recorder.subscriber()).build().unwrap();
    let answer = cloud.invoke("Sleeper", "60000").await.unwrap();
    let expected = format!(
        r#"{{"errorMessage":"RequestId: {} Error: Task timed out after 5.00 seconds","errorType":"Sandbox.Timedout"}}"#,
        answer.request_id
    );
    assert_eq!((answer.end, answer.payload), (End::TimedOut, Bytes::from(expected)));
    assert!((5 * SECOND..6 * SECOND).contains(&cloud.clock().elapsed()));
    cloud.invoke("Sleeper", "1").await.unwrap();
    assert_eq!(recorder.count("Invocation", &["Started { cold: true }"]), 2);
}

#[tokio::test(start_paused = true)]
async fn a_panic_is_an_error_of_the_function() {
    async fn panics(_: Invoked) -> Result<Bytes, FunctionError> {
        panic!("out of {}", "luck")
    }
    let recorder = Recorder::default();
    let cloud = cloud(SLEEPER).function("Sleeper", function(panics)).subscribe(recorder.subscriber()).build().unwrap();
    for _ in 0..2 {
        let answer = cloud.invoke("Sleeper", "").await.unwrap();
        assert!(String::from_utf8_lossy(&answer.payload).contains("Lambda panicked: out of luck"));
    }
    assert_eq!(recorder.count("Invocation", &["Started { cold: true }"]), 1);
}

#[tokio::test(start_paused = true)]
async fn a_crash_ends_the_environment_within_its_invocation() {
    let recorder = Recorder::default();
    let builder = cloud(SLEEPER).function("Sleeper", function(sleep)).subscribe(recorder.subscriber());
    let target = Target::parse("function:Sleeper", &builder.known_targets()).unwrap();
    let fault = Fault { kind: FaultKind::Crash, target, probability: 1.0, from: Duration::ZERO, until: MINUTE };
    let cloud = builder.faults([fault]).build().unwrap();
    assert_eq!(cloud.invoke("Sleeper", "100").await.unwrap().end, End::Crashed);
    assert_eq!(recorder.count("Environment", &["Crashed"]), 1);
    pass(MINUTE).await;
    assert_eq!(cloud.invoke("Sleeper", "100").await.unwrap().end, End::Success);
}

#[tokio::test(start_paused = true)]
async fn the_functions_own_work_takes_the_time_it_is_given() {
    let builder = cloud(SLEEPER).function("Sleeper", function(ok));
    let cloud = builder.compute("Sleeper", Latency::fixed(Duration::from_millis(700))).build().unwrap();
    cloud.invoke("Sleeper", "").await.unwrap();
    let before = cloud.clock().elapsed();
    cloud.invoke("Sleeper", "").await.unwrap();
    let took = cloud.clock().elapsed() - before;
    assert!((700..710).contains(&took.as_millis()), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_cold_start_takes_placement_and_init() {
    let cloud = cloud(SLEEPER).profile(Profile::Realistic).function("Sleeper", function(ok)).build().unwrap();
    cloud.invoke("Sleeper", "").await.unwrap();
    let cold = cloud.clock().elapsed();
    cloud.invoke("Sleeper", "").await.unwrap();
    let warm = cloud.clock().elapsed() - cold;
    assert!(cold > Duration::from_millis(140) && warm < Duration::from_millis(60), "{cold:?} {warm:?}");
}

/// Fails its cold starts with one line.
struct Stillborn;

impl Program for Stillborn {
    fn start(&self, _: Ambient) -> BoxFuture<'static, Result<Arc<dyn Handler>, String>> {
        Box::pin(async { Err("variable `TABLE` is not set".to_owned()) })
    }
}

#[tokio::test(start_paused = true)]
async fn a_failed_init_is_done_again_and_then_answered_as_an_exit() {
    let recorder = Recorder::default();
    let cloud = cloud(SLEEPER).function("Sleeper", Arc::new(Stillborn)).subscribe(recorder.subscriber()).build();
    let answer = cloud.unwrap().invoke("Sleeper", "").await.unwrap();
    assert_eq!(answer.end, End::Error { error_type: "Runtime.ExitError".to_owned() });
    assert_eq!(recorder.count("Environment", &["InitFailed"]), 2);
    assert_eq!(recorder.count("Log", &["variable `TABLE` is not set"]), 2);
}

/// Hangs in its first cold start.
#[derive(Default)]
struct SlowStarter(Arc<AtomicU32>);

impl Program for SlowStarter {
    fn start(&self, _: Ambient) -> BoxFuture<'static, Result<Arc<dyn Handler>, String>> {
        let first = self.0.fetch_add(1, Ordering::Relaxed) == 0;
        Box::pin(async move {
            pass(if first { MINUTE } else { SECOND }).await;
            Err("late".to_owned())
        })
    }
}

#[tokio::test(start_paused = true)]
async fn init_is_cut_off_after_ten_seconds() {
    let starter = SlowStarter::default();
    let starts = starter.0.clone();
    let cloud = cloud(SLEEPER).function("Sleeper", Arc::new(starter)).build().unwrap();
    cloud.invoke("Sleeper", "").await.unwrap();
    assert_eq!((cloud.clock().elapsed().as_secs(), starts.load(Ordering::Relaxed)), (11, 2));
}

#[tokio::test(start_paused = true)]
async fn a_throttling_fault_looks_like_lambdas_own() {
    let builder = cloud(SLEEPER).function("Sleeper", function(ok));
    let target = Target::parse("function:Sleeper", &builder.known_targets()).unwrap();
    let fault = Fault { kind: FaultKind::Throttle, target, probability: 1.0, from: Duration::ZERO, until: MINUTE };
    let cloud = builder.faults([fault]).build().unwrap();
    assert!(matches!(cloud.invoke("Sleeper", "").await, Err(InvokeError::Throttled { .. })));
    pass(MINUTE).await;
    assert!(cloud.invoke("Sleeper", "").await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn an_unknown_function_is_not_found() {
    let cloud = cloud(SLEEPER).function("Sleeper", function(ok)).build().unwrap();
    let error = cloud.invoke("nobody", "").await.unwrap_err();
    assert_eq!(error.to_string(), "Function not found: arn:aws:lambda:us-east-1:123456789012:function:nobody:$LATEST");
}

#[tokio::test(start_paused = true)]
async fn every_function_of_a_template_needs_a_program_and_no_other_may_have_one() {
    let error = cloud(SLEEPER).build().err().unwrap();
    assert_eq!(error.to_string(), "function `Sleeper` of the template has no program (give it one with `function`)");
    let error = cloud(SLEEPER).function("Sleeper", function(ok)).function("Other", function(ok)).build().err().unwrap();
    assert_eq!(error.to_string(), "there is no function `Other` in the template (it has `Sleeper`)");
}
