//! It stops when it is told to, whatever it is at.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use super::{QUEUE, Serving, between, rez};

/// It says that it stops within this time.
const STOPS_WITHIN: Duration = Duration::from_secs(5);
/// How long it may take to ask a server that it needs.
const ASKS_WITHIN: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_millis(20);

fn interrupt(child: &Child) {
    let told = Command::new("kill").arg("-INT").arg(child.id().to_string()).status().unwrap();
    assert!(told.success());
}

/// What comes of it within this time.
fn within<T>(time: Duration, what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    for _ in 0..time.as_millis() / LOOK_EVERY.as_millis() {
        if let Some(seen) = look() {
            return seen;
        }
        thread::sleep(LOOK_EVERY);
    }
    panic!("not within {time:?}: {what}")
}

fn ended(child: &mut Child) -> ExitStatus {
    within(STOPS_WITHIN, "it stops", || child.try_wait().unwrap())
}

#[test]
fn it_stops_when_it_is_told_to() {
    let mut serving = Serving::start(&[]);
    interrupt(&serving.child);
    assert!(ended(&mut serving.child).success());
    let mut rest = String::new();
    serving.out.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "", "scripts read one line and nothing else");
    assert!(TcpStream::connect(serving.address("api")).is_err());
}

#[test]
fn requests_that_would_take_long_do_not_hold_it_up() {
    let mut serving = Serving::start(&[]);
    let of_sqs = |operation, body: Value| format!("POST / HTTP/1.1\nx-amz-target: AmazonSQS.{operation}\n\n{body}");
    let url = serving.ask("aws", &of_sqs("GetQueueUrl", json!({ "QueueName": QUEUE })));
    let url = between(&url, "\"QueueUrl\":\"", "\"");
    let receive = json!({ "QueueUrl": url, "WaitTimeSeconds": 20 });
    let _waiting = serving.send("aws", &of_sqs("ReceiveMessage", receive));
    let mut half = TcpStream::connect(serving.address("api")).unwrap();
    half.write_all(b"POST /api/messages HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n{").unwrap();
    // Connections are taken one after the other, so both of them are by now.
    for part in ["aws", "api"] {
        serving.ask(part, "GET /api/health HTTP/1.1");
    }
    interrupt(&serving.child);
    assert!(ended(&mut serving.child).success());
}

#[test]
fn it_stops_while_it_still_waits_for_its_backend() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    silent.set_nonblocking(true).unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let mut child = rez(&["--api-port", "0", "--sign-in-port", "0", "--ntfy-port", "0", "--aws-port", "0"])
        .args(["--backend", &url])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let _asked = within(ASKS_WITHIN, "it asks", || silent.accept().ok());
    interrupt(&child);
    assert!(ended(&mut child).success());
    let output = child.wait_with_output().unwrap();
    assert!(output.stdout.is_empty(), "it was never ready");
}
