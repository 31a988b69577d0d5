//! A new message is taken if, and only if, the contract says that it is one, and so is a time. A client that goes by the contract
//! is not refused, and one that does not is.

use std::sync::OnceLock;

use proptest::prelude::*;
use proptest::string::string_regex;
use serde_json::{Value, json};

use crate::contract::Contract;
use crate::exchange::Ask;
use crate::world::World;

/// What no pattern can count.
const BODY_BYTES_MAX: usize = 4096;

/// Texts of what makes a difference: white space of every kind, control characters, commas, and what is none of these.
fn text(longest: usize) -> impl Strategy<Value = String> {
    const KINDS: &str =
        "[a,ü\u{fffd}\u{feff}\u{200b} \t\r\n\u{0}\u{7f}\u{85}\u{a0}\u{1680}\u{2003}\u{2028}\u{202f}\u{3000}]";
    let any_of = |pattern: String| string_regex(&pattern).expect("a pattern");
    prop_oneof![
        any_of(format!("{KINDS}{{0,4}}")),
        any_of(format!("[aü]{{0,4}}{KINDS}[aü]{{0,4}}")),
        ".{0,20}",
        (longest - 2..longest + 3).prop_map(|length| "ü".repeat(length)),
    ]
}

fn new_message() -> impl Strategy<Value = Value> {
    let tags = proptest::collection::vec(text(50), 0..12);
    let priority =
        prop_oneof![Just(json!(null)), (-1_i64..8).prop_map(Value::from), (0.0..7.0_f64).prop_map(Value::from)];
    (text(250), text(4096), priority, tags, 0..9_u8).prop_map(|(title, body, priority, tags, which)| {
        let whole = json!({"title": title, "body": body, "priority": priority, "tags": tags});
        let good = json!({"title": "t", "body": "b"});
        // One field at a time, or all together; two make the whole message wrong too often.
        let names: &[&str] = match which {
            0..=2 => &["title"],
            3..=5 => &["body"],
            6 => &["priority"],
            7 => &["tags"],
            _ => &["title", "body", "priority", "tags"],
        };
        names.iter().fold(good, |mut message, name| {
            message[*name] = whole[*name].clone();
            message
        })
    })
}

fn status_of(ask: Ask) -> u16 {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime").block_on(async { World::new().await.send(ask).await }).status
}

fn status(message: &Value) -> u16 {
    // This one has to be escaped, as the contract says.
    let body = message.to_string().replace('\u{fffd}', r"\ufffd");
    let ask =
        Ask::new("POST /api/messages").by("user-1", "user").header("content-type", "application/json").text(&body);
    status_of(ask)
}

fn check_time(time: &str) {
    let from = contract().routes()["GET /api/messages"]["parameters"]
        .as_array()
        .and_then(|parameters| parameters.iter().find(|parameter| parameter["name"] == "from"))
        .expect("`from` is declared")["schema"]
        .clone();
    let mistakes = contract().mistakes(&from, &json!(time));
    let escaped: String = time.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let ask = Ask::new("GET /api/messages").by("user-1", "viewer").query(&format!("from={escaped}"));
    assert_eq!(status_of(ask), if mistakes.is_empty() { 200 } else { 400 }, "{time}: {mistakes:?}");
}

#[test]
fn times_at_the_edges() {
    for time in [
        "2026-11-23t00:00:00z",
        "2026-11-23T00:00:00-00:00",
        "2026-11-23T00:00:00.123456789012345678Z",
        "2016-12-31T23:59:60Z",
        "2026-11-23T24:00:00Z",
        "2026-02-29T00:00:00Z",
        "2024-02-29T00:00:00Z",
        "2026-11-23T00:00:00+24:00",
        "2026-11-23T00:00:00+23:60",
        "2026-11-23 00:00:00Z",
        "2026-11-23T00:00:00.Z",
        "2026-11-23T00:00Z",
        "0000-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59",
    ] {
        check_time(time);
    }
}

fn contract() -> &'static Contract {
    static CONTRACT: OnceLock<Contract> = OnceLock::new();
    CONTRACT.get_or_init(Contract::load)
}

fn check(message: &Value) {
    let mistakes = contract().mistakes(&json!({"$ref": "#/components/schemas/NewMessage"}), message);
    let too_long = message["body"].as_str().is_some_and(|body| body.len() > BODY_BYTES_MAX);
    let expected = if mistakes.is_empty() && !too_long { 201 } else { 400 };
    assert_eq!(status(message), expected, "{message}: {mistakes:?}");
}

#[test]
fn what_the_contract_forgot_to_forbid() {
    for (field, value) in [
        ("tags", json!(["\u{c}"])),
        ("tags", json!(["a\u{9d}"])),
        ("tags", json!([" "])),
        ("title", json!("\u{2028}")),
        ("title", json!("a\nb")),
        ("body", json!(" \u{3000}")),
    ] {
        let mut message = json!({"title": "t", "body": "b"});
        message[field] = value;
        check(&message);
    }
    check(&json!({"title": "\u{feff}", "body": "\u{200b}", "tags": ["a b", "\u{feff}"]}));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_message_is_taken_if_the_contract_says_so_and_only_then(message in new_message()) {
        check(&message);
    }

    /// But for a leap second, which is taken at any hour.
    #[test]
    fn a_time_is_taken_if_the_contract_says_so_and_only_then(
        time in "(0000|1969|2026|9999)-(02|11)-(01|28|29|30)[Tt](00|23):(00|59):(00|59)(|\\.[0-9]{1,25})(Z|z|[+-](00|23|24):(00|59))"
    ) {
        check_time(&time);
    }
}
