//! Why it does not start, in one clear line.

use std::net::TcpListener;

use super::{Serving, rez};

#[test]
fn a_taken_port_is_one_clear_line() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output =
        rez(&["--sign-in-port", "0", "--ntfy-port", "0", "--aws-port", "0", "--api-port", &port]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let expected =
        format!("rez: port {port} for the API is taken (choose another with `--api-port`; 0 takes any that is free)\n");
    assert_eq!(String::from_utf8_lossy(&output.stderr), expected);
    assert!(output.stdout.is_empty());
}

#[test]
fn a_wrong_parameter_of_the_template_is_one_clear_line() {
    for wrong in ["Stage=moon", "Colour=red", "Stage"] {
        let output = rez(&["--api-port", "0", "--sign-in-port", "0", "--ntfy-port", "0", "--aws-port", "0"])
            .args(["--parameter", wrong])
            .output()
            .unwrap();
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{complaint}");
        assert_eq!(complaint.lines().count(), 1, "{complaint}");
        assert!(complaint.contains(wrong.split('=').next().unwrap()), "{complaint}");
    }
}

#[test]
fn what_it_cannot_run_without_is_one_clear_line() {
    let aws = Serving::start(&[]);
    let no_ntfy = aws.said["aws"].as_str().unwrap();
    let process = |ntfy_url| ["--functions", "process", "--ntfy-url", ntfy_url];
    let rows = [
        (&["--ntfy-url", "http://127.0.0.1:1"][..], "`--ntfy-url` needs `--functions process`"),
        (&process("127.0.0.1:1"), "expected `http://HOST:PORT`"),
        (&process("http://127.0.0.1:1/topic"), "expected `http://HOST:PORT`"),
        (&process("http://127.0.0.1:1"), "no ntfy answers at `http://127.0.0.1:1` (start it there"),
        (&process(no_ntfy), "is no healthy ntfy: status 501"),
        (&["--functions", "process", "--binaries", "/nowhere", "--ntfy-port", "0"], "` is not there (build it with"),
    ];
    for (arguments, told) in rows {
        let output = rez(&["--api-port", "0", "--sign-in-port", "0", "--aws-port", "0"]).args(arguments).output();
        let output = output.unwrap();
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{complaint}");
        assert_eq!(complaint.lines().count(), 1, "{complaint}");
        assert!(complaint.contains(told), "{complaint}");
    }
}
