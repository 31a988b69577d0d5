//! The publish contract, row by row.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::{Request, Response};
use proptest::prelude::*;
use rand::SeedableRng;
use rand_pcg::Pcg64Mcg;
use serde_json::Value;

use crate::{Accepted, Ntfy, Settings};

/// Method and path, headers, body; status and ntfy's own code.
type Row = (&'static str, &'static [(&'static str, &'static str)], &'static str, (u16, u64));

const ADDRESS: &str = "198.51.100.1";

fn server(change: impl FnOnce(&mut Settings)) -> Ntfy {
    let mut settings = Settings::default();
    change(&mut settings);
    Ntfy::new(settings, Pcg64Mcg::seed_from_u64(1))
}

/// Noon of a day, and seconds after it.
fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_800_100_800 + seconds)
}

fn request(line: &str, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Request<Bytes> {
    let (method, path) = line.split_once(' ').expect("METHOD PATH");
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(body.into()).expect("a valid request")
}

fn post(ntfy: &mut Ntfy, seconds: u64, line: &str, headers: &[(&str, &str)], body: &str) -> (u16, Value) {
    let (response, _) = ntfy.answer(&request(line, headers, body.to_owned()), ADDRESS, at(seconds));
    parts(&response)
}

fn parts(response: &Response<Bytes>) -> (u16, Value) {
    (response.status().as_u16(), serde_json::from_slice(response.body()).expect("one line of JSON"))
}

fn code(answer: &(u16, Value)) -> (u16, u64) {
    (answer.0, answer.1["code"].as_u64().unwrap_or_default())
}

fn accepted(ntfy: &mut Ntfy, line: &str, headers: &[(&str, &str)], body: &str) -> Accepted {
    ntfy.answer(&request(line, headers, body.to_owned()), ADDRESS, at(0)).1.expect("accepted")
}

#[test]
fn a_publish_is_answered_with_the_message() {
    let mut ntfy = server(|_| {});
    let headers = [("Title", "Greetings"), ("Priority", "high"), ("Tags", "wave, tada")];
    let (status, message) = post(&mut ntfy, 0, "POST /alerts", &headers, "  hello\n");
    assert_eq!(status, 200);
    assert_eq!(message["id"].as_str().map(str::len), Some(12));
    assert_eq!(message["event"], "message");
    assert_eq!(message["expires"].as_u64().unwrap() - message["time"].as_u64().unwrap(), 43_200);
    assert_eq!(
        (&message["topic"], &message["title"], &message["message"], &message["priority"]),
        (&"alerts".into(), &"Greetings".into(), &"hello".into(), &4.into())
    );
    assert_eq!(message["tags"], serde_json::json!(["wave", "tada"]));
}

#[test]
fn every_route_publishes_alike() {
    let mut ntfy = server(|_| {});
    let json = r#"{"topic":"alerts","message":"hello","priority":4,"tags":["a"],"markdown":true}"#;
    assert_eq!(accepted(&mut ntfy, "PUT /alerts", &[], "hello").message.message, "hello");
    assert_eq!(accepted(&mut ntfy, "POST /", &[], json).message.priority, Some(4));
    assert_eq!(accepted(&mut ntfy, "GET /alerts/publish?message=hello&p=5", &[], "").message.message, "hello");
    assert_eq!(accepted(&mut ntfy, "GET /alerts/trigger", &[], "").message.message, "triggered");
    assert_eq!(post(&mut ntfy, 0, "GET /v1/health", &[], ""), (200, serde_json::json!({"healthy": true})));
}

#[test]
fn non_ascii_titles_come_encoded() {
    let headers = [("X-Title", "=?UTF-8?B?R3LDvMOfZQ==?=")];
    assert_eq!(accepted(&mut server(|_| {}), "POST /alerts", &headers, "x").message.title.as_deref(), Some("Grüße"));
}

#[test]
fn what_was_published_can_be_read_back() {
    let mut ntfy = server(|_| {});
    accepted(&mut ntfy, "POST /alerts", &[], "one");
    accepted(&mut ntfy, "POST /others", &[], "two");
    accepted(&mut ntfy, "POST /alerts", &[], "three");
    let (response, _) = ntfy.answer(&request("GET /alerts/json?poll=1", &[], ""), ADDRESS, at(9));
    let lines = String::from_utf8(response.body().to_vec()).unwrap();
    let messages: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(messages.iter().map(|message| &message["message"]).collect::<Vec<_>>(), ["one", "three"]);
}

#[test]
fn refusals_have_their_status_and_code() {
    let rows: &[Row] = &[
        ("POST /no%20topic", &[], "x", (404, 40401)),
        ("POST /docs", &[], "x", (400, 40010)),
        ("POST /alerts", &[("Priority", "6")], "x", (400, 40007)),
        ("POST /alerts", &[("Delay", "soon")], "x", (400, 40004)),
        ("POST /alerts", &[("In", "9s")], "x", (400, 40005)),
        ("POST /alerts", &[("At", "4d")], "x", (400, 40006)),
        ("POST /alerts", &[("Attach", "nowhere")], "x", (400, 40013)),
        ("POST /alerts", &[("Actions", "dance, now")], "x", (400, 40018)),
        ("POST /", &[], "{", (400, 40024)),
        ("POST /", &[], r#"{"topic":"no topic"}"#, (400, 40009)),
        ("POST /", &[], r#"{"topic":"docs"}"#, (400, 40010)),
        ("POST /", &[], r#"{"topic":"alerts","delay":"9s"}"#, (400, 40005)),
        ("POST /", &[], r#"{"topic":"alerts","attach":"nowhere"}"#, (400, 40013)),
        ("POST /", &[], r#"{"topic":"alerts","actions":[{"action":"dance","label":"now"}]}"#, (400, 40018)),
        ("GET /nowhere/at/all", &[("Authorization", "Bearer tk_wrong")], "", (401, 40101)),
        ("POST /closed", &[], "x", (403, 40301)),
        ("POST /alerts", &[("Authorization", "Bearer tk_wrong")], "x", (401, 40101)),
        ("DELETE /alerts", &[], "", (404, 40401)),
        ("GET /alerts/nothing/here", &[], "", (404, 40401)),
    ];
    for (line, headers, body, expected) in rows {
        let mut ntfy = server(|settings| {
            settings.closed_topics.insert("closed".into());
        });
        assert_eq!(code(&post(&mut ntfy, 0, line, headers, body)), *expected, "{line} {headers:?}");
    }
}

#[test]
fn a_refusal_is_one_line_with_a_link_and_no_hint_when_to_come_back() {
    let mut ntfy = server(|settings| settings.request_burst = 0);
    let (response, _) = ntfy.answer(&request("POST /alerts", &[], "x"), ADDRESS, at(0));
    assert_eq!(
        response.body().as_ref(),
        b"{\"code\":42901,\"http\":429,\"error\":\"limit reached: too many requests\",\
          \"link\":\"https://ntfy.sh/docs/publish/#limitations\"}\n"
    );
    assert!(response.headers().get("retry-after").is_none());
}

#[test]
fn sixty_requests_then_one_each_five_seconds() {
    let mut ntfy = server(|_| {});
    let at_once = (0..70).filter(|_| post(&mut ntfy, 0, "POST /alerts", &[], "x").0 == 200).count();
    assert_eq!(at_once, 60);
    assert_eq!(code(&post(&mut ntfy, 4, "POST /alerts", &[], "x")), (429, 42901));
    assert_eq!(post(&mut ntfy, 5, "POST /alerts", &[], "x").0, 200);
    let in_a_minute = (6..=65).filter(|second| post(&mut ntfy, *second, "POST /alerts", &[], "x").0 == 200).count();
    assert_eq!(in_a_minute, 12);
}

#[test]
fn the_daily_quota_begins_anew_at_midnight() {
    let mut ntfy = server(|settings| settings.daily_messages = 2);
    let answers: Vec<_> = (0..3).map(|_| code(&post(&mut ntfy, 0, "POST /alerts", &[], "x")).1).collect();
    assert_eq!(answers, [0, 0, 42908]);
    assert_eq!(code(&post(&mut ntfy, 43_199, "POST /alerts", &[], "x")).1, 42908);
    assert_eq!(post(&mut ntfy, 43_200, "POST /alerts", &[], "x").0, 200);
}

#[test]
fn failed_log_ins_are_refused_before_any_other_limit() {
    let mut ntfy = server(|settings| settings.request_burst = 0);
    let wrong = [("Authorization", "Bearer tk_wrong")];
    let codes: Vec<_> = (0..31).map(|_| code(&post(&mut ntfy, 0, "POST /alerts", &wrong, "x")).1).collect();
    assert_eq!((codes[0], codes[29], codes[30]), (40101, 40101, 42909));
    assert_eq!(code(&post(&mut ntfy, 60, "POST /alerts", &wrong, "x")).1, 40101);
}

#[test]
fn the_json_route_is_checked_before_a_token_is_spent() {
    let mut ntfy = server(|settings| settings.request_burst = 1);
    let long = format!(r#"{{"topic":"alerts","message":"{}"}}"#, "x".repeat(9_000));
    assert_eq!(code(&post(&mut ntfy, 0, "POST /", &[], &long)), (413, 41303));
    assert_eq!(code(&post(&mut ntfy, 0, "POST /", &[], "nonsense")), (400, 40024));
    assert_eq!(post(&mut ntfy, 0, "POST /", &[], r#"{"topic":"alerts"}"#).0, 200);
    assert_eq!(code(&post(&mut ntfy, 0, "POST /", &[], r#"{"topic":"alerts"}"#)), (429, 42901));
}

#[test]
fn a_permission_is_missed_after_the_token_is_spent() {
    let mut ntfy = server(|settings| {
        settings.request_burst = 1;
        settings.closed_topics.insert("closed".into());
    });
    assert_eq!(code(&post(&mut ntfy, 0, "POST /closed", &[], "x")).1, 40301);
    assert_eq!(code(&post(&mut ntfy, 0, "POST /alerts", &[], "x")).1, 42901);
}

#[test]
fn a_long_message_becomes_a_file_and_is_still_accepted() {
    let long = "x".repeat(4_097);
    let (status, message) = post(&mut server(|_| {}), 0, "POST /alerts", &[], &long);
    assert_eq!((status, &message["message"]), (200, &"You received a file: attachment.txt".into()));
    let (status, message) = post(&mut server(|_| {}), 0, "POST /alerts", &[], &long[..4_096]);
    assert_eq!((status, message["message"].as_str().map(str::len)), (200, Some(4_096)));
    let mut without = server(|settings| settings.attachments = false);
    assert_eq!(code(&post(&mut without, 0, "POST /alerts", &[], &long)), (400, 40014));
}

/// Regression: good credentials were let in, although the address had used up its failures.
#[test]
fn good_credentials_do_not_help_an_address_with_too_many_failures() {
    let mut ntfy = server(|settings| settings.token = Some("tk_secret".into()));
    let (good, wrong) = ([("Authorization", "Bearer tk_secret")], [("Authorization", "Bearer tk_wrong")]);
    for _ in 0..30 {
        assert_eq!(code(&post(&mut ntfy, 0, "POST /alerts", &wrong, "x")), (401, 40101));
    }
    assert_eq!(code(&post(&mut ntfy, 0, "POST /alerts", &good, "x")), (429, 42909));
    let elsewhere = ntfy.answer(&request("POST /alerts", &good, "x"), "198.51.100.2", at(0));
    assert!(elsewhere.1.is_some(), "another address is not to blame");
    assert_eq!(post(&mut ntfy, 60, "POST /alerts", &good, "x").0, 200, "one is forgiven in a minute");
}

/// Regression: of 100 MB a visitor only the bandwidth of a day was known.
#[test]
fn a_visitor_has_room_for_so_many_bytes_of_attachments_until_they_expire() {
    let mut ntfy = server(|settings| settings.attachment_bytes_total = 10_000);
    let file = "x".repeat(5_000);
    assert_eq!(post(&mut ntfy, 0, "POST /alerts", &[], &file).0, 200);
    assert_eq!(post(&mut ntfy, 60, "POST /alerts", &[], &file).0, 200);
    assert_eq!(code(&post(&mut ntfy, 120, "POST /alerts", &[], &file)), (413, 41301));
    assert_eq!(post(&mut ntfy, 120, "POST /alerts", &[], "a message").0, 200, "which is no attachment");
    let elsewhere = ntfy.answer(&request("POST /alerts", &[], file.clone()), "198.51.100.2", at(120));
    assert!(elsewhere.1.is_some(), "another visitor has room of his own");
    assert_eq!(post(&mut ntfy, 3 * 3_600, "POST /alerts", &[], &file).0, 200, "the first has gone by then");
    assert_eq!(code(&post(&mut ntfy, 3 * 3_600, "POST /alerts", &[], &file)), (413, 41301));
}

#[test]
fn a_body_with_a_filename_is_a_file() {
    let short = |line: &str, headers: &[(&str, &str)], body: &str| post(&mut server(|_| {}), 0, line, headers, body).1;
    let by_header = short("POST /alerts", &[("X-Filename", "notes.txt")], "short");
    let by_query = short("POST /alerts?f=notes.txt", &[], "short");
    for message in [by_header, by_query] {
        assert_eq!(message["message"], "You received a file: notes.txt");
        assert_eq!((&message["attachment"]["name"], &message["attachment"]["size"]), (&"notes.txt".into(), &5.into()));
    }
    let json = r#"{"topic":"alerts","message":"short","filename":"notes.txt"}"#;
    assert_eq!(short("POST /", &[], json)["attachment"]["name"], "notes.txt");
    let said = short("POST /alerts", &[("Filename", "notes.txt"), ("Message", "read this")], "short");
    assert_eq!((&said["message"], &said["attachment"]["name"]), (&"read this".into(), &"notes.txt".into()));
    // Of a file that lies elsewhere it is the name, and the body is the message.
    let linked = short("POST /alerts", &[("Attach", "https://a.b/c.png"), ("Filename", "d.png")], "look");
    assert_eq!((&linked["message"], &linked["attachment"]["name"]), (&"look".into(), &"d.png".into()));
}

#[test]
fn credentials_come_in_three_ways() {
    let private = || server(|settings| settings.token = Some("tk_secret".into()));
    let basic = [("Authorization", "Basic OnRrX3NlY3JldA==")];
    assert_eq!(post(&mut private(), 0, "POST /alerts", &[("Authorization", "Bearer tk_secret")], "x").0, 200);
    assert_eq!(post(&mut private(), 0, "POST /alerts", &basic, "x").0, 200);
    assert_eq!(post(&mut private(), 0, "POST /alerts?auth=QmVhcmVyIHRrX3NlY3JldA", &[], "x").0, 200);
    assert_eq!(code(&post(&mut private(), 0, "POST /alerts", &[], "x")), (403, 40301));
}

#[test]
fn a_sequence_id_shows_a_retry_once_on_newer_servers() {
    for (newer, shown) in [(true, false), (false, true)] {
        let mut ntfy = server(|settings| settings.sequence_ids = newer);
        let headers = [("X-Sequence-ID", "m-1")];
        assert!(accepted(&mut ntfy, "POST /alerts", &headers, "x").shown_as_new);
        assert_eq!(accepted(&mut ntfy, "POST /alerts", &headers, "x").shown_as_new, shown);
        assert!(accepted(&mut ntfy, "POST /alerts", &[("X-Sequence-ID", "m-2")], "x").shown_as_new);
    }
}

proptest! {
    /// Whatever arrives, the server answers with one line of JSON and a status that it knows.
    #[test]
    fn any_request_is_answered(
        path in "/[ -~&&[^#?\\\\\"<>`{}|^]]{0,20}",
        query in "[a-z]{1,5}=[a-z0-9]{0,6}",
        header in "(x-priority|delay|actions|authorization|x-title|attach)",
        value in "[ -~]{0,30}",
        body in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        let mut ntfy = server(|_| {});
        let Ok(request) = Request::builder()
            .method("POST")
            .uri(format!("{path}?{query}"))
            .header(header, value)
            .body(Bytes::from(body)) else { return Ok(()) };
        let (response, _) = ntfy.answer(&request, ADDRESS, at(0));
        prop_assert!([200, 400, 401, 403, 404, 413, 429].contains(&response.status().as_u16()));
        prop_assert!(response.body().ends_with(b"\n"));
        prop_assert!(serde_json::from_slice::<Value>(response.body()).is_ok());
    }
}
