//! The binary as scripts use it: what it writes where, and how it ends.

use std::fs;
use std::io::pipe;
use std::process::Command;

use serde_json::Value;

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
fn tables_in_a_file_change_nothing_but_where_they_are() {
    let out = tempfile::tempdir().unwrap();
    let run = |more: &[&str]| -> Value {
        let output = rez(&["run", "smoke", "--json"]).args(more).arg("--out").arg(out.path()).output().unwrap();
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let (in_memory, in_a_file) = (run(&[]), run(&["--tables-in-file"]));
    assert!(in_memory["history_sha256"].is_string(), "{in_memory}");
    assert_eq!(in_a_file["history_sha256"], in_memory["history_sha256"]);
    assert!(in_a_file["replay"].as_str().unwrap().ends_with(" --tables-in-file"), "{}", in_a_file["replay"]);
}

#[test]
fn another_profile_has_a_report_of_its_own_and_its_alarms_call_for_no_reason() {
    let out = tempfile::tempdir().unwrap();
    for profile in ["realistic", "adversarial"] {
        let mut command = rez(&["run", "smoke", "--seed", "3", "--profile", profile, "--json"]);
        let output = command.arg("--out").arg(out.path()).output().unwrap();
        let result: Value = serde_json::from_slice(&output.stdout).unwrap();
        let failed = result["checkers"].as_array().unwrap().iter().filter(|checker| checker["held"] == false);
        assert_eq!(failed.collect::<Vec<_>>(), Vec::<&Value>::new(), "{profile}");
    }
    for report in ["smoke-3.html", "smoke-3.json", "smoke-adversarial-3.html", "smoke-adversarial-3.json"] {
        assert!(out.path().join(report).exists(), "{report}");
    }
}

#[test]
fn two_files_of_one_name_do_not_share_a_report() {
    let folder = tempfile::tempdir().unwrap();
    let [first, second] = ["a", "b"].map(|name| folder.path().join(name));
    for part in [&first, &second] {
        fs::create_dir(part).unwrap();
        fs::write(part.join("x.toml"), include_str!("../../../scenarios/minute.toml")).unwrap();
    }
    let out = folder.path().join("out");
    let mut command = rez(&["run"]);
    let output = command.args([first.join("x.toml"), second.join("x.toml")]).arg("--out").arg(&out).output().unwrap();
    let complaint = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), complaint.lines().count()), (Some(2), 1), "{complaint}");
    assert!(complaint.contains("have one name") && !out.exists(), "{complaint}");
}

/// What `rez run` says of the template with its `right` replaced; nothing was written.
fn refusal(right: &str, wrong: &str) -> String {
    assert!(TEMPLATE.contains(right), "{right}");
    let folder = tempfile::tempdir().unwrap();
    let (template, out) = (folder.path().join("bad.yaml"), folder.path().join("out"));
    fs::write(&template, TEMPLATE.replacen(right, wrong, 1)).unwrap();
    let mut command = rez(&["run", "minute"]);
    let output = command.arg("--template").arg(&template).arg("--out").arg(&out).output().unwrap();
    let complaint = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), complaint.lines().count()), (Some(2), 1), "{complaint}");
    assert!(output.stdout.is_empty() && !out.exists());
    complaint
}

/// The refusal names the line of `at` in the template, and then says `what`.
#[track_caller]
fn check(right: &str, wrong: &str, at: &str, what: &str) {
    let line = TEMPLATE.split(at).next().unwrap().matches('\n').count() + 1;
    let complaint = refusal(right, wrong);
    assert!(complaint.contains(&format!("bad.yaml:{line}: {what}")), "line {line}: {complaint}");
}

#[test]
fn what_only_the_cloud_can_tell_of_a_template_is_told_with_its_line() {
    let cases = [
        (
            "rate(1 minute)",
            "rate(1 fortnight)",
            "rule `rez-agent-dev-sweep`: `rate(1 fortnight)` is no schedule expression",
        ),
        ("cron(0 8 * * ? *)", "cron(0 8 * * *)", "rule `rez-agent-dev-daily-message`: `cron(0 8 * * *)` is no"),
        ("GenerateSecret: false", "GenerateSecret: true", "user pool `UserPool`: client `UserPoolClient` has a secret"),
        (
            "EnableSimpleResponses: true",
            "EnableSimpleResponses: false",
            "API `HttpApi`: authorizer `jwt`: answers with policies, which is not modelled",
        ),
        ("MetricName: 5xx", "MetricName: 6xx", "alarm `rez-agent-dev-api-server-errors`: metric `"),
        ("'{ $.category = \"system\" }'", "system", "metric filter `SystemFailuresOfDelivery`: pattern `system`"),
    ];
    for (right, wrong, what) in cases {
        check(right, wrong, right, what);
    }
}

/// Of these no property is to blame, so the whole is named.
#[test]
fn what_a_template_lacks_is_told_with_the_line_that_needs_it() {
    let receive = "sqs:ReceiveMessage, ";
    check(receive, "", "        Messages:\n", "`stack-MessageProcessorRole` may not `sqs:ReceiveMessage`");
    let table = "TableName: !Sub rez-agent-${Stage}-counters";
    check(table, "TableName: c", "  CountersTable:\n    Type", "`CountersTable`: ");
    let permitted = "SourceArn: !GetAtt Sweep.Arn";
    check(
        permitted,
        "SourceArn: !GetAtt DailyMessage.Arn",
        "  Sweep:\n",
        "`arn:aws:events:us-east-1:123456789012:rule/",
    );
    let table = "  MessagesTable:\n";
    let idle = "  Idle: { Type: AWS::Serverless::Function, Properties: { Role: !GetAtt SchedulerRole.Arn } }\n";
    check(table, &format!("{idle}{table}"), table, "function `Idle` of the template has no program");
    check(
        "Default: https://ntfy.sh",
        "Default: nowhere at all",
        "  NtfyUrl:\n",
        "parameter `NtfyUrl` is `nowhere at all` (expected a URL)",
    );
}
