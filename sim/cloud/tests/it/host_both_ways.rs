//! What a caller of a function sees, which is the same whether it runs in process or as a child process.

use rez_cloud::faults::{Fault, FaultKind, Target};
use rez_cloud::host::lambda::{End, InvokeError, SYNC_PAYLOAD_MAX};
use serde_json::{Value, json};

use crate::support::actor::{Arm, stage, stage_with, template};
use crate::support::{MINUTE, SECOND};

/// Each test in both arms.
macro_rules! both_ways {
    ($(async fn $name:ident($arm:ident: Arm) $body:block)*) => {
        $(mod $name {
            use super::*;

            async fn check($arm: Arm) $body

            #[tokio::test(start_paused = true)]
            async fn in_process() {
                check(Arm::InProcess).await;
            }

            #[tokio::test]
            async fn as_a_child() {
                check(Arm::Child).await;
            }
        })*
    };
}

fn error(payload: &[u8]) -> (String, String) {
    let error: Value = serde_json::from_slice(payload).unwrap();
    (error["errorType"].as_str().unwrap().to_owned(), error["errorMessage"].as_str().unwrap().to_owned())
}

both_ways! {
    async fn an_environment_is_cold_once(arm: Arm) {
        let stage = stage(arm, "sleep", "").await;
        for _ in 0..3 {
            let answer = stage.invoke("1").await;
            assert_eq!((answer.end, &answer.payload[..]), (End::Success, &b"\"slept\""[..]));
        }
        assert_eq!(stage.recorder.count("Invocation", &["Started { cold: true }"]), 1);
        assert_eq!(stage.recorder.count("Invocation", &["Started { cold: false }"]), 2);
        assert_eq!(stage.recorder.count("Invocation", &["Ended", "Success"]), 3);
    }

    async fn one_request_at_a_time_and_no_more_than_reserved(arm: Arm) {
        let stage = stage(arm, "sleep", "ReservedConcurrentExecutions: 2").await;
        let invoke = || stage.cloud.invoke("Actor", "300");
        let (first, second, third) = tokio::join!(invoke(), invoke(), invoke());
        assert!(first.unwrap().succeeded() && second.unwrap().succeeded());
        let reason = "ReservedFunctionConcurrentInvocationLimitExceeded";
        assert_eq!(third, Err(InvokeError::Throttled { reason }));
        assert_eq!(stage.recorder.count("Environment", &["Created"]), 2);
    }

    async fn an_error_of_the_function_is_an_answer(arm: Arm) {
        let stage = stage(arm, "fail", "").await;
        for _ in 0..2 {
            let answer = stage.invoke("{}").await;
            assert_eq!(answer.end, End::Error { error_type: "Sorry".to_owned() });
            assert_eq!(error(&answer.payload), ("Sorry".to_owned(), "not today".to_owned()));
        }
        assert_eq!(stage.recorder.count("Environment", &["Created"]), 1);
    }

    async fn a_panic_is_an_error_of_the_function(arm: Arm) {
        let stage = stage(arm, "panic", "").await;
        for _ in 0..2 {
            let (error_type, message) = error(&stage.invoke("{}").await.payload);
            assert_eq!(error_type, "&alloc::boxed::Box<dyn core::any::Any + core::marker::Send>");
            assert_eq!(message, "Lambda panicked: out of luck");
        }
        assert_eq!(stage.recorder.count("Environment", &["Created"]), 1);
    }

    async fn at_its_deadline_it_is_stopped_and_its_environment_lost(arm: Arm) {
        let stage = stage(arm, "sleep", "Timeout: 1").await;
        let answer = stage.invoke("60000").await;
        let message = format!("RequestId: {} Error: Task timed out after 1.00 seconds", answer.request_id);
        assert_eq!((answer.end, error(&answer.payload)), (End::TimedOut, ("Sandbox.Timedout".to_owned(), message)));
        assert!((SECOND..10 * SECOND).contains(&stage.cloud.clock().elapsed()));
        assert!(stage.invoke("1").await.succeeded());
        assert_eq!(stage.recorder.count("Invocation", &["Started { cold: true }"]), 2);
        assert_eq!(stage.recorder.count("Invocation", &["Ended", "TimedOut"]), 1);
    }

    async fn a_failed_init_is_done_again_and_then_answered_as_an_exit(arm: Arm) {
        let stage = stage(arm, "stillborn", "").await;
        let answer = stage.invoke("{}").await;
        assert_eq!(answer.end, End::Error { error_type: "Runtime.ExitError".to_owned() });
        let message = format!("RequestId: {} Error: Runtime exited with error: exit status 1", answer.request_id);
        assert_eq!(error(&answer.payload).1, message);
        assert_eq!(stage.recorder.count("Environment", &["InitFailed"]), 2);
        stage.recorder.until("Log", &["variable `TABLE` is not set"]).await;
    }

    async fn an_answer_of_more_than_six_megabytes_is_an_error(arm: Arm) {
        let stage = stage(arm, "answer at length", "Timeout: 20").await;
        // Two quotation marks are part of the answer.
        let fits = SYNC_PAYLOAD_MAX - 2;
        assert_eq!(stage.invoke(&fits.to_string()).await.payload.len(), SYNC_PAYLOAD_MAX);
        for length in [fits + 1, 2 * fits] {
            let answer = stage.invoke(&length.to_string()).await;
            let message = "Response payload size exceeded maximum allowed payload size (6291556 bytes).";
            assert_eq!(error(&answer.payload), ("Function.ResponseSizeTooLarge".to_owned(), message.to_owned()));
        }
        assert_eq!(stage.recorder.count("Environment", &["Created"]), 1);
    }

    async fn a_function_sees_its_variables_and_its_context(arm: Arm) {
        let stage = stage(arm, "describe", "Timeout: 9").await;
        let answer = stage.invoke("{}").await;
        let mut seen: Value = serde_json::from_slice(&answer.payload).unwrap();
        let left_ms = seen["left_ms"].take().as_u64().unwrap();
        assert!((8_000..=9_000).contains(&left_ms), "{left_ms}");
        let trace_header = seen["trace_header"].take();
        assert!(trace_header.as_str().unwrap().starts_with("Root=1-"), "{trace_header}");
        let expected = json!({
            "mood": "good",
            "function": "actor",
            "memory": "128",
            "region": "us-east-1",
            "left_ms": null,
            "request_id": answer.request_id,
            "function_arn": "arn:aws:lambda:us-east-1:123456789012:function:actor",
            "trace_header": null,
        });
        assert_eq!(seen, expected);
    }

    async fn a_crash_ends_the_environment_within_its_invocation(arm: Arm) {
        let crash = |builder: rez_cloud::CloudBuilder| {
            let target = Target::parse("function:Actor", &builder.known_targets()).unwrap();
            builder.faults([Fault {
                kind: FaultKind::Crash,
                target,
                probability: 1.0,
                from: std::time::Duration::ZERO,
                until: MINUTE,
            }])
        };
        let stage = stage_with(arm, &template("sleep", ""), crash).await;
        let answer = stage.invoke("100").await;
        assert_eq!(answer.end, End::Crashed);
        let message = format!("RequestId: {} Error: Runtime exited with error: signal: killed", answer.request_id);
        assert_eq!(error(&answer.payload), ("Runtime.ExitError".to_owned(), message));
        assert_eq!(stage.recorder.count("Environment", &["Crashed"]), 1);
    }
}
