//! The scenario files of virtual time, in real time on LocalStack.

use std::process::Command;

use serde_json::Value;

use super::programs;
use crate::support::container::localstack;

/// A minute without faults; some seconds with a slow ntfy that refuses one request in four, and poison; an ntfy that is down for a
/// while; and lost answers, broken connections and crashes.
const SCENARIOS: [&str; 4] = [
    "minute",
    concat!(env!("CARGO_MANIFEST_DIR"), "/../sim/rez/tests/it/elsewhere/faulty.toml"),
    "hiccup",
    concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/end_to_end/wire.toml"),
];
/// Of [`SCENARIOS`], the one with poison.
const FAULTY: usize = 1;

/// The results of `rez run` of all scenarios.
fn run(more: &[&str]) -> Vec<Value> {
    let out = tempfile::tempdir().unwrap();
    let mut command = Command::new(programs::folder().join("rez"));
    command.arg("run").args(SCENARIOS).args(["--json", "--out"]).arg(out.path()).args(more);
    let output = command.output().unwrap();
    let (results, complaint) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{results}{complaint}");
    serde_json::from_str(&results).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Docker: cargo test -p rez-localstack -- --ignored"]
async fn the_same_files_end_in_the_same_verdict() {
    let name = "end_to_end::scenarios::the_same_files_end_in_the_same_verdict";
    let Some(localstack) = localstack(name).await else { return };
    let virtual_time = run(&[]);
    let real_time = run(&["--backend", localstack.endpoint().url()]);
    assert_eq!((virtual_time.len(), real_time.len()), (SCENARIOS.len(), SCENARIOS.len()));
    for (simulated, real) in virtual_time.iter().zip(&real_time) {
        assert_eq!((&simulated["scenario"], &simulated["verdict"]), (&real["scenario"], &real["verdict"]));
        // The same seed, so the same people; what is created does not depend on how fast an AWS answers.
        assert_eq!(simulated["messages"]["created"], real["messages"]["created"]);
        assert_eq!(real["messages"]["completed"], real["messages"]["created"]);
        assert_eq!(real["messages"]["lost"], 0);
    }
    let poisoned = &real_time[FAULTY]["messages"]["dead_lettered"];
    assert!(poisoned.as_u64().unwrap() > 0, "{poisoned}");
    assert_eq!(poisoned, &virtual_time[FAULTY]["messages"]["dead_lettered"]);
}
