//! Child processes that do what no function in process can: die, hang, answer twice, answer what nobody asked.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;
use std::time::Duration;

use rez_cloud::host::lambda::child::Binary;
use rez_cloud::host::lambda::{Answer, End};
use rez_cloud::profile::Profile;
use serde_json::Value;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

use crate::bootstrap;
use crate::support::actor::{Arm, Stage, stage, stage_with, template};
use crate::support::{SECOND, cloud};

/// Set for the test that is a host.
const HOST: &str = "REZ_CLOUD_TEST_HOST";

const ORDERS: &str = "
  Orders: { Type: AWS::SQS::Queue, Properties: { QueueName: orders } }
";

async fn child(behaviour: &str) -> Stage {
    stage(Arm::Child, behaviour, "Timeout: 1").await
}

fn error(answer: &Answer) -> (String, String) {
    let error: Value = serde_json::from_slice(&answer.payload).unwrap();
    let message = error["errorMessage"].as_str().unwrap().replace(&answer.request_id, "ID");
    (error["errorType"].as_str().unwrap().to_owned(), message)
}

/// Invokes a function with this behaviour, and compares what its caller is told.
async fn check_error(behaviour: &str, end: End, error_type: &str, message: &str) -> Stage {
    let stage = child(behaviour).await;
    let answer = stage.invoke("{}").await;
    assert_eq!((&answer.end, error(&answer)), (&end, (error_type.to_owned(), message.to_owned())));
    stage
}

/// What the kernel says of a process (`S`, `T` when it is stopped, …); nothing when there is none, or one that only waits
/// to be waited for.
fn state(id: u64) -> Option<char> {
    let status = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    status.rsplit(") ").next()?.chars().next().filter(|state| *state != 'Z')
}

/// Waits until a process is in this state.
async fn reach(id: u64, expected: Option<char>) {
    let reached = async {
        while state(id) != expected {
            tokio::task::yield_now().await;
        }
    };
    let reached = tokio::time::timeout(10 * SECOND, reached).await;
    reached.unwrap_or_else(|_| panic!("process {id} is {:?} and not {expected:?}", state(id)));
}

fn all_live(processes: &[u64]) -> bool {
    processes.iter().all(|id| state(*id).is_some())
}

fn ids(answer: &Answer) -> Vec<u64> {
    serde_json::from_slice(&answer.payload).unwrap()
}

#[tokio::test]
async fn a_signal_ends_the_invocation_and_the_next_one_is_cold() {
    let message = "RequestId: ID Error: Runtime exited with error: signal: aborted";
    let stage = check_error("abort", End::Crashed, "Runtime.ExitError", message).await;
    stage.recorder.until("Log", &["last words"]).await;
    stage.invoke("{}").await;
    assert_eq!(stage.recorder.count("Invocation", &["Started { cold: true }"]), 2);
    assert_eq!(stage.recorder.count("Environment", &["Crashed"]), 2);
}

#[tokio::test]
async fn an_exit_without_a_word_is_told_so() {
    let message = "RequestId: ID Error: Runtime exited without providing a reason";
    check_error("exit silently", End::Crashed, "Runtime.ExitError", message).await;
}

#[tokio::test]
async fn a_child_that_hangs_is_killed_at_its_deadline() {
    let message = "RequestId: ID Error: Task timed out after 1.00 seconds";
    check_error("hang", End::TimedOut, "Sandbox.Timedout", message).await;
}

#[tokio::test]
async fn an_exit_at_init_is_tried_again_and_answered() {
    let end = End::Error { error_type: "Runtime.ExitError".to_owned() };
    let message = "RequestId: ID Error: Runtime exited with error: exit status 7";
    let stage = check_error("exit at init", end, "Runtime.ExitError", message).await;
    assert_eq!(stage.recorder.count("Environment", &["InitFailed"]), 2);
    assert_eq!(stage.recorder.count("Log", &["INIT_REPORT Status: error", "exit status 7"]), 2);
}

#[tokio::test]
async fn a_child_that_hangs_at_init_gets_ten_seconds_and_then_the_functions_timeout() {
    let message = "RequestId: ID Error: Task timed out after 1.00 seconds";
    let stage = check_error("hang at init", End::TimedOut, "Sandbox.Timedout", message).await;
    assert!((11 * SECOND..20 * SECOND).contains(&stage.cloud.clock().elapsed()));
    assert_eq!(stage.recorder.count("Log", &["INIT_REPORT Status: timeout"]), 2);
}

#[tokio::test]
async fn a_reported_init_error_reaches_the_caller_as_it_is() {
    let end = End::Error { error_type: "Missing".to_owned() };
    let stage = check_error("report a failed init", end, "Missing", "`TABLE`").await;
    assert_eq!(stage.recorder.count("Environment", &["InitFailed"]), 2);
}

