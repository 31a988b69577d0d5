//! How much, how often, and by whose leave.

use bytes::Bytes;
use http::{Method, Request};
use rez_topology::Throttle;
use serde_json::json;

use super::desk::{API, Desk, HOST, TEMPLATE, answers, request, told};
use crate::support::{SECOND, cloud, function, ok, pass, topology};

const MIB: usize = 1024 * 1024;

fn post(path: &str, bytes: usize) -> Request<Bytes> {
    let request = Request::post(format!("https://{}{path}", *HOST)).header("content-type", "text/plain");
    request.body(Bytes::from(vec![b'x'; bytes])).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_body_over_ten_mebibytes_is_too_large() {
    let desk = Desk::new();
    let answer = desk.send(post("/few", 10 * MIB + 1)).await;
    assert_eq!(told(&answer), (413, json!({ "message": "Request Entity Too Large" })));
    assert!(desk.events("clerk").is_empty());
}

/// Lambda takes less than the gateway. Whoever sends more has made a mistake, and must raise no alarm about ours.
#[tokio::test(start_paused = true)]
async fn a_body_that_lambda_does_not_take_is_the_clients_fault() {
    let desk = Desk::new();
    let answer = desk.send(post("/few", 7 * MIB)).await;
    assert_eq!(told(&answer), (413, json!({ "message": "Request Entity Too Large" })));
    assert!(desk.events("clerk").is_empty());
    assert_eq!(desk.recorder.count("ApiRequest", &["status: 413", "error: \"EventTooLarge\""]), 1);
    assert_eq!(desk.send(post("/few", 5 * MIB)).await.status().as_u16(), 200);
}

#[tokio::test(start_paused = true)]
async fn an_answer_over_lambdas_limit_is_a_server_error() {
    let desk = Desk::with_clerk(answers(&json!({ "statusCode": 200, "body": "x".repeat(7 * MIB) })));
    assert_eq!(desk.status(Method::GET, "/open", &[]).await, 500);
}

#[tokio::test(start_paused = true)]
async fn headers_have_a_limit_too() {
    let desk = Desk::new();
    let long = "x".repeat(10_300);
    let answer = desk.send(request(Method::GET, "/open", &[("x-long", &long)])).await;
    assert_eq!(told(&answer), (431, json!({ "message": "Request Header Fields Too Large" })));
    assert_eq!(desk.status(Method::GET, &format!("/open?{long}"), &[]).await, 431);
    assert_eq!(desk.status(Method::GET, "/open", &[("x-long", &long[..9_000])]).await, 200);
}

#[tokio::test(start_paused = true)]
async fn a_route_has_a_limit_of_its_own() {
    let desk = Desk::new();
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(desk.status(Method::POST, "/few", &[]).await);
    }
    assert_eq!(statuses, [200, 200, 429, 429]);
    let answer = desk.send(request(Method::POST, "/few", &[])).await;
    assert_eq!(told(&answer), (429, json!({ "message": "Too Many Requests" })));
    assert_eq!(desk.status(Method::GET, "/open", &[]).await, 200);
    pass(SECOND).await;
    assert_eq!(desk.status(Method::POST, "/few", &[]).await, 200);
    assert_eq!(desk.recorder.count("ApiRequest", &["status: 429", "error: \"Throttled\""]), 3);
}

#[tokio::test(start_paused = true)]
async fn the_other_routes_share_the_stages() {
    let desk = Desk::changed(|api| api.throttle = Some(Throttle { rate: 1.0, burst: 1 }));
    assert_eq!(desk.status(Method::GET, "/open", &[]).await, 200);
    assert_eq!(desk.status(Method::GET, "/items", &[("Authorization", "x")]).await, 429);
    assert!(desk.events("porter").is_empty());
    assert_eq!(desk.status(Method::POST, "/few", &[]).await, 200);
}

/// What is said of the template when `found` in it is `replaced`; empty when nothing is.
fn check_build(found: &str, replaced: &str, expected: &str) {
    assert!(TEMPLATE.contains(found), "{found}");
    let builder = cloud(&TEMPLATE.replace(found, replaced)).function("Clerk", function(ok));
    let told = builder.function("Porter", function(ok)).build().err();
    assert_eq!(told.map(|error| error.to_string()).unwrap_or_default(), expected);
}

#[tokio::test(start_paused = true)]
async fn an_api_needs_permissions_to_invoke() {
    let denied = |source: &str, function: &str| {
        let source = format!("arn:aws:execute-api:us-east-1:123456789012:{}/{source}", *API);
        format!("`{source}` may not `lambda:InvokeFunction` on `{function}` (`Desk` needs it)")
    };
    check_build("${Desk}/*", "${Desk}/*/GET/open", &denied("$default/ANY/items/{id}", "Clerk"));
    let of_porter = "FunctionName: !Ref Porter, Action: lambda:InvokeFunction, Principal: ";
    let guard = topology(TEMPLATE).http_apis["Desk"].authorizers["guard"].id.clone();
    let guard = denied(&format!("authorizers/{guard}"), "Porter");
    check_build(&format!("{of_porter}apigateway"), &format!("{of_porter}events"), &guard);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_modelled_is_refused() {
    let policy = "API `Desk`: authorizer `guard`: answers with policies, which is not modelled (set \
                  `EnableSimpleResponses`)";
    check_build("EnableSimpleResponses: true", "EnableSimpleResponses: false", policy);
    let source = "API `Desk`: authorizer `guard`: identity source `$context.identity.sourceIp` is not modelled \
                  (`$request.header.…`, `$request.querystring.…`, `$context.routeKey` are)";
    check_build("$request.header.Authorization", "$context.identity.sourceIp", source);
}
