//! The publish contract, asked of any ntfy by URL.
//!
//! `REZ_NTFY_URL=http://… cargo test -p rez-ntfy contract` asks another server as well, which lets anybody publish and
//! has the limits of `ntfy serve`. What needs other settings, or empties a bucket, is asked of the binary alone.

use std::sync::Once;

use serde_json::{Value, json};

use crate::client::{Answer, ask};
use crate::program::{Program, rez_ntfy};

/// Names a server to ask besides the binary.
const OTHER: &str = "REZ_NTFY_URL";
/// Said once for all of them.
static SKIPPED: Once = Once::new();

/// Line, headers, body; status and ntfy's own code.
type Row = (&'static str, &'static [(&'static str, &'static str)], &'static str, (u16, u64));

/// The same questions for the binary and, where one is named, for another server.
fn of_both(question: impl Fn(&str)) {
    let program = Program::start(&[]);
    question(&program.ntfy);
    match std::env::var(OTHER) {
        Ok(url) => question(&url),
        Err(_) => SKIPPED.call_once(|| {
            // Straight to the terminal: what a passing test prints is kept back.
            let line = format!("skipped: the contract of another ntfy (`{OTHER}` is not set)\n");
            drop(std::io::Write::write_all(&mut std::io::stderr(), line.as_bytes()));
        }),
    }
}

/// A topic that nobody else uses: what another server remembers of an earlier run must not be read back.
fn topic() -> String {
    let path = tempfile::NamedTempFile::new().unwrap().into_temp_path();
    let name: String = path.to_string_lossy().chars().filter(char::is_ascii_alphanumeric).collect();
    format!("rez-{name}")
}

fn tell(url: &str, line: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let answer = ask(url, line, headers, body.as_bytes()).unwrap_or_else(|error| panic!("{line}: {error}"));
    assert!(!answer.head.contains("retry-after") && !answer.head.contains("ratelimit"), "a hint: {}", answer.head);
    assert!(answer.head.contains("content-type: application/json"), "{}", answer.head);
    assert!(answer.body.ends_with('\n'), "{line}: one line and its end");
    answer
}

#[test]
fn contract_a_publish_is_answered_with_the_message() {
    of_both(|url| {
        let topic = topic();
        let headers =
            [("Title", "=?UTF-8?B?R3LDvMOfZQ==?="), ("prio", "high"), ("Tags", "wave, tada"), ("Click", "https://a.b")];
        let message = tell(url, &format!("POST /{topic}"), &headers, "  hello\n").json();
        assert_eq!(message["id"].as_str().map(str::len), Some(12));
        assert!(message["expires"].as_u64() > message["time"].as_u64());
        assert_eq!((&message["event"], &message["topic"]), (&json!("message"), &json!(topic)));
        assert_eq!((&message["title"], &message["message"]), (&json!("Grüße"), &json!("hello")));
        assert_eq!((&message["priority"], &message["tags"]), (&json!(4), &json!(["wave", "tada"])));
        assert_eq!(message["click"], "https://a.b");
    });
}

#[test]
fn contract_every_route_publishes_and_is_read_back() {
    of_both(|url| {
        let topic = topic();
        tell(url, &format!("PUT /{topic}"), &[], "one");
        tell(url, "POST /", &[], &json!({ "topic": topic, "message": "two", "priority": 4 }).to_string());
        tell(url, &format!("GET /{topic}/publish?m=three&p=5"), &[], "");
        tell(url, &format!("GET /{topic}/send?message=four"), &[], "");
        tell(url, &format!("GET /{topic}/trigger"), &[], "");
        let lines = ask(url, &format!("GET /{topic}/json?poll=1"), &[], b"").unwrap().body;
        let texts = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["message"].clone());
        assert_eq!(texts.collect::<Vec<_>>(), ["one", "two", "three", "four", "triggered"]);
        assert_eq!(tell(url, "GET /v1/health", &[], "").json()["healthy"], true);
    });
}