#[tokio::test]
async fn a_second_answer_is_refused() {
    let stage = child("answer twice").await;
    for _ in 0..2 {
        assert_eq!(stage.invoke("{}").await.payload, "\"first\"");
    }
    stage.recorder.until("Log", &["second answer: 403", "InvalidStateTransition"]).await;
    assert_eq!(stage.recorder.count("Environment", &["Created"]), 1);
}

#[tokio::test]
async fn an_answer_for_an_unknown_id_is_refused() {
    let stage = child("answer what nobody asked").await;
    assert_eq!(stage.invoke("{}").await.payload, "\"right\"");
    stage.recorder.until("Log", &["wrong id: 400", "InvalidRequestID"]).await;
    stage.recorder.until("Log", &["right id: 202 {\\\"status\\\":\\\"OK\\\"}"]).await;
}

#[tokio::test]
async fn an_answer_for_another_try_is_refused() {
    let stage = child("answer for another try").await;
    assert_eq!(stage.invoke("{}").await.payload, "\"fresh\"");
    stage.recorder.until("Log", &["stale: 410"]).await;
    stage.recorder.until("Log", &["mine: 202"]).await;
}

#[tokio::test]
async fn who_asks_before_it_answered_gets_the_same_event() {
    let stage = child("ask again without an answer").await;
    assert_eq!(stage.invoke("{\"a\":1}").await.payload, "\"at last\"");
    stage.recorder.until("Log", &["the same event: true"]).await;
}

#[tokio::test]
async fn what_is_not_modelled_is_refused_by_name() {
    let stage = child("ask for what is not modelled").await;
    assert!(stage.invoke("{}").await.succeeded());
    stage.recorder.until("Log", &["restore: 404", "/2018-06-01/runtime/restore/next"]).await;
    stage.recorder.until("Log", &["streamed: 501"]).await;
    stage.recorder.until("Log", &["late init error: 403", "RuntimeRunning"]).await;
}

