//! The binary, as people and scripts use it.

use std::process::{Command, Output, Stdio};
use std::time::Duration;

use http::Request;
use serde_json::Value;

use crate::server::{Reply, Server};

const TOKEN: &str = "eyJ-this-is-the-token-of-a-test";

fn loadtest(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rez-loadtest"));
    command.args(arguments).env_remove("REZ_TOKEN").env_remove("REZ_PASSWORD");
    command
}

/// Off the runtime's threads, which serve meanwhile.
async fn run(mut command: Command) -> Output {
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

fn complaint(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(output.stdout.is_empty());
    let complaint = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(complaint.lines().count(), 1, "{complaint}");
    complaint
}

/// Lets somebody in, and answers everything after that with `status`; nobody is to follow where a redirect leads.
fn turns_away(status: u16) -> impl Fn(u64, &Request<String>) -> Reply + Send + Sync {
    move |number, request| match (number, status) {
        (0, _) => Reply::now(200),
        (_, 302) if request.uri().path() == "/elsewhere" => Reply::now(200),
        (_, 302) => Reply::redirect("/elsewhere".into()),
        _ => Reply::now(status),
    }
}

/// Names of the objectives that were broken.
fn not_held(output: &Output) -> Vec<String> {
    let result: Value = serde_json::from_slice(&output.stdout).unwrap();
    let broken = result["objectives"].as_array().unwrap().iter().filter(|objective| objective["held"] == false);
    broken.map(|objective| objective["name"].as_str().unwrap().to_owned()).collect()
}

fn open(server: &Server, more: &[&str]) -> Command {
    let mut command = loadtest(&["--host", &server.url(), "--mode", "open", "--duration", "2s", "--settle", "1s"]);
    command.args(more).env("REZ_TOKEN", TOKEN);
    command
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_held_says_so() {
    let server = Server::start(|_, _| Reply::now(200)).await;
    let output = run(open(&server, &["--rate", "50", "--json"])).await;
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let result: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((result["verdict"].as_str(), result["arrivals"]["sent"].as_u64()), (Some("pass"), Some(100)));
    let printed = [output.stdout, output.stderr].concat();
    assert!(!String::from_utf8(printed).unwrap().contains(TOKEN), "the token is nobody's business");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_threshold_is_exit_status_1() {
    let folder = tempfile::tempdir().unwrap();
    let thresholds = folder.path().join("strict.toml");
    std::fs::write(&thresholds, "[api]\np95 = \"1ms\"\n").unwrap();
    let server = Server::start(|_, _| Reply::after(Duration::from_millis(20), 200)).await;
    let arguments = ["--thresholds", thresholds.to_str().unwrap(), "--out", folder.path().to_str().unwrap()];
    let output = run(open(&server, &arguments)).await;
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("api-response-time-p95") && text.contains("NOT HELD"), "{text}");
    assert!(folder.path().join("loadtest.html").exists() && folder.path().join("loadtest.json").exists());
}

/// Whoever is sent away at the door is served fast: a token that expired, or a throttle, must not look like a good day.
#[tokio::test(flavor = "multi_thread")]
async fn a_system_that_turns_the_load_away_does_not_pass() {
    for status in [302, 401, 429] {
        let server = Server::start(turns_away(status)).await;
        let output = run(open(&server, &["--json"])).await;
        assert_eq!(output.status.code(), Some(1), "{status}: {output:?}");
        assert_eq!(not_held(&output), ["requests-accepted"], "{status}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn users_who_get_nowhere_do_not_pass() {
    for status in [302, 401, 503] {
        let server = Server::start(turns_away(status)).await;
        let output = run(open(&server, &["--mode", "closed", "--users", "2", "--json"])).await;
        assert_eq!(output.status.code(), Some(1), "{status}: {output:?}");
        assert_eq!(not_held(&output), ["journeys-accepted"], "{status}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_system_that_went_silent_stops_it_early_too() {
    let server = Server::start(|number, _| if number == 0 { Reply::now(200) } else { Reply::never() }).await;
    let mut command = open(&server, &["--rate", "1000", "--max-in-flight", "8", "--abort-early", "--json"]);
    command.args(["--duration", "10m"]);
    let begun = std::time::Instant::now();
    let output = run(command).await;
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(begun.elapsed() < Duration::from_secs(10), "it waited for answers that nobody needs any more");
    let result: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&result["aborted"], &result["arrivals"]["sent"]), (&true.into(), &8.into()));
}

/// Answers as the API does to somebody who writes a message, and to whoever looks at it then as it is told.
fn messages(look: Reply) -> impl Fn(u64, &Request<String>) -> Reply + Send + Sync {
    move |_, request| match (request.method().as_str(), request.uri().path()) {
        ("POST", "/api/messages") => Reply::now(201).body(message("created", "null")),
        ("GET", "/api/messages/m-1") => look.clone(),
        _ => Reply::now(200),
    }
}

fn message(status: &str, delivered: &str) -> String {
    let created = "2026-11-25T10:00:00.250Z";
    format!(r#"{{"message_id":"m-1","status":"{status}","created_date":"{created}","delivered_date":{delivered}}}"#)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_created_is_followed_until_ntfy_has_it() {
    let delivered = Reply::now(200).body(message("completed", "\"2026-11-25T10:00:01.500Z\""));
    let server = Server::start(messages(delivered)).await;
    let output = run(open(&server, &["--rate", "50", "--json"])).await;
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let result: Value = serde_json::from_slice(&output.stdout).unwrap();
    let deliveries = &result["deliveries"];
    assert_eq!((deliveries["followed"].as_u64(), deliveries["delivered"].as_u64()), (Some(10), Some(10)));
    assert_eq!(deliveries["created"], 10);
    let p99 = deliveries["p99_seconds"].as_f64().unwrap();
    assert!((p99 - 1.25).abs() < 0.01, "{p99} s from creation to acceptance");
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_that_nobody_can_see_any_more_are_not_waited_for() {
    let server = Server::start(messages(Reply::never())).await;
    let begun = std::time::Instant::now();
    let output = run(open(&server, &["--rate", "50", "--json"])).await;
    assert!(begun.elapsed() < Duration::from_secs(10), "it waited longer than `--settle`");
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert_eq!(not_held(&output), ["processing-latency-p95", "notification-delivery"]);
    let result: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(result["notes"][0].as_str().unwrap().starts_with("10 messages still waited"), "{result}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_ends_it_without_a_verdict() {
    for mode in ["open", "closed"] {
        let server = Server::start(|_, _| Reply::now(200)).await;
        let mut command = open(&server, &["--mode", mode, "--rate", "100", "--users", "2"]);
        command.args(["--duration", "10m"]).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = command.spawn().unwrap();
        while server.served() < 3 {
            tokio::task::yield_now().await;
        }
        let interrupted = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
        assert!(interrupted.success());
        let output = tokio::task::spawn_blocking(move || child.wait_with_output().unwrap()).await.unwrap();
        assert!(complaint(&output).contains("interrupted"), "{mode}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_stops_early_when_it_is_told_to() {
    let server = Server::start(|_, _| Reply::now(503)).await;
    let mut command = open(&server, &["--rate", "200", "--abort-early", "--json"]);
    command.args(["--duration", "10m"]);
    let output = run(command).await;
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let result: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(result["aborted"], true);
}

/// Regression: only the API's own objectives were looked at, and a system that accepts everything and delivers nothing was loaded
/// to the end.
#[tokio::test(flavor = "multi_thread")]
async fn it_stops_early_when_nothing_is_delivered_in_time() {
    let folder = tempfile::tempdir().unwrap();
    let thresholds = folder.path().join("prompt.toml");
    std::fs::write(&thresholds, "[end_to_end]\np95 = \"1s\"\n").unwrap();
    for look in [message("created", "null"), message("completed", "\"2026-11-25T10:00:04Z\"")] {
        let server = Server::start(messages(Reply::now(200).body(look))).await;
        let mut command = open(&server, &["--rate", "200", "--only", "create", "--abort-early", "--json"]);
        command.args(["--duration", "10m", "--thresholds", thresholds.to_str().unwrap()]);
        let output = tokio::time::timeout(Duration::from_secs(60), run(command)).await.expect("it stops");
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        let result: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(result["aborted"], true);
        assert!(not_held(&output).contains(&"processing-latency-p95".to_owned()), "{:?}", not_held(&output));
    }
}

/// Regression: it went on to wait for all that was on its way.
#[tokio::test(flavor = "multi_thread")]
async fn once_stopped_it_waits_for_nobody() {
    let server = Server::start(|_, request| match (request.method().as_str(), request.uri().path()) {
        ("POST", "/api/messages") => Reply::now(201).body(message("created", "null")),
        (_, "/api/messages/m-1") => Reply::now(200).body(message("created", "null")),
        _ => Reply::now(503),
    })
    .await;
    let mut command = open(&server, &["--rate", "200", "--abort-early", "--json"]);
    command.args(["--duration", "10m", "--settle", "10m"]);
    let output = tokio::time::timeout(Duration::from_secs(60), run(command)).await.expect("it ends");
    let result: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(result["aborted"], true);
    assert!(result["deliveries"]["waiting"].as_u64() > Some(0), "{}", result["deliveries"]);

    let closed = run(open(&server, &["--mode", "closed", "--abort-early"])).await;
    assert_eq!(closed.status.code(), Some(2));
    assert!(complaint(&closed).contains("`--mode closed` has none"), "{}", complaint(&closed));
}

#[tokio::test(flavor = "multi_thread")]
async fn users_go_on_their_journeys_each_in_an_order_of_his_own() {
    let server = Server::start(|_, _| Reply::now(200)).await;
    let mut command = open(&server, &["--users", "20", "--json"]);
    command.args(["--mode", "closed"]);
    let output = run(command).await;
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let result: Value = serde_json::from_slice(&output.stdout).unwrap();
    let count = |row: &Value| row["count"].as_u64().unwrap();
    let rows = result["closed"].as_array().unwrap();
    let sent: u64 = rows.iter().map(count).sum();
    assert!(sent > 20 && sent <= server.served(), "{sent} of {}: goose counts from when all had come", server.served());
    let of = |name: &str| rows.iter().filter(|row| row["name"] == name).map(count).sum::<u64>();
    // Had all of them one order, a second of it would show whatever stands first in that.
    assert!(of("list") > of("create"), "weights are those of the table: {rows:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_is_named_is_sent() {
    let server = Server::start(|_, _| Reply::now(200)).await;
    let mut command = open(&server, &["--mode", "both", "--only", "create,metrics", "--rate", "50", "--json"]);
    command.args(["--users", "5"]);
    let output = run(command).await;
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let result: Value = serde_json::from_slice(&output.stdout).unwrap();
    for model in ["open", "closed"] {
        let mut names: Vec<&str> =
            result[model].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap()).collect();
        names.sort_unstable();
        assert_eq!(names, ["create", "metrics"], "{model}");
    }
    assert!(result["load"].as_str().unwrap().ends_with("; only create, metrics"), "{}", result["load"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_input_is_one_clear_line() {
    let foreign = run(loadtest(&["--host", "http://192.0.2.1:8080"])).await;
    assert!(complaint(&foreign).contains("--i-own-this-host"));
    let nobody = run(loadtest(&["--host", "http://127.0.0.1:1", "--thresholds", "nowhere.toml"])).await;
    assert!(complaint(&nobody).contains("`nowhere.toml`"));
    let down = run(loadtest(&["--host", "http://127.0.0.1:1"])).await;
    assert!(complaint(&down).contains("http://127.0.0.1:1"));
    let refused = Server::start(|_, _| Reply::now(500)).await;
    let refused = run(loadtest(&["--host", &refused.url()])).await;
    assert!(complaint(&refused).contains("POST /api/auth/login"));
    let stale = Server::start(|_, _| Reply::now(401)).await;
    let stale = run(open(&stale, &[])).await;
    assert!(complaint(&stale).contains("access token"));
    let other = run(loadtest(&["--peak", "9"])).await;
    assert!(complaint(&other).contains("`--pattern spike`"));
    let typo = run(loadtest(&["--patern", "spike"])).await;
    assert!(complaint(&typo).contains("--patern"));
    let unknown = run(loadtest(&["--only", "delete"])).await;
    let complaint = complaint(&unknown);
    assert!(complaint.contains("`delete`") || complaint.contains("'delete'"), "{complaint}");
    assert!(complaint.contains("list, filter, page, metrics, create"), "{complaint}");
}
