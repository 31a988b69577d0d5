//! What no proper runtime does, and Lambda has to cope with. What it is told goes to its log.

use std::process::Command;
use std::time::Duration;

use super::runtime_api::{Response, call, next, respond, send};

/// The misbehaviour of that name; each is a whole `main`.
pub fn named(name: &str) -> Option<fn()> {
    Some(match name {
        "abort" => abort,
        "answer for another try" => answer_for_another_try,
        "answer twice" => answer_twice,
        "answer what nobody asked" => answer_what_nobody_asked,
        "ask again without an answer" => ask_again_without_an_answer,
        "ask for what is not modelled" => ask_for_what_is_not_modelled,
        "call aws" => call_aws,
        "dawdle" => dawdle,
        "exit at init" => || std::process::exit(7),
        "exit silently" => exit_silently,
        "exit after the answer" => exit_after_the_answer,
        "fail in its own words" => fail_in_its_own_words,
        "hang" => hang,
        "hang at init" => || std::thread::sleep(Duration::from_secs(1_000)),
        "leave a child behind" => leave_a_child_behind,
        "report a failed init" => report_a_failed_init,
        "work between invocations" => work_between_invocations,
        _ => return None,
    })
}

fn told(what: &str, response: &Response) {
    println!("{what}: {} {}", response.status, response.body);
}

fn abort() {
    next();
    eprintln!("last words");
    std::process::abort();
}

fn exit_silently() {
    next();
}

fn exit_after_the_answer() {
    respond(&next().request_id(), &[], "\"bye\"");
}

fn hang() {
    next();
    std::thread::sleep(Duration::from_secs(1_000));
}

fn answer_twice() {
    loop {
        let request_id = next().request_id();
        respond(&request_id, &[], "\"first\"");
        told("second answer", &respond(&request_id, &[], "\"second\""));
    }
}

fn answer_what_nobody_asked() {
    loop {
        let request_id = next().request_id();
        told("wrong id", &respond("00000000-0000-0000-0000-000000000000", &[], "\"wrong\""));
        told("right id", &respond(&request_id, &[], "\"right\""));
    }
}

fn answer_for_another_try() {
    loop {
        let event = next();
        let (request_id, mine) = (event.request_id(), event.header("lambda-runtime-invocation-id"));
        told("stale", &respond(&request_id, &[("lambda-runtime-invocation-id", "of-another-try")], "\"stale\""));
        told("mine", &respond(&request_id, &[("lambda-runtime-invocation-id", &mine)], "\"fresh\""));
    }
}

fn ask_again_without_an_answer() {
    loop {
        let (first, again) = (next(), next());
        println!("the same event: {}", first.request_id() == again.request_id() && first.body == again.body);
        respond(&again.request_id(), &[], "\"at last\"");
    }
}

fn ask_for_what_is_not_modelled() {
    loop {
        let request_id = next().request_id();
        told("restore", &call("GET", "restore/next", &[], ""));
        told("streamed", &respond(&request_id, &[("lambda-runtime-function-response-mode", "streaming")], "s"));
        told("late init error", &call("POST", "init/error", &[], "{}"));
        respond(&request_id, &[], "null");
    }
}

fn fail_in_its_own_words() {
    loop {
        let path = format!("invocation/{}/error", next().request_id());
        let error_type = [("lambda-runtime-function-error-type", "Own.Error")];
        call("POST", &path, &error_type, r#"{"errorMessage":"oh","errorType":"Own","stackTrace":["here"]}"#);
        let path = format!("invocation/{}/error", next().request_id());
        call("POST", &path, &error_type, "no JSON");
    }
}

fn report_a_failed_init() {
    let error_type = [("lambda-runtime-function-error-type", "Runtime.InitError")];
    call("POST", "init/error", &error_type, r#"{"errorType":"Missing","errorMessage":"`TABLE`"}"#);
    told("next", &next());
}

/// Answers, and never asks for more.
fn dawdle() {
    respond(&next().request_id(), &[], std::process::id().to_string().as_str());
    std::thread::sleep(Duration::from_secs(1_000));
}

/// Answers with its own and its child's process ids.
#[expect(clippy::zombie_processes, reason = "that nobody waits for it is the point")]
fn leave_a_child_behind() {
    let child = Command::new("sleep").arg("1000").spawn().expect("every Unix can sleep");
    loop {
        let ids = format!("[{},{}]", std::process::id(), child.id());
        respond(&next().request_id(), &[], &ids);
    }
}

/// Counts in the background, and answers with the count.
fn work_between_invocations() {
    use std::sync::atomic::{AtomicU64, Ordering};
    static COUNT: AtomicU64 = AtomicU64::new(0);
    std::thread::spawn(|| {
        loop {
            COUNT.fetch_add(1, Ordering::Relaxed);
            std::thread::sleep(Duration::from_millis(1));
        }
    });
    loop {
        let request_id = next().request_id();
        respond(&request_id, &[], &COUNT.load(Ordering::Relaxed).to_string());
    }
}

/// Sends what its payload is to the queue `orders`, and answers with status and body of what it is told.
fn call_aws() {
    let variable = |name: &str| std::env::var(name).expect("the host sets it");
    let (endpoint, token) = (variable("AWS_ENDPOINT_URL"), variable("AWS_SESSION_TOKEN"));
    let host = endpoint.strip_prefix("http://").expect("it is a local port");
    loop {
        let event = next();
        let headers = [
            ("authorization", "AWS4-HMAC-SHA256 Credential=A/20261123/us-east-1/sqs/aws4_request"),
            ("content-type", "application/x-amz-json-1.0"),
            ("x-amz-security-token", &token),
            ("x-amz-target", "AmazonSQS.SendMessage"),
        ];
        let sent = send(host, "POST", "/", &headers, &event.body);
        respond(&event.request_id(), &[], &format!("[{},{}]", sent.status, sent.body));
    }
}