#[tokio::test]
async fn an_error_is_passed_on_as_it_is() {
    let stage = child("fail in its own words").await;
    let own = stage.invoke("{}").await;
    assert_eq!(own.payload, r#"{"errorMessage":"oh","errorType":"Own","stackTrace":["here"]}"#);
    let unreadable = stage.invoke("{}").await;
    assert_eq!(unreadable.end, End::Error { error_type: "Own.Error".to_owned() });
}

#[tokio::test]
async fn who_exits_after_its_answer_has_answered() {
    let stage = child("exit after the answer").await;
    for _ in 0..2 {
        assert_eq!(stage.invoke("{}").await.payload, "\"bye\"");
    }
    assert_eq!(stage.recorder.count("Invocation", &["Started { cold: true }"]), 2);
    assert_eq!(stage.recorder.count("Environment", &["Crashed"]), 1);
}

#[tokio::test]
async fn who_never_comes_back_is_left_out_and_killed_at_its_deadline() {
    let stage = child("dawdle").await;
    let (first, second) = (stage.invoke("{}").await, stage.invoke("{}").await);
    let id = |answer: &Answer| String::from_utf8_lossy(&answer.payload).parse().unwrap();
    assert!(first.succeeded() && second.succeeded() && id(&first) != id(&second));
    reach(id(&first), None).await;
    assert!(stage.cloud.clock().elapsed() >= SECOND);
}

#[tokio::test]
async fn a_child_is_frozen_between_invocations() {
    let stage = child("work between invocations").await;
    let count = async || String::from_utf8_lossy(&stage.invoke("{}").await.payload).parse::<u64>().unwrap();
    let before = count().await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let after = count().await;
    assert!(after - before < 50, "it counted on from {before} to {after}");
}

#[tokio::test]
async fn an_idle_child_is_taken_back_in_time() {
    let mut knobs = Profile::Ideal.knobs();
    (knobs.lambda.idle_min, knobs.lambda.idle_max) = (SECOND, SECOND);
    let template = template("leave a child behind", "");
    let stage = stage_with(Arm::Child, &template, |builder| builder.knobs(knobs)).await;
    stage.cloud.start();
    let processes = ids(&stage.invoke("{}").await);
    stage.recorder.until("Environment", &["Reclaimed"]).await;
    assert!(stage.cloud.clock().elapsed() >= SECOND);
    for id in processes {
        reach(id, None).await;
    }
}

#[tokio::test]
async fn with_its_cloud_a_frozen_child_ends_and_all_that_it_started() {
    let template =
        template("leave a child behind", "Events: { Inbox: { Type: SQS, Properties: { Queue: !GetAtt Orders.Arn } } }");
    let stage = stage_with(Arm::Child, &(template + ORDERS), |builder| builder).await;
    // The event source has a task of its own, which holds the functions.
    stage.cloud.start();
    let processes = ids(&stage.invoke("{}").await);
    reach(processes[0], Some('T')).await;
    assert!(all_live(&processes), "{processes:?}");
    drop(stage);
    for id in processes {
        reach(id, None).await;
    }
}

#[tokio::test]
async fn with_a_panic_its_children_end() {
    let stage = child("leave a child behind").await;
    let processes = ids(&stage.invoke("{}").await);
    reach(processes[0], Some('T')).await;
    let panicked = tokio::spawn(async move {
        let _stage = stage;
        panic!("as tests do");
    });
    assert!(panicked.await.is_err());
    for id in processes {
        reach(id, None).await;
    }
}

/// Has a frozen child, tells of its processes, and waits to be killed.
#[tokio::test]
#[ignore = "it is the host that another test starts and kills"]
async fn host() {
    if std::env::var_os(HOST).is_some() {
        let stage = child("leave a child behind").await;
        let answer = stage.invoke("{}").await;
        reach(ids(&answer)[0], Some('T')).await;
        println!("{}", String::from_utf8_lossy(&answer.payload));
        stage.recorder.until("Nothing", &[]).await;
    }
}

#[tokio::test]
async fn a_frozen_child_ends_even_with_a_host_that_is_killed() {
    kill_a_host(Command::new(std::env::current_exe().unwrap())).await;
}

/// Regression: the children inherited that the hang-up is ignored, which is what ends them.
#[tokio::test]
async fn under_nohup_it_ends_too() {
    let mut nohup = Command::new("nohup");
    nohup.arg(std::env::current_exe().unwrap());
    kill_a_host(nohup).await;
}

/// Starts a host that leaves a frozen child behind, kills it, and sees the child end.
async fn kill_a_host(mut command: Command) {
    let mut host = command
        .args(["--exact", "host_child::host", "--ignored", "--nocapture"])
        .env(HOST, "1")
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(host.stdout.take().unwrap()).lines();
    let processes: Vec<u64> = loop {
        let line = lines.next_line().await.unwrap().expect("it tells before it ends");
        if let Ok(processes) = serde_json::from_str(&line) {
            break processes;
        }
    };
    assert!(all_live(&processes), "{processes:?}");
    host.kill().await.unwrap();
    for id in processes {
        reach(id, None).await;
    }
}

#[tokio::test]
async fn over_the_endpoint_a_child_is_held_to_its_role() {
    let url = "https://sqs.us-east-1.amazonaws.com/123456789012/orders";
    let payload = format!(r#"{{"QueueUrl":"{url}","MessageBody":"two of them"}}"#);
    let may = "Policies: [{ Statement: [{ Effect: Allow, Action: 'sqs:SendMessage', Resource: !GetAtt Orders.Arn }] }]";
    for (properties, status) in [(may, 200), ("", 403)] {
        let template = template("call aws", properties) + ORDERS;
        let stage = stage_with(Arm::Child, &template, |builder| builder).await;
        let told: Value = serde_json::from_slice(&stage.invoke(&payload).await.payload).unwrap();
        assert_eq!(told[0], status, "{told}");
        let sent = stage.recorder.count("Queue", &["Sent", "two of them", "name: \"actor\""]);
        assert_eq!(sent, usize::from(status == 200), "{:?}", stage.recorder.find("Queue", &[]));
        assert_eq!(told.to_string().contains("AccessDenied"), status == 403, "{told}");
    }
}

/// What is said when `binary` is to run as a function.
fn check_refused(binary: Binary, expected: &str) {
    let error = cloud(&template("sleep", "")).child("Actor", binary).build().err().unwrap();
    assert_eq!(error.to_string(), expected);
}

#[tokio::test]
async fn a_binary_that_cannot_run_stops_the_cloud_from_being_built() {
    let nowhere = ([127, 0, 0, 1], 1).into();
    check_refused(
        Binary::new("target/nowhere/bootstrap", nowhere),
        "function `Actor`: `target/nowhere/bootstrap` is not there (build it with `cargo build --release`)",
    );
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o111, 0);
    for path in [file, env!("CARGO_MANIFEST_DIR")] {
        let hint = "(build it with `cargo build --release`, or `chmod +x` it)";
        check_refused(Binary::new(path, nowhere), &format!("function `Actor`: `{path}` is no executable file {hint}"));
    }
    assert!(cloud(&template("sleep", "")).child("Actor", Binary::new(bootstrap::path(), nowhere)).build().is_ok());
}
