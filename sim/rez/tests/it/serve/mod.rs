//! `rez serve`, the binary, as people and scripts use it: over sockets, in real time.

mod refused;
#[cfg(unix)]
mod stop;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

/// The queue of the dead letters, which no function reads.
const QUEUE: &str = "rez-agent-dev-messages-dlq";

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

    /// Sends a whole request to one of its parts; where the answer comes.
    fn send(&self, part: &str, request: &str) -> TcpStream {
        let address = self.address(part);
        let mut stream = TcpStream::connect(&address).unwrap();
        let (head, body) = request.split_once("\n\n").unwrap_or((request, ""));
        let length = body.len();
        let head = head.replace('\n', "\r\n");
        write!(stream, "{head}\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}")
            .unwrap();
        stream
    }

    /// Sends a whole request to one of its parts; the whole answer.
    fn ask(&self, part: &str, request: &str) -> String {
        let mut stream = self.send(part, request);
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

/// What is between these two.
fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let found = text.split_once(before).and_then(|(_, rest)| rest.split_once(after));
    found.unwrap_or_else(|| panic!("nothing between `{before}` and `{after}`: {text}")).0
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

#[test]
fn logs_are_those_of_the_functions_and_of_the_gateway() {
    let mut serving = Serving::start(&["--logs"]);
    let answer = serving.ask("api", "GET /api/health HTTP/1.1\n\n");
    let request_id = between(&answer, "apigw-requestid: ", "\r\n");
    let correlation_id = between(&answer, "x-correlation-id: ", "\r\n");
    serving.child.kill().unwrap();
    let mut logged = String::new();
    serving.child.stderr.take().unwrap().read_to_string(&mut logged).unwrap();
    let line_with = |text: &str| logged.lines().find(|line| line.contains(text));
    assert!(line_with(request_id).is_some_and(|line| line.contains("\"status\":\"200\"")), "{logged}");
    assert!(line_with(correlation_id).is_some_and(|line| line.contains("web-api")), "{logged}");
}

#[test]
fn the_aws_port_takes_forms_and_invocations() {
    let serving = Serving::start(&[]);
    let form = |members: &str| {
        let form = format!("POST / HTTP/1.1\ncontent-type: application/x-www-form-urlencoded\n\n{members}");
        let answer = serving.ask("aws", &form);
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        answer
    };
    let url = form(&format!("Action=GetQueueUrl&Version=2012-11-05&QueueName={QUEUE}"));
    let url = between(&url, "<QueueUrl>", "</QueueUrl>").replace(':', "%3A").replace('/', "%2F");
    let sent = form(&format!("Action=SendMessage&Version=2012-11-05&QueueUrl={url}&MessageBody=one%20%26%20two"));
    let id = between(&sent, "<MessageId>", "</MessageId>");
    let received = form(&format!("Action=ReceiveMessage&Version=2012-11-05&QueueUrl={url}&WaitTimeSeconds=1"));
    assert_eq!(between(&received, "<MessageId>", "</MessageId>"), id);
    assert_eq!(between(&received, "<Body>", "</Body>"), "one &amp; two");

    let event = json!({
        "version": "0", "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa", "detail-type": "Scheduled Event", "source": "aws.events",
        "account": "123456789012", "time": "2026-01-02T08:00:37Z", "region": "us-east-1", "detail": {},
        "resources": ["arn:aws:events:us-east-1:123456789012:rule/rez-agent-dev-daily-message"],
    });
    let invocations = "/2015-03-31/functions/rez-agent-dev-scheduler/invocations";
    for new in [true, false] {
        let invoked = serving.ask("aws", &format!("POST {invocations} HTTP/1.1\n\n{event}"));
        assert!(invoked.starts_with("HTTP/1.1 200"), "{invoked}");
        assert!(invoked.contains(&format!("\"new\":{new}")), "{invoked}");
    }
}
