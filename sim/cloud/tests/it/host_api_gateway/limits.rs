//! How much, how often, and by whose leave.

use bytes::Bytes;
use http::{Method, Request};
use rez_cloud::host::api_gateway::Throttle;
use serde_json::json;

use super::desk::{Desk, HOST, answers, request, settings, told};
use crate::support::{SECOND, cloud, pass};

const MIB: usize = 1024 * 1024;

fn post(path: &str, bytes: usize) -> Request<Bytes> {
    let request = Request::post(format!("https://{HOST}{path}")).header("content-type", "text/plain");
    request.body(Bytes::from(vec![b'x'; bytes])).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_body_over_ten_mebibytes_is_too_large() {
    let desk = Desk::new();
    let answer = desk.send(post("/few", 10 * MIB + 1)).await;
    assert_eq!(told(&answer), (413, json!({ "message": "Request Entity Too Large" })));
    // What Lambda takes is less.
    assert_eq!(desk.send(post("/few", 7 * MIB)).await.status().as_u16(), 500);
    assert!(desk.events("clerk").is_empty());
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
    let mut settings = settings();
    settings.throttle = Some(Throttle { rate: 1.0, burst: 1 });
    let desk = Desk::with(Desk::staff(), settings, |builder| builder);
    assert_eq!(desk.status(Method::GET, "/open", &[]).await, 200);
    assert_eq!(desk.status(Method::GET, "/items", &[("Authorization", "x")]).await, 429);
    assert!(desk.events("porter").is_empty());
    assert_eq!(desk.status(Method::POST, "/few", &[]).await, 200);
}

#[tokio::test(start_paused = true)]
async fn an_api_needs_a_permission_to_invoke() {
    let template = "
  Clerk:
    Type: AWS::Serverless::Function
    Properties: { FunctionName: clerk, Runtime: provided.al2023 }
  ApiToClerk:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !Ref Clerk
      Action: lambda:InvokeFunction
      Principal: apigateway.amazonaws.com
      SourceArn: !Sub arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:desk1/*/GET/open
";
    let mut settings = settings();
    settings.authorizers.clear();
    settings.routes.retain(|route| route.authorizer.is_none());
    let clerk = answers(&json!(null));
    let told = cloud(template).api("Desk", settings.clone()).function("Clerk", clerk.clone()).build().err().unwrap();
    let expected = "`arn:aws:execute-api:us-east-1:123456789012:desk1/$default/POST/few` may not \
                    `lambda:InvokeFunction` on `clerk` (`Desk` needs it)";
    assert_eq!(told.to_string(), expected);
    settings.routes.retain(|route| route.key == "GET /open");
    assert!(cloud(template).api("Desk", settings).function("Clerk", clerk).build().is_ok());
}
