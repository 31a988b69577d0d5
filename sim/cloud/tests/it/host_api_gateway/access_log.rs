//! What the stage's access log says of each answer.

use std::collections::BTreeSet;

use http::Method;
use rez_cloud::BuildError;
use rez_cloud::host::api_gateway::ApiError;
use rez_cloud::profile::Profile;
use rez_topology::AccessLog;
use serde_json::json;

use super::desk::{API, Desk, HOST, Staff, TEMPLATE, answers, answers_after, fails, request};
use crate::support::{clients, cloud, function, ok};

const TOKEN: [(&str, &str); 2] = [("Authorization", "Bearer x"), ("User-Agent", "agent")];

/// Route, status and message, and what befell authorizer and function. Each starts cold, which takes 24 ms.
const FATE: &str = "$context.routeKey|$context.status|$context.error.message|$context.authorizer.latency|\
    $context.authorizer.error|$context.integrationLatency|$context.integrationStatus|$context.integrationErrorMessage";

fn log(format: &str) -> AccessLog {
    let destination = "arn:aws:logs:us-east-1:123456789012:log-group:/desk:*".to_owned();
    AccessLog { destination, format: format.to_owned() }
}

fn desk(staff: Staff, format: &str) -> Desk {
    Desk::with(staff, |api| api.access_log = Some(log(format)), |builder| builder)
}

/// All that the log says.
fn lines(desk: &Desk) -> Vec<String> {
    let written = desk.recorder.find("AccessLog", &[]);
    let head = format!("AccessLog {{ api_id: {:?}, log_group: \"/desk\", line: \"", *API);
    let line = |fact: &str| fact.strip_prefix(&head).unwrap().strip_suffix("\" }").unwrap().to_owned();
    written.iter().map(|(_, fact)| line(fact)).collect()
}

async fn check(staff: Staff, path: &str, headers: &[(&str, &str)], expected: &str) {
    let desk = desk(staff, FATE);
    desk.status(Method::GET, path, headers).await;
    assert_eq!(lines(&desk), [expected]);
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_a_line() {
    let clerk = answers(&json!({ "statusCode": 201, "body": "12345" }));
    let format = "$context.accountId $context.apiId $context.stage $context.domainName $context.requestId \
        [$context.requestTime] $context.requestTimeEpoch $context.httpMethod $context.path $context.protocol \
        $context.identity.sourceIp $context.identity.userAgent $context.status $context.responseLength";
    let desk = desk(Staff { clerk, ..Desk::staff() }, format);
    let answer = desk.send(request(Method::GET, "/items/7?pin=1234", &TOKEN)).await;
    let id = answer.headers()["apigw-requestid"].to_str().unwrap();
    let (api, host) = (&*API, &*HOST);
    let expected = format!(
        "123456789012 {api} $default {host} {id} [23/Nov/2026:00:00:00 +0000] 1795392000000 GET /items/7 HTTP/1.1 \
         203.0.113.7 agent 201 5"
    );
    assert_eq!(lines(&desk), [expected]);
}

#[tokio::test(start_paused = true)]
async fn a_line_says_how_long_each_took_and_a_dash_for_who_was_not_asked() {
    let staff = Staff { porter: answers_after(2), clerk: answers_after(1) };
    check(staff, "/items/7", &TOKEN, "ANY /items/{id}|500|Internal Server Error|2024|AuthorizerFailed|-|-|-").await;
    let staff = Staff { clerk: answers_after(1), ..Desk::staff() };
    check(staff, "/open", &[], "GET /open|200|-|-|-|1024|200|-").await;
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_logged_with_its_message() {
    check(Desk::staff(), "/nowhere", &[], "-|404|Not Found|-|-|-|-|-").await;
    check(Desk::staff(), "/items/7", &[], "ANY /items/{id}|401|Unauthorized|-|-|-|-|-").await;
    let staff = Staff { clerk: fails(), ..Desk::staff() };
    check(staff, "/open", &[], "GET /open|500|Internal Server Error|-|-|24|200|IntegrationFailed").await;
    let staff = Staff { clerk: answers_after(40), ..Desk::staff() };
    check(staff, "/open", &[], "GET /open|503|Service Unavailable|-|-|30000|-|IntegrationTimedOut").await;
}

/// The profile's own errors come before the function was asked, or after it.
#[tokio::test(start_paused = true)]
async fn what_befalls_the_gateway_itself_is_logged() {
    let format = "$context.routeKey|$context.status|$context.error.message|$context.integrationStatus";
    let mut knobs = Profile::Ideal.knobs();
    knobs.network.server_error = 1.0;
    let desk = Desk::with(Desk::staff(), |api| api.access_log = Some(log(format)), |builder| builder.knobs(knobs));
    let client = desk.cloud.outside_exposed("client");
    for _ in 0..20 {
        clients::send(&client, request(Method::GET, "/open", &[])).await.unwrap();
    }
    let lines = lines(&desk);
    assert_eq!(lines.len(), 20);
    let (before, after) = ("-|500|Internal Server Error|-", "GET /open|500|Internal Server Error|200");
    assert_eq!(lines.iter().map(String::as_str).collect::<BTreeSet<_>>(), BTreeSet::from([before, after]));
}

#[tokio::test(start_paused = true)]
async fn a_denial_is_logged_without_an_error_of_the_authorizer() {
    let staff = Staff { porter: answers(&json!({ "isAuthorized": false })), ..Desk::staff() };
    check(staff, "/items/7", &TOKEN, "ANY /items/{id}|403|Forbidden|24|-|-|-|-").await;
}

#[tokio::test(start_paused = true)]
async fn what_the_authorizer_hands_on_can_be_logged() {
    let context = json!({ "token": "Bearer x", "age": 7, "admin": true, "none": null });
    let porter = answers(&json!({ "isAuthorized": true, "context": context }));
    let format = "$context.authorizer.token,$context.authorizer.age,$context.authorizer.admin,$context.authorizer.none,\
        $context.authorizer.other,$context.authorizer.latency";
    let desk = desk(Staff { porter, ..Desk::staff() }, format);
    for _ in 0..2 {
        desk.status(Method::GET, "/items/7", &TOKEN).await;
    }
    // The second was remembered.
    assert_eq!(lines(&desk), ["Bearer x,7,true,-,-,24", "Bearer x,7,true,-,-,-"]);
}

#[tokio::test(start_paused = true)]
async fn an_unknown_variable_stops_the_cloud() {
    let log = "      AccessLogSettings: { DestinationArn: !GetAtt Log.Arn, Format: $context.requestID }\n  \
        Log: { Type: AWS::Logs::LogGroup, Properties: { LogGroupName: /desk } }\n";
    let builder = cloud(&format!("{TEMPLATE}{log}")).function("Clerk", function(ok)).function("Porter", function(ok));
    let error = builder.build().err().unwrap();
    assert!(matches!(&error, BuildError::Api { api, error: ApiError::AccessLog(_) } if api == "Desk"), "{error}");
    assert!(error.to_string().contains("access log: variable `$context.requestID` is not modelled"), "{error}");
}
