//! What a client is told when the function fails.

use std::sync::Arc;
use std::time::Duration;

use http::Method;
use rez_cloud::faults::{Fault, FaultKind, Target};
use rez_cloud::profile::Profile;
use rez_cloud::program::Program;
use serde_json::json;

use super::desk::{Desk, Staff, answers, answers_after, fails, request, told};
use crate::support::{MINUTE, SECOND, clients, pass};

async fn check(clerk: Arc<dyn Program>, status: u16, message: &str, error: &str) {
    let desk = Desk::with_clerk(clerk);
    let answer = desk.send(request(Method::GET, "/open", &[])).await;
    assert_eq!(told(&answer), (status, json!({ "message": message })));
    assert_eq!(answer.headers()["content-type"], "application/json");
    let parts = [format!("status: {status}"), format!("error: \"{error}\"")];
    assert_eq!(desk.recorder.count("ApiRequest", &parts.each_ref().map(String::as_str)), 1);
}

#[tokio::test(start_paused = true)]
async fn a_function_that_fails_is_a_server_error() {
    check(fails(), 500, "Internal Server Error", "IntegrationFailed").await;
    check(answers(&json!({ "statusCode": "fine" })), 500, "Internal Server Error", "IntegrationMalformed").await;
}

#[tokio::test(start_paused = true)]
async fn a_function_has_thirty_seconds_and_goes_on_after_them() {
    let desk = Desk::with_clerk(answers_after(40));
    let answer = desk.send(request(Method::GET, "/open", &[])).await;
    assert_eq!(told(&answer), (503, json!({ "message": "Service Unavailable" })));
    assert_eq!(answer.headers()["content-length"], "33");
    assert_eq!(desk.cloud.clock().elapsed().as_secs(), 30);
    assert_eq!(desk.recorder.count("Invocation", &["Ended"]), 0);
    pass(15 * SECOND).await;
    assert_eq!(desk.recorder.count("Invocation", &["Ended", "Success"]), 1);
}

#[tokio::test(start_paused = true)]
async fn a_route_may_wait_shorter() {
    let quick = |api: &mut rez_topology::HttpApi| {
        api.routes.iter_mut().for_each(|route| route.timeout = Duration::from_millis(500));
    };
    let desk = Desk::with(Staff { clerk: answers_after(1), ..Desk::staff() }, quick, |builder| builder);
    assert_eq!(desk.status(Method::GET, "/open", &[]).await, 503);
    assert_eq!(desk.cloud.clock().elapsed().as_millis() / 10, 50);
}

#[tokio::test(start_paused = true)]
async fn a_throttled_function_is_what_the_knob_says() {
    for status in [500, 503] {
        let mut knobs = Profile::Ideal.knobs();
        knobs.api_gateway.throttled_status = status;
        let desk = Desk::with(Desk::staff(), |_| (), |builder| builder.knobs(knobs).account_concurrency(0));
        assert_eq!(desk.status(Method::GET, "/open", &[]).await, status);
    }
}

#[tokio::test(start_paused = true)]
async fn faults_can_be_aimed_at_an_api() {
    let desk = Desk::with(
        Desk::staff(),
        |_| (),
        |builder| {
            let target = Target::parse("api_gateway.GET:Desk", &builder.known_targets()).unwrap();
            let kind = FaultKind::Refuse { status: 503, code: "ServiceUnavailable".to_owned() };
            builder.faults([Fault { kind, target, probability: 1.0, from: MINUTE, until: 2 * MINUTE }])
        },
    );
    let client = desk.cloud.outside_exposed("client");
    let mut told_then = Vec::new();
    for _ in 0..3 {
        let answer = clients::send(&client, request(Method::GET, "/open", &[])).await.unwrap();
        told_then.push((answer.status().as_u16(), answer.headers().contains_key("apigw-requestid")));
        pass(MINUTE).await;
    }
    assert_eq!(told_then, [(200, true), (503, true), (200, true)]);
    // What the client is told the gateway reports, so that metrics and alarms know it.
    assert_eq!(desk.recorder.count("ApiRequest", &["status: 200", "error: \"\""]), 2);
    assert_eq!(desk.recorder.count("ApiRequest", &["status: 503", "error: \"GatewayRefused\""]), 1);
    assert_eq!(desk.events("clerk").len(), 2);
}

/// The profile's own errors come before the effect, or after it.
#[tokio::test(start_paused = true)]
async fn a_gateway_that_fails_reports_what_the_client_is_told() {
    const REQUESTS: usize = 20;
    let mut knobs = Profile::Ideal.knobs();
    knobs.network.server_error = 1.0;
    let desk = Desk::with(Desk::staff(), |_| (), |builder| builder.knobs(knobs));
    let client = desk.cloud.outside_exposed("client");
    for _ in 0..REQUESTS {
        let answer = clients::send(&client, request(Method::GET, "/open", &[])).await.unwrap();
        assert_eq!(told(&answer), (500, json!({ "message": "Internal Server Error" })));
        let id = format!("request_id: {:?}", answer.headers()["apigw-requestid"].to_str().unwrap());
        assert_eq!(desk.recorder.count("ApiRequest", &[&id, "status: 500"]), 1);
    }
    let before = desk.recorder.count("ApiRequest", &["route: \"\"", "error: \"GatewayRefused\""]);
    let after = desk.recorder.count("ApiRequest", &["route: \"GET /open\"", "error: \"GatewayFailed\""]);
    assert_eq!((before + after, after), (REQUESTS, desk.events("clerk").len()));
    assert!(before > 0 && after > 0, "{before} before, {after} after");
}
