//! The binary, as people and scripts use it.

use std::process::{Command, Output};
use std::time::Duration;

use serde_json::Value;

use crate::server::Server;

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
    let server = Server::start(|_, _| (Duration::ZERO, Some(200))).await;
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
    let server = Server::start(|_, _| (Duration::from_millis(20), Some(200))).await;
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
        let server = Server::start(move |_, _| (Duration::ZERO, Some(status))).await;
        let output = run(open(&server, &["--json"])).await;
        assert_eq!(output.status.code(), Some(1), "{status}: {output:?}");
        assert_eq!(not_held(&output), ["requests-accepted"], "{status}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn users_who_get_nowhere_do_not_pass() {
    for status in [401, 503] {
        let server = Server::start(move |_, _| (Duration::ZERO, Some(status))).await;
        let output = run(open(&server, &["--mode", "closed", "--users", "2", "--json"])).await;
        assert_eq!(output.status.code(), Some(1), "{status}: {output:?}");
        assert_eq!(not_held(&output), ["journeys-accepted"], "{status}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_system_that_went_silent_stops_it_early_too() {
    let server = Server::start(|_, _| (Duration::ZERO, None)).await;
    let mut command = open(&server, &["--rate", "1000", "--max-in-flight", "8", "--abort-early", "--json"]);
    command.args(["--duration", "10m"]);
    let begun = std::time::Instant::now();
    let output = run(command).await;
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(begun.elapsed() < Duration::from_secs(10), "it waited for answers that nobody needs any more");
    let result: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(result["aborted"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_stops_early_when_it_is_told_to() {
    let server = Server::start(|_, _| (Duration::ZERO, Some(503))).await;
    let mut command = open(&server, &["--rate", "200", "--abort-early", "--json"]);
    command.args(["--duration", "10m"]);
    let output = run(command).await;
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let result: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(result["aborted"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn users_go_on_their_journeys() {
    let server = Server::start(|_, _| (Duration::ZERO, Some(200))).await;
    let mut command = open(&server, &["--users", "4", "--json"]);
    command.args(["--mode", "closed"]);
    let output = run(command).await;
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let result: Value = serde_json::from_slice(&output.stdout).unwrap();
    let sent: u64 = result["closed"].as_array().unwrap().iter().map(|row| row["count"].as_u64().unwrap()).sum();
    assert!(sent > 4 && sent <= server.served(), "{sent} of {}: goose counts from when all had come", server.served());
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_input_is_one_clear_line() {
    let foreign = run(loadtest(&["--host", "http://192.0.2.1:8080"])).await;
    assert!(complaint(&foreign).contains("--i-own-this-host"));
    let nobody = run(loadtest(&["--host", "http://127.0.0.1:1", "--thresholds", "nowhere.toml"])).await;
    assert!(complaint(&nobody).contains("`nowhere.toml`"));
    let down = run(loadtest(&["--host", "http://127.0.0.1:1"])).await;
    assert!(complaint(&down).contains("http://127.0.0.1:1"));
    let refused = Server::start(|_, _| (Duration::ZERO, Some(500))).await;
    let refused = run(loadtest(&["--host", &refused.url()])).await;
    assert!(complaint(&refused).contains("POST /api/auth/login"));
    let typo = run(loadtest(&["--patern", "spike"])).await;
    assert!(complaint(&typo).contains("--patern"));
}
