//! The binary as scripts use it: what it writes where, and how it ends.

use std::fs;
use std::io::pipe;
use std::process::Command;

const TEMPLATE: &str = include_str!("../../../../system/template.yaml");

fn rez(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rez"));
    command.args(arguments).env_remove("CARGO");
    command
}

#[test]
fn whoever_closes_the_pipe_has_seen_enough() {
    let out = tempfile::tempdir().unwrap();
    let folder = out.path().to_str().unwrap();
    for arguments in [&["completions", "bash"][..], &["scenarios"], &["run", "minute", "--json", "--out", folder]] {
        let (reader, writer) = pipe().unwrap();
        drop(reader);
        let output = rez(arguments).stdout(writer).output().unwrap();
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {complaint}");
    }
}

#[test]
fn what_only_the_cloud_can_tell_of_a_template_is_told_before_anything_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let (template, out) = (folder.path().join("bad.yaml"), folder.path().join("out"));
    fs::write(&template, TEMPLATE.replace("rate(1 minute)", "rate(1 minutes)")).unwrap();
    let mut command = rez(&["run", "minute"]);
    let output = command.arg("--template").arg(&template).arg("--out").arg(&out).output().unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), complaint.lines().count()), (Some(2), 1), "{complaint}");
    assert!(complaint.contains("bad.yaml: rule `rez-agent-dev-sweep`: `rate(1 minutes)`"), "{complaint}");
    assert!(output.stdout.is_empty() && !out.exists());
}
