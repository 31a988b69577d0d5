//! Clients that send to a queue's URL instead of to the endpoint: the URL leads back to the port.

use std::process::Stdio;

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use serde_json::Value;
use tokio::process::Command;

use super::{Open, QUEUE, exchange, open, sqs};
use crate::support::cloud;

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/x-amz-json-1.0";

/// The body of the answer to a POST that names `host` as its own.
async fn post(port: &Open, host: &str, path: &str, target: Option<&str>, body: &'static str) -> String {
    let content_type = if target.is_some() { JSON } else { FORM };
    let request = http::Request::post(path).header("host", host).header("content-type", content_type);
    let request = target.iter().fold(request, |request, target| request.header("x-amz-target", *target));
    let (status, body) = exchange(port.address, request.body(body.into()).unwrap()).await.unwrap();
    assert_eq!(status, 200, "{body:?}");
    String::from_utf8(body.to_vec()).unwrap()
}

#[tokio::test]
async fn they_name_the_host_that_the_request_came_to() {
    let cloud = cloud(QUEUE).build().unwrap();
    let port = open(cloud.aws_endpoint()).await;
    for host in [port.address.to_string(), "localhost:4566".to_owned(), "aws.test".to_owned()] {
        let url = format!("http://{host}/123456789012/orders");
        let json = post(&port, &host, "/", Some("AmazonSQS.GetQueueUrl"), r#"{"QueueName":"orders"}"#).await;
        assert_eq!(serde_json::from_str::<Value>(&json).unwrap()["QueueUrl"], url);
        let xml = post(&port, &host, "/", None, "Action=GetQueueUrl&QueueName=orders&Version=2012-11-05").await;
        assert!(xml.contains(&format!("<QueueUrl>{url}</QueueUrl>")), "{xml}");
    }
    let listed = sqs(&port).list_queues().send().await.unwrap().queue_urls.unwrap();
    assert_eq!(listed, [format!("http://{}/123456789012/orders", port.address)]);
}

#[tokio::test]
async fn either_url_is_understood_in_both_protocols() {
    let cloud = cloud(QUEUE).build().unwrap();
    let port = open(cloud.aws_endpoint()).await;
    let sqs = sqs(&port);
    let own = "https://sqs.us-east-1.amazonaws.com/123456789012/orders";
    let there = sqs.get_queue_url().queue_name("orders").send().await.unwrap().queue_url.unwrap();
    for url in [own, &there] {
        sqs.send_message().queue_url(url).message_body("json").send().await.unwrap();
    }
    // Those who send to the URL name the queue in the path alone.
    let form = "Action=SendMessage&MessageBody=form&Version=2012-11-05";
    post(&port, &port.address.to_string(), "/123456789012/orders", None, form).await;
    let received = sqs.receive_message().queue_url(own).max_number_of_messages(10).send().await.unwrap();
    assert_eq!(received.messages().len(), 3);
}

/// A function that asks for a URL in a world, where there is no port, gets AWS's own.
#[tokio::test]
async fn without_a_port_they_are_awss_own() {
    let cloud = cloud(QUEUE).build().unwrap();
    let http: SharedHttpClient = cloud.outside("tests").http;
    let port = open(cloud.aws_endpoint()).await;
    let config = sqs(&port).config().to_builder().http_client(http).endpoint_url("https://sqs.us-east-1.amazonaws.com");
    let inside = aws_sdk_sqs::Client::from_conf(config.build());
    let url = inside.get_queue_url().queue_name("orders").send().await.unwrap().queue_url.unwrap();
    assert_eq!(url, "https://sqs.us-east-1.amazonaws.com/123456789012/orders");
}

/// The `aws` command as people use it, where it is installed.
#[tokio::test]
async fn the_aws_command_line_follows_them() {
    const TEST: &str = "ports::queue_urls::the_aws_command_line_follows_them";
    let installed = Command::new("aws").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().await;
    if !installed.is_ok_and(|status| status.success()) {
        eprintln!("skipped: {TEST}: the `aws` command line is not installed (`pip install awscli`)");
        return;
    }
    let cloud = cloud(QUEUE).build().unwrap();
    let port = open(cloud.aws_endpoint()).await;
    let endpoint = format!("http://{}", port.address);
    let aws = async |arguments: &[&str]| {
        let mut command = Command::new("aws");
        command.args(["--endpoint-url", &endpoint, "--region", "us-east-1", "--output", "text", "sqs"]).args(arguments);
        command.env("AWS_ACCESS_KEY_ID", "any").env("AWS_SECRET_ACCESS_KEY", "any");
        let output = command.output().await.unwrap();
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    let url = aws(&["get-queue-url", "--queue-name", "orders"]).await;
    assert_eq!(url, format!("{endpoint}/123456789012/orders"));
    aws(&["send-message", "--queue-url", &url, "--message-body", "by hand"]).await;
    let body = aws(&["receive-message", "--queue-url", &url, "--query", "Messages[0].Body"]).await;
    assert_eq!(body, "by hand");
}