#[test]
fn contract_a_refusal_has_its_status_and_code() {
    let rows: &[Row] = &[
        ("POST /docs", &[], "x", (400, 40010)),
        ("POST /alerts", &[("Priority", "6")], "x", (400, 40007)),
        ("POST /alerts", &[("Delay", "soon-ish")], "x", (400, 40004)),
        ("POST /alerts", &[("In", "9s")], "x", (400, 40005)),
        ("POST /alerts", &[("At", "4d")], "x", (400, 40006)),
        ("POST /alerts", &[("Attach", "nowhere")], "x", (400, 40013)),
        ("POST /alerts", &[("Actions", "dance, now")], "x", (400, 40018)),
        ("POST /", &[], "{", (400, 40024)),
        ("POST /", &[], r#"{"topic":"no topic"}"#, (400, 40009)),
        ("POST /", &[], r#"{"topic":"alerts","delay":"9s"}"#, (400, 40005)),
        ("POST /alerts", &[("Authorization", "Bearer tk_wrong")], "x", (401, 40101)),
        ("POST /docs", &[("Authorization", "Bearer tk_wrong")], "x", (401, 40101)),
        ("GET /alerts/nothing/here", &[], "", (404, 40401)),
        ("POST /no%20topic", &[], "x", (404, 40401)),
    ];
    of_both(|url| {
        for (line, headers, body, expected) in rows {
            let answer = tell(url, line, headers, body);
            assert_eq!(answer.code(), *expected, "{line} {headers:?}: {}", answer.body);
            assert_eq!(answer.json()["http"], expected.0);
        }
        let long = format!(r#"{{"topic":"alerts","message":"{}"}}"#, "x".repeat(9_000));
        assert_eq!(tell(url, "POST /", &[], &long).code(), (413, 41303));
    });
}

#[test]
fn contract_a_message_of_4096_bytes_is_the_longest() {
    let program = Program::start(&[]);
    let long = "x".repeat(4_097);
    let whole = tell(&program.ntfy, "POST /alerts", &[], &long[..4_096]).json();
    assert_eq!(whole["message"].as_str().map(str::len), Some(4_096));
    let file = tell(&program.ntfy, "POST /alerts", &[], &long).json();
    assert_eq!(file["message"], "You received a file: attachment.txt");
    assert_eq!(file["attachment"]["size"], 4_097);
    let cut = tell(&program.ntfy, "POST /alerts", &[("Attach", "https://a.b/c.png")], &long).json();
    assert_eq!(cut["message"].as_str().map(str::len), Some(4_096));
}

#[test]
fn contract_an_attachment_is_15_mib_at_most() {
    let program = Program::start(&[]);
    let max = 15 * 1024 * 1024;
    assert_eq!(tell(&program.ntfy, "POST /alerts", &[], &"x".repeat(max)).status, 200);
    assert_eq!(tell(&program.ntfy, "POST /alerts", &[], &"x".repeat(max + 1)).code(), (413, 41301));
}

#[test]
fn contract_attachments_are_100_mib_a_visitor() {
    let program = Program::start(&[]);
    let file = "x".repeat(15 * 1024 * 1024);
    for _ in 0..6 {
        assert_eq!(tell(&program.ntfy, "POST /alerts", &[], &file).status, 200);
    }
    assert_eq!(tell(&program.ntfy, "POST /alerts", &[], &file).code(), (413, 41301));
    assert_eq!(tell(&program.ntfy, "POST /alerts", &[], &file[..10 * 1024 * 1024]).status, 200);
}

#[test]
fn contract_a_body_with_a_filename_is_a_file() {
    let program = Program::start(&[]);
    let message = tell(&program.ntfy, "POST /alerts", &[("Filename", "notes.txt")], "short").json();
    assert_eq!(message["message"], "You received a file: notes.txt");
    assert_eq!((&message["attachment"]["name"], &message["attachment"]["size"]), (&json!("notes.txt"), &json!(5)));
}

#[test]
fn contract_sixty_requests_at_once() {
    let program = Program::start(&["--request-interval-ms", "3600000"]);
    for count in 0..60 {
        assert_eq!(program.publish("x").unwrap().status, 200, "request {count}");
    }
    let refused = tell(&program.ntfy, "POST /alerts", &[], "x");
    assert_eq!(
        refused.body,
        "{\"code\":42901,\"http\":429,\"error\":\"limit reached: too many requests\",\
         \"link\":\"https://ntfy.sh/docs/publish/#limitations\"}\n"
    );
}

#[test]
fn contract_the_days_messages_run_out() {
    let program = Program::start(&["--daily-messages", "2"]);
    let codes: Vec<_> = (0..3).map(|_| program.publish("x").unwrap().code()).collect();
    assert_eq!(codes, [(200, 0), (200, 0), (429, 42908)]);
}

#[test]
fn contract_credentials_come_before_the_bucket_and_it_before_permission() {
    let mut command = rez_ntfy(&["--request-burst", "1", "--request-interval-ms", "3600000"]);
    command.env("NTFY_TOKEN", "tk_secret");
    let program = Program::of(command);
    let code = |authorization: &str| {
        let headers = [("Authorization", authorization)];
        tell(&program.ntfy, "POST /alerts", if authorization.is_empty() { &[] } else { &headers }, "x").code()
    };
    assert_eq!([code(""), code("")], [(403, 40301), (429, 42901)]);
    assert_eq!(code("Basic OnRrX3NlY3JldA=="), (200, 0));
    assert_eq!(code("Bearer tk_secret"), (429, 42901));
    let failures: Vec<_> = (0..31).map(|_| code("Bearer tk_wrong").1).collect();
    assert_eq!((failures[0], failures[29], failures[30]), (40101, 40101, 42909));
    assert_eq!(code("Bearer tk_secret"), (429, 42909), "good ones do not help any more");
}
