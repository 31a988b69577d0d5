//! The command line: what it prints, what it refuses, and how it ends.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::Output;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::client::ask;
use crate::program::{Program, rez_ntfy};

fn one_line(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(text.lines().count(), 1, "{text}");
    text
}

#[test]
fn help_has_examples() {
    let help = String::from_utf8(rez_ntfy(&["--help"]).output().unwrap().stdout).unwrap();
    assert!(help.contains("curl -d '{\"kind\":\"refuse\"}'"), "{help}");
}

#[test]
fn bad_input_is_one_line_and_status_two() {
    let program = Program::start(&[]);
    let taken = program.ntfy.rsplit_once(':').unwrap().1;
    let rows: [(&[&str], &str); 6] = [
        (&["--port", taken, "--admin-port", "0"], taken),
        (&["--port", "0", "--admin-port", taken], "`--admin-port`"),
        (&["--port", "70000"], "70000"),
        (&["--prot", "0"], "--prot"),
        (&["--token-file", "/nowhere/token"], "/nowhere/token"),
        (&["--request-burst", "0"], "--request-burst"),
    ];
    for (arguments, names) in rows {
        let line = one_line(&rez_ntfy(arguments).output().unwrap());
        assert!(line.starts_with("rez-ntfy: ") && !line.contains("error:") && line.contains(names), "{line}");
    }
}

#[test]
fn a_signal_stops_it_in_time_even_amid_silence() {
    for signal in [Signal::INT, Signal::TERM] {
        let mut program = Program::start(&[]);
        program.set(serde_json::json!({ "kind": "silent" }));
        let host = program.ntfy.trim_start_matches("http://").to_owned();
        let mut held = TcpStream::connect(host).unwrap();
        held.write_all(b"POST /alerts HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\n\r\nx").unwrap();
        kill_process(Pid::from_child(&program.child), signal).unwrap();
        held.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        let end = held.read(&mut [0]).map_err(|error| error.kind());
        assert!(matches!(end, Ok(0) | Err(ErrorKind::ConnectionReset)), "{signal:?}: {end:?}");
        assert!(program.child.wait().unwrap().success());
    }
}

#[test]
fn the_token_comes_from_a_file_or_the_environment() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    writeln!(file, "tk_secret").unwrap();
    let mut by_variable = rez_ntfy(&[]);
    by_variable.env("NTFY_TOKEN", "tk_secret");
    let programs = [Program::of(by_variable), Program::start(&["--token-file", file.path().to_str().unwrap()])];
    for program in programs {
        let bearer = [("Authorization", "Bearer tk_secret")];
        assert_eq!(ask(&program.ntfy, "POST /alerts", &bearer, b"x").unwrap().status, 200);
        assert_eq!(program.publish("x").unwrap().code(), (403, 40301));
    }
}
