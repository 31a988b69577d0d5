//! The wire as the AWS SDK uses it: requests, long polls, Invoke, servers outside, and what is not there.

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_lambda::operation::invoke::InvokeError;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::InvocationType;
use bytes::Bytes;
use http::{Request, Response};
use rez_cloud::network::{Caller, HttpServer};
use rez_cloud::profile::Profile;
use rez_cloud::program::{Ambient, BoxFuture, FunctionError};

use crate::clerk;
use crate::support::{Invoked, MINUTE, Recorder, SECOND, clients, cloud, function, ok, pass};

const TEMPLATE: &str = "
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: things
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
  Queue:
    Type: AWS::SQS::Queue
    Properties: { QueueName: work }
  Echo:
    Type: AWS::Serverless::Function
    Properties: { FunctionName: echo, Runtime: provided.al2023, Timeout: 5 }
";

async fn echo(invoked: Invoked) -> Result<Bytes, FunctionError> {
    if invoked.payload == "\"fail\"" {
        return Err(FunctionError { error_type: "Sorry".to_owned(), message: "not today".to_owned() });
    }
    Ok(invoked.payload)
}

fn thing(id: &str) -> AttributeValue {
    AttributeValue::S(id.to_owned())
}

#[tokio::test(start_paused = true)]
async fn requests_take_their_time_and_are_reported() {
    let recorder = Recorder::default();
    let builder = cloud(TEMPLATE).profile(Profile::Realistic).function("Echo", function(echo));
    let cloud = builder.subscribe(recorder.subscriber()).build().unwrap();
    let dynamodb = clerk::dynamodb(&cloud.outside_exposed("test"));
    dynamodb.put_item().table_name("things").item("id", thing("a")).send().await.unwrap();
    let found = dynamodb.get_item().table_name("things").key("id", thing("a")).send().await.unwrap();
    assert!(found.item.is_some());
    let took = cloud.clock().elapsed();
    assert!((Duration::from_millis(2)..Duration::from_millis(100)).contains(&took), "{took:?}");
    let reported = ["service: \"dynamodb\"", "operation: \"PutItem\"", "resource: \"things\"", "status: 200"];
    assert_eq!(recorder.count("Request", &reported), 1);
}

