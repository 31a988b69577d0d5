//! Execution environments on virtual time: idling, cold starts, limits, and what stands between them and a caller.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use aws_sdk_lambda::operation::invoke::InvokeError as Refusal;
use aws_sdk_lambda::primitives::Blob;
use bytes::Bytes;
use rez_cloud::faults::{Fault, FaultKind, Target};
use rez_cloud::host::lambda::InvokeError;
use rez_cloud::profile::{Latency, Profile};
use rez_cloud::program::{Ambient, BoxFuture, FunctionError, Handler, Program};

use crate::support::{Invoked, MINUTE, Recorder, SECOND, clients, cloud, function, ok, pass};

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
async fn functions_without_a_reservation_share_the_account() {
    let template = SLEEPER.replace(", ReservedConcurrentExecutions: 2", "");
    let cloud = cloud(&template).function("Sleeper", function(sleep)).account_concurrency(1).build().unwrap();
    let (first, second) = tokio::join!(cloud.invoke("Sleeper", "900"), cloud.invoke("Sleeper", "900"));
    assert!(first.is_ok());
    assert_eq!(second, Err(InvokeError::Throttled { reason: "ConcurrentInvocationLimitExceeded" }));
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

/// Regression: only concurrency was limited.
#[tokio::test(start_paused = true)]
async fn a_function_begins_ten_times_its_concurrency_in_a_second() {
    let recorder = Recorder::default();
    let cloud = cloud(SLEEPER).function("Sleeper", function(ok)).subscribe(recorder.subscriber()).build().unwrap();
    let mut taken = 0;
    let refusal = loop {
        match cloud.invoke("Sleeper", "").await {
            Ok(_) if taken == 100 => panic!("nothing limits it"),
            Ok(_) => taken += 1,
            Err(refusal) => break refusal,
        }
    };
    // Of two, which have a bucket of 20; a little flows in meanwhile.
    assert!((20..25).contains(&taken) && cloud.clock().elapsed() < SECOND, "{taken} in {:?}", cloud.clock().elapsed());
    let reason = "ReservedFunctionInvocationRateLimitExceeded";
    assert_eq!(refusal, InvokeError::Throttled { reason });
    // Asynchronous events have no such limit.
    let begun = recorder.count("Invocation", &["Started"]);
    cloud.invoke_async("Sleeper", "").unwrap();
    cloud.invoke_async("Sleeper", "").unwrap();
    pass(SECOND / 2).await;
    assert_eq!(recorder.count("Invocation", &["Started"]), begun + 2);
    pass(SECOND).await;
    assert!(cloud.invoke("Sleeper", "").await.is_ok());
}

/// Regression: what stood inside of a JSON text was not looked at.
#[tokio::test(start_paused = true)]
async fn a_payload_is_text_throughout() {
    let cloud = cloud(SLEEPER).function("Sleeper", function(ok)).build().unwrap();
    let lambda = clients::lambda(&cloud.outside("test"));
    let invoke = |payload: &[u8]| lambda.invoke().function_name("sleeper").payload(Blob::new(payload)).send();
    assert!(invoke("\"\u{e9}\"".as_bytes()).await.is_ok());
    let refused = invoke(b"\"\xe9\"").await.unwrap_err().into_service_error();
    assert!(matches!(refused, Refusal::InvalidRequestContentException(_)), "{refused:?}");
}
