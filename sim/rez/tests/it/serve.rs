//! `rez serve`, the binary, as people and scripts use it: over sockets, in real time.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::Value;

/// The binary at work; killed when a test ends without having stopped it.
struct Serving {
    child: Child,
    out: BufReader<ChildStdout>,
    /// What it printed once it was ready.
    said: Value,
}

impl Serving {
    fn start(more: &[&str]) -> Self {
        let mut child =
            rez(&["--api-port", "0", "--sign-in-port", "0", "--ntfy-port", "0", "--aws-port", "0", "--json"])
                .args(["--profile", "ideal"])
                .args(more)
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        let said = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: `{line}`"));
        Self { child, out, said }
    }

    /// `HOST:PORT` of one of its parts.
    fn address(&self, part: &str) -> String {
        self.said[part].as_str().unwrap().strip_prefix("http://").unwrap().to_owned()
    }

    /// Sends a whole request to one of its parts; the whole answer.
    fn ask(&self, part: &str, request: &str) -> String {
        let address = self.address(part);
        let mut stream = TcpStream::connect(&address).unwrap();
        let (head, body) = request.split_once("\n\n").unwrap_or((request, ""));
        let length = body.len();
        let head = head.replace('\n', "\r\n");
        write!(stream, "{head}\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}")
            .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn rez(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rez"));
    command.arg("serve").args(arguments);
    command
}

#[test]
fn every_part_answers_at_its_port() {
    let serving = Serving::start(&[]);
    let health = serving.ask("api", "GET /api/health HTTP/1.1");
    assert!(health.starts_with("HTTP/1.1 200") && health.contains(r#""status":"ok""#), "{health}");

    let login = serving.ask("api", "POST /api/auth/login HTTP/1.1");
    let (_, body) = login.split_once("\r\n\r\n").unwrap();
    let url = serde_json::from_str::<Value>(body).unwrap()["authorization_url"].as_str().unwrap().to_owned();
    let path = url.strip_prefix(serving.said["sign_in"].as_str().unwrap()).expect("people sign in at its own port");
    let page = serving.ask("sign_in", &format!("GET {path} HTTP/1.1"));
    assert!(page.starts_with("HTTP/1.1 302"), "{page}");

    let ntfy = serving.ask("ntfy", "GET /v1/health HTTP/1.1");
    assert!(ntfy.ends_with("{\"healthy\":true}\n"), "{ntfy}");
    let queues = serving.ask("aws", "POST / HTTP/1.1\nx-amz-target: AmazonSQS.ListQueues\n\n{}");
    assert!(queues.contains("rez-agent-dev-messages"), "{queues}");
}

#[cfg(unix)]
#[test]
fn it_stops_when_it_is_told_to() {
    let mut serving = Serving::start(&[]);
    let told = Command::new("kill").arg("-INT").arg(serving.child.id().to_string()).status().unwrap();
    assert!(told.success());
    assert!(serving.child.wait().unwrap().success());
    let mut rest = String::new();
    serving.out.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "", "scripts read one line and nothing else");
    assert!(TcpStream::connect(serving.address("api")).is_err());
}

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
fn an_ntfy_out_of_reach_is_one_clear_line() {
    let rows = [
        (&["--ntfy-url", "http://127.0.0.1:1"][..], "`--ntfy-url` needs `--functions process`"),
        (&["--functions", "process", "--ntfy-url", "127.0.0.1:1"], "expected `http://HOST:PORT`"),
        (&["--functions", "process", "--ntfy-url", "http://127.0.0.1:1/topic"], "expected `http://HOST:PORT`"),
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
