//! What a function gets of a request, and a client of the function's answer.

use bytes::Bytes;
use http::{Method, Request};
use serde_json::json;

use super::desk::{API, Desk, HOST, answers, request, told};

#[tokio::test(start_paused = true)]
async fn a_function_gets_payload_format_2() {
    let desk = Desk::new();
    let request = Request::post(format!("https://{}/items/a%20b?q=1&q=2", *HOST))
        .header("Authorization", "Bearer x")
        .header("Content-Type", "application/json")
        .header("Cookie", "c=1; d=2")
        .header("User-Agent", "agent")
        .body(Bytes::from_static(b"{\"n\":1}"));
    let answer = desk.send(request.unwrap()).await;
    let id = answer.headers()["apigw-requestid"].to_str().unwrap().to_owned();
    let mut event = desk.events("clerk").remove(0);
    // Some client libraries add headers of their own.
    let headers = event["headers"].as_object_mut().unwrap();
    headers.retain(|name, _| !name.starts_with("amz-") && !name.starts_with("x-amz-"));
    let expected = json!({
        "version": "2.0",
        "routeKey": "ANY /items/{id}",
        "rawPath": "/items/a b",
        "rawQueryString": "q=1&q=2",
        "cookies": ["c=1", "d=2"],
        "headers": {
            "authorization": "Bearer x",
            "content-length": "7",
            "content-type": "application/json",
            "host": *HOST,
            "user-agent": "agent",
            "x-forwarded-for": "203.0.113.7",
            "x-forwarded-port": "443",
            "x-forwarded-proto": "https",
        },
        "queryStringParameters": { "q": "1,2" },
        "pathParameters": { "id": "a b" },
        "requestContext": {
            "accountId": "123456789012",
            "apiId": *API,
            "domainName": *HOST,
            "domainPrefix": *API,
            "http": {
                "method": "POST",
                "path": "/items/a b",
                "protocol": "HTTP/1.1",
                "sourceIp": "203.0.113.7",
                "userAgent": "agent",
            },
            "requestId": id,
            "routeKey": "ANY /items/{id}",
            "stage": "$default",
            "time": "23/Nov/2026:00:00:00 +0000",
            "timeEpoch": 1_795_392_000_000_u64,
        },
        "body": "{\"n\":1}",
        "isBase64Encoded": false,
    });
    assert_eq!(event, expected);
    assert_eq!(id.len(), 16);
}

#[tokio::test(start_paused = true)]
async fn what_is_empty_is_left_out() {
    let desk = Desk::new();
    desk.status(Method::GET, "/open", &[]).await;
    let event = desk.events("clerk").remove(0);
    for name in ["cookies", "queryStringParameters", "pathParameters", "stageVariables", "body"] {
        assert!(event.get(name).is_none(), "{name}");
    }
    assert!(event["requestContext"].get("authorizer").is_none());
    assert_eq!(event["rawQueryString"], "");
}

#[tokio::test(start_paused = true)]
async fn a_client_gets_what_the_function_says() {
    let payload = json!({ "statusCode": 201, "headers": { "Location": "/items/7" }, "cookies": ["a=1"], "body": "{}" });
    let desk = Desk::with_clerk(answers(&payload));
    let answer = desk.send(request(Method::GET, "/open", &[])).await;
    assert_eq!((answer.status().as_u16(), &answer.body()[..]), (201, &b"{}"[..]));
    for (name, value) in [("location", "/items/7"), ("set-cookie", "a=1"), ("content-length", "2")] {
        assert_eq!(answer.headers()[name], value);
    }
}

#[tokio::test(start_paused = true)]
async fn a_stage_with_a_name_is_part_of_the_path() {
    let desk = Desk::changed(|api| api.stage = "prod".to_owned());
    for (path, status) in [("/prod/open", 200), ("/open", 404), ("/prod", 404), ("/production/open", 404)] {
        assert_eq!(desk.status(Method::GET, path, &[]).await, status, "{path}");
    }
    let event = desk.events("clerk").remove(0);
    assert_eq!((&event["rawPath"], &event["requestContext"]["stage"]), (&"/prod/open".into(), &"prod".into()));
}

#[tokio::test(start_paused = true)]
async fn the_gateway_answers_preflights_itself() {
    let desk = Desk::new();
    let headers = [("Origin", "https://app.example.com"), ("Access-Control-Request-Method", "GET")];
    let answer = desk.send(request(Method::OPTIONS, "/items/7", &headers)).await;
    assert_eq!((answer.status().as_u16(), answer.body().len()), (204, 0));
    assert_eq!(answer.headers()["access-control-allow-methods"], "GET");
    assert!(desk.events("porter").is_empty() && desk.events("clerk").is_empty());
}

#[tokio::test(start_paused = true)]
async fn answers_carry_the_gateways_cors_headers_refusals_too() {
    let desk = Desk::new();
    for (path, status) in [("/open", 200), ("/items/7", 401), ("/nowhere", 404)] {
        let answer = desk.send(request(Method::GET, path, &[("Origin", "https://app.example.com")])).await;
        assert_eq!(answer.status().as_u16(), status);
        assert_eq!(answer.headers()["access-control-allow-origin"], "https://app.example.com", "{path}");
    }
    let answer = desk.send(request(Method::GET, "/open", &[("Origin", "https://evil.example.com")])).await;
    assert!(!answer.headers().contains_key("access-control-allow-origin"));
}

#[tokio::test(start_paused = true)]
async fn every_request_is_a_fact() {
    let desk = Desk::new();
    let answer = desk.send(request(Method::GET, "/items/7", &[("Authorization", "x")])).await;
    let id = answer.headers()["apigw-requestid"].to_str().unwrap();
    let parts = [id, &format!("api_id: \"{}\"", *API), "route: \"ANY /items/{id}\"", "status: 200", "error: \"\""];
    assert_eq!(desk.recorder.count("ApiRequest", &parts), 1);
    assert_eq!(told(&desk.send(request(Method::GET, "/nowhere", &[])).await), (404, json!({ "message": "Not Found" })));
    assert_eq!(desk.recorder.count("ApiRequest", &["route: \"\"", "status: 404", "error: \"NoRoute\""]), 1);
    assert_eq!(desk.recorder.count("Request", &["service: \"api_gateway\"", &format!("resource: \"{}\"", *API)]), 2);
}
