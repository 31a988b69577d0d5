//! That the suite asks for every operation that the embedded AWS serves. Lambda's Invoke is not among them: LocalStack runs no
//! functions here, `sim/cloud/host` does on either side, and the end-to-end tests call it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Where the embedded AWS dispatches, and what the calls of its service go through.
const SERVED: [(&str, &str); 4] = [
    ("sim/cloud/src/services/wire/sqs.rs", "sqs"),
    ("sim/cloud/src/services/wire/sns.rs", "sns"),
    ("sim/cloud/src/services/dynamodb/engine.rs", "dynamodb"),
    ("sim/cloud/src/services/wire/parameters.rs", "parameters"),
];
/// Operations of [`SERVED`] at the least: a dispatch that reads otherwise must not pass for one that is empty.
const SERVED_MIN: usize = 50;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// The arms of a dispatch: `"SendMessage" => …`.
fn served(file: &str) -> Vec<String> {
    let source = fs::read_to_string(root().join(file)).unwrap();
    let arms =
        source.lines().filter_map(|line| line.trim().strip_prefix('"')?.split_once("\" =>").map(|(name, _)| name));
    arms.filter(|name| name.starts_with(|first: char| first.is_ascii_uppercase())).map(str::to_owned).collect()
}

fn sources(folder: PathBuf) -> String {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let text = |path: PathBuf| if path.is_dir() { sources(path) } else { fs::read_to_string(path).unwrap() };
    entries.map(text).collect()
}

/// `SendMessage` as the SDK calls it, `send_message`.
fn method(operation: &str) -> String {
    let mut method = String::new();
    for letter in operation.chars() {
        if letter.is_ascii_uppercase() && !method.is_empty() {
            method.push('_');
        }
        method.push(letter.to_ascii_lowercase());
    }
    method
}

/// How the suite may ask for an operation: by the SDK, or by the client of Parameter Store, which has names for two.
fn asks(service: &str, operation: &str) -> String {
    match (service, operation) {
        ("parameters", "PutParameter") => ".put(".to_owned(),
        ("parameters", "GetParameter") => ".get(".to_owned(),
        ("parameters", _) => format!("call(\"{operation}\""),
        _ => format!(".{service}.{}()", method(operation)),
    }
}

#[test]
fn every_operation_that_is_served_is_asked_for() {
    let suite = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/conformance");
    let asked: String = sources(suite).split_whitespace().collect();
    let served = SERVED.iter().flat_map(|(file, service)| served(file).into_iter().map(move |name| (*service, name)));
    let served: BTreeSet<_> = served.collect();
    assert!(served.len() >= SERVED_MIN, "{served:?}");
    let missing: Vec<_> = served.iter().filter(|(service, name)| !asked.contains(&asks(service, name))).collect();
    assert!(missing.is_empty(), "no behaviour asks for {missing:?}");
}