#[tokio::test(start_paused = true)]
async fn somebody_sheltered_waits_for_nothing() {
    let cloud = cloud(TEMPLATE).profile(Profile::Adversarial).function("Echo", function(echo)).build().unwrap();
    let dynamodb = clerk::dynamodb(&cloud.outside("test"));
    for _ in 0..100 {
        dynamodb.put_item().table_name("things").item("id", thing("a")).send().await.unwrap();
    }
    assert_eq!(cloud.clock().elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_long_poll_of_twenty_seconds_takes_twenty_seconds() {
    let cloud = cloud(TEMPLATE).function("Echo", function(echo)).build().unwrap();
    let sqs = clients::sqs(&cloud.outside_exposed("test"));
    let url = "https://sqs.us-east-1.amazonaws.com/123456789012/work";
    let received = sqs.receive_message().queue_url(url).wait_time_seconds(20).send().await.unwrap();
    assert!(received.messages.is_none());
    let took = cloud.clock().elapsed();
    assert!((20 * SECOND..21 * SECOND).contains(&took), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn invoke_answers_with_the_functions_payload_or_its_error() {
    let cloud = cloud(TEMPLATE).function("Echo", function(echo)).build().unwrap();
    let lambda = clients::lambda(&cloud.outside_exposed("test"));
    let invoke = |payload: &str| lambda.invoke().function_name("echo").payload(Blob::new(payload)).send();
    let well = invoke("\"hello\"").await.unwrap();
    assert_eq!((well.status_code, well.function_error.clone()), (200, None));
    assert_eq!(well.payload.unwrap().into_inner(), b"\"hello\"");
    let ill = invoke("\"fail\"").await.unwrap();
    assert_eq!((ill.status_code, ill.function_error.as_deref()), (200, Some("Unhandled")));
    let payload = String::from_utf8(ill.payload.unwrap().into_inner()).unwrap();
    assert_eq!(payload, r#"{"errorMessage":"not today","errorType":"Sorry"}"#);
}

#[tokio::test(start_paused = true)]
async fn an_event_is_accepted_and_worked_off_later() {
    let recorder = Recorder::default();
    let builder = cloud(TEMPLATE).function("Echo", function(echo)).subscribe(recorder.subscriber());
    let cloud = builder.build().unwrap();
    let lambda = clients::lambda(&cloud.outside("test"));
    let accepted = lambda.invoke().function_name("echo").invocation_type(InvocationType::Event).send().await.unwrap();
    assert_eq!(accepted.status_code, 202);
    assert_eq!(recorder.count("Invocation", &["Started"]), 0);
    pass(SECOND).await;
    assert_eq!(recorder.count("Invocation", &["Ended", "Success"]), 1);
}

#[tokio::test(start_paused = true)]
async fn invoke_refuses_as_aws_does() {
    let cloud = cloud(TEMPLATE).function("Echo", function(echo)).build().unwrap();
    let lambda = clients::lambda(&cloud.outside("test"));
    let invoke = |name: &str, payload: Vec<u8>| lambda.invoke().function_name(name).payload(Blob::new(payload)).send();
    let error = invoke("nobody", Vec::new()).await.unwrap_err().into_service_error();
    assert!(matches!(error, InvokeError::ResourceNotFoundException(_)), "{error:?}");
    let error = invoke("echo", b"{not json".to_vec()).await.unwrap_err().into_service_error();
    assert!(matches!(error, InvokeError::InvalidRequestContentException(_)), "{error:?}");
    let error = invoke("echo", vec![b'1'; 6_291_557]).await.unwrap_err().into_service_error();
    assert!(matches!(error, InvokeError::RequestTooLargeException(_)), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn a_throttled_invoke_has_its_reason() {
    let template = TEMPLATE.replace("Timeout: 5", "ReservedConcurrentExecutions: 0");
    let cloud = cloud(&template).function("Echo", function(echo)).build().unwrap();
    let invoke = clients::lambda(&cloud.outside("test")).invoke().function_name("echo");
    let error = invoke.send().await.unwrap_err().into_service_error();
    let InvokeError::TooManyRequestsException(error) = error else { panic!("{error:?}") };
    let reason = error.reason().unwrap().as_str();
    assert_eq!(reason, "ReservedFunctionConcurrentInvocationLimitExceeded");
    assert_eq!(error.message(), Some("Rate Exceeded."));
}

/// Says who called, after a second.
struct Doorman;

impl HttpServer for Doorman {
    fn serve(&self, request: Request<Bytes>, from: Caller) -> BoxFuture<'_, Response<Bytes>> {
        Box::pin(async move {
            pass(SECOND).await;
            Response::new(Bytes::from(format!("{} {} from {}", request.method(), request.uri().path(), from.name())))
        })
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_outside_aws_is_on_the_same_wire() {
    let recorder = Recorder::default();
    let ring = |invoked: Invoked| async move {
        let response = clients::get(&invoked.ambient, "https://door.example.com/bell").await;
        Ok(response.unwrap())
    };
    let builder = cloud(TEMPLATE).function("Echo", function(ring)).server("door.example.com", Arc::new(Doorman));
    let cloud = builder.subscribe(recorder.subscriber()).build().unwrap();
    assert_eq!(cloud.invoke("Echo", "").await.unwrap().payload, "GET /bell from echo");
    let reported = ["service: \"door.example.com\"", "operation: \"GET /bell\"", "status: 200"];
    assert_eq!(recorder.count("Request", &reported), 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_modelled_fails_by_name() {
    let recorder = Recorder::default();
    let builder = cloud(TEMPLATE).function("Echo", function(ok)).subscribe(recorder.subscriber());
    let cloud = builder.build().unwrap();
    let error = clients::get(&cloud.outside("test"), "https://nowhere.example.com/").await.unwrap_err();
    assert!(error.contains("host `nowhere.example.com` is not modelled"), "{error}");
    let dynamodb = clerk::dynamodb(&cloud.outside("test"));
    let error = dynamodb.list_backups().send().await.unwrap_err();
    let error = format!("{:?}", error);
    assert!(error.contains("`dynamodb.ListBackups`"), "{error}");
    assert_eq!(recorder.count("NotModelled", &[]), 2);
}

#[tokio::test(start_paused = true)]
async fn what_was_sent_takes_effect_although_its_sender_is_gone() {
    /// Sends a write, and is stopped by its deadline before the write arrives.
    async fn write(invoked: Invoked) -> Result<Bytes, FunctionError> {
        let deadline = invoked.context.deadline.duration_since(invoked.ambient.time.now()).unwrap();
        pass(deadline - Duration::from_millis(1)).await;
        put(&invoked.ambient).await;
        Ok(Bytes::new())
    }
    async fn put(ambient: &Ambient) {
        let put = clerk::dynamodb(ambient).put_item().table_name("things").item("id", thing("late"));
        put.send().await.unwrap();
    }
    let template = TEMPLATE.replace(
        "Timeout: 5",
        "Timeout: 5, Policies: [{ Statement: [{ Effect: Allow, Action: 'dynamodb:*', Resource: '*' }] }]",
    );
    let recorder = Recorder::default();
    let mut knobs = Profile::Ideal.knobs();
    knobs.network.latencies.dynamodb_write = rez_cloud::profile::Latency::fixed(Duration::from_millis(500));
    let builder = cloud(&template).knobs(knobs).function("Echo", function(write)).subscribe(recorder.subscriber());
    let cloud = builder.build().unwrap();
    assert!(!cloud.invoke("Echo", "").await.unwrap().succeeded());
    assert_eq!(recorder.count("Item", &[]), 0);
    pass(MINUTE).await;
    assert_eq!(recorder.count("Item", &["late"]), 1);
    assert_eq!(recorder.count("Request", &["PutItem", "ResponseLost"]), 1);
}
