//! The wire: what a request is about, what it needs, and the forms of answers.

use bytes::Bytes;
use http::Request;
use rez_cloud::history::Cause;
use rez_cloud::services::Service;
use rez_cloud::services::wire::{Call, answer, classify, permissions};
use serde_json::{Value, json};

use super::{World, ideal, json as body_of};

fn call(request: http::request::Builder, body: &str) -> Option<Call> {
    let (parts, ()) = request.body(()).unwrap().into_parts();
    classify(&parts, body.as_bytes())
}

fn by_target(target: &str, body: &Value) -> Call {
    call(Request::post("https://aws.test/").header("x-amz-target", target), &body.to_string()).unwrap()
}

fn triple(call: &Call) -> (Service, &str, &str) {
    (call.service, &call.operation, &call.resource)
}

#[test]
fn requests_say_what_they_are_about() {
    let tables = |operation: &str, body: Value| by_target(&format!("DynamoDB_20120810.{operation}"), &body);
    let update = tables("UpdateItem", json!({ "Key": { "id": { "S": "\"TableName\"" } }, "TableName": "t" }));
    assert_eq!(triple(&update), (Service::DynamoDb, "UpdateItem", "t"));
    let transaction = tables("TransactWriteItems", json!({ "TransactItems": [{ "Update": { "TableName": "t" } }] }));
    assert_eq!(triple(&transaction), (Service::DynamoDb, "TransactWriteItems", "t"));
    let batch = tables("BatchGetItem", json!({ "RequestItems": { "t": { "Keys": [] } } }));
    assert_eq!(triple(&batch), (Service::DynamoDb, "BatchGetItem", "t"));
    let send = by_target("AmazonSQS.SendMessage", &json!({ "QueueUrl": "https://sqs.us-east-1.amazonaws.com/1/q" }));
    assert_eq!(triple(&send), (Service::Sqs, "SendMessage", "q"));
    let get = by_target("AmazonSSM.GetParameter", &json!({ "Name": "/a/b" }));
    assert_eq!(triple(&get), (Service::Parameters, "GetParameter", "/a/b"));
    let other = by_target("AWSEvents.PutEvents", &json!({}));
    assert_eq!(triple(&other), (Service::Other, "PutEvents", "AWSEvents"));
}

#[test]
fn requests_without_a_target_are_known_by_host_and_path() {
    let sns = "https://sns.us-east-1.amazonaws.com/";
    let publish = call(Request::post(sns), "Action=Publish&TopicArn=arn%3Aaws%3Asns%3Aus-east-1%3A1%3At").unwrap();
    assert_eq!(triple(&publish), (Service::Sns, "Publish", "t"));
    let unsubscribe = "Action=Unsubscribe&SubscriptionArn=arn:aws:sns:us-east-1:1:t:some-id";
    assert_eq!(call(Request::post(sns), unsubscribe).unwrap().resource, "t");

    let invoke = "https://lambda.us-east-1.amazonaws.com/2015-03-31/functions/f/invocations";
    assert_eq!(triple(&call(Request::post(invoke), "").unwrap()), (Service::Lambda, "Invoke", "f"));
    let by_alias = [
        "f:live/invocations",
        "arn%3Aaws%3Alambda%3Aus-east-1%3A1%3Afunction%3Af%3Alive/invocations",
        "f/invocations?Qualifier=live",
    ];
    for path in by_alias {
        let invoke = format!("https://lambda.us-east-1.amazonaws.com/2015-03-31/functions/{path}");
        let call = call(Request::post(invoke), "").unwrap();
        assert_eq!((triple(&call), call.qualifier.as_deref()), ((Service::Lambda, "Invoke", "f"), Some("live")));
        let live = "arn:aws:lambda:us-east-1:123456789012:function:f:live";
        check_permissions(&call, &json!({}), &[("lambda:InvokeFunction", live)]);
    }
    let extension = "http://localhost:2773/systemsmanager/parameters/get?name=%2Fa%2Fb";
    assert_eq!(triple(&call(Request::get(extension), "").unwrap()), (Service::Parameters, "GetParameter", "/a/b"));
    let bucket = call(Request::get("https://bucket.s3.amazonaws.com/key"), "").unwrap();
    assert_eq!(triple(&bucket), (Service::Other, "GET /key", "bucket.s3.amazonaws.com"));
    assert_eq!(call(Request::post("https://ntfy.example.org/topic"), "hello"), None);
}

#[track_caller]
fn check_permissions(call: &Call, body: &Value, expected: &[(&str, &str)]) {
    let needed = permissions(call, body.to_string().as_bytes());
    let needed: Vec<(&str, &str)> = needed.iter().map(|one| (one.action.as_str(), one.resource.as_str())).collect();
    assert_eq!(needed, expected);
}

#[test]
fn permissions_are_those_of_a_policy() {
    let table = "arn:aws:dynamodb:us-east-1:123456789012:table";
    let body = json!({ "TransactItems": [
        { "Put": { "TableName": "a", "Item": {} } },
        { "Update": { "TableName": "b", "Key": {} } },
        { "ConditionCheck": { "TableName": "b", "Key": {} } },
        { "Put": { "TableName": "a", "Item": {} } },
    ] });
    check_permissions(
        &by_target("DynamoDB_20120810.TransactWriteItems", &body),
        &body,
        &[
            ("dynamodb:ConditionCheckItem", &format!("{table}/b")),
            ("dynamodb:PutItem", &format!("{table}/a")),
            ("dynamodb:UpdateItem", &format!("{table}/b")),
        ],
    );
    let body = json!({ "TableName": "a", "IndexName": "i" });
    let query = by_target("DynamoDB_20120810.Query", &body);
    check_permissions(&query, &body, &[("dynamodb:Query", &format!("{table}/a/index/i"))]);
    let body = json!({ "QueueUrl": "https://sqs.us-east-1.amazonaws.com/123456789012/q" });
    let delete = by_target("AmazonSQS.DeleteMessageBatch", &body);
    check_permissions(&delete, &body, &[("sqs:DeleteMessage", "arn:aws:sqs:us-east-1:123456789012:q")]);
    let body = json!({ "Names": ["/a", "/b"] });
    let parameter = |name: &str| format!("arn:aws:ssm:us-east-1:123456789012:parameter/{name}");
    check_permissions(
        &by_target("AmazonSSM.GetParameters", &body),
        &body,
        &[("ssm:GetParameters", &parameter("a")), ("ssm:GetParameters", &parameter("b"))],
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_not_modelled_is_refused_and_reported_by_name() {
    let world = ideal();
    for target in ["AmazonSQS.AddPermission", "AmazonSSM.LabelParameterVersion", "AWSEvents.PutEvents"] {
        let answer = world.call(target, json!({})).await;
        assert_eq!((answer.status, answer.code.as_str()), (501, "NotModelled"), "{target}");
        let operation = target.split_once('.').unwrap().1;
        assert_eq!(world.events.count(operation), 1, "{target}");
    }
    assert_eq!(world.query("Action=TagResource&ResourceArn=x").await.status, 501);
}

/// What everybody tries first at a new endpoint. SNS, SQS and STS speak the same protocol.
#[tokio::test(start_paused = true)]
async fn another_service_of_the_query_protocol_is_named() {
    let world = ideal();
    let scope = "AWS4-HMAC-SHA256 Credential=AKIA/20261126/us-east-1/sts/aws4_request, SignedHeaders=host, Signature=0";
    let request = Request::post("http://127.0.0.1:4566/")
        .header("authorization", scope)
        .header("content-type", "application/x-www-form-urlencoded; charset=utf-8");
    let (parts, ()) = request.body(()).unwrap().into_parts();
    let body = Bytes::from_static(b"Action=GetCallerIdentity&Version=2011-06-15");
    let call = classify(&parts, &body).unwrap();
    let answer = answer(&world.services, &call, &parts, &body, Cause::Outside).await;
    let text = String::from_utf8_lossy(&answer.body);
    assert!(answer.status == 501 && text.contains("sts.GetCallerIdentity"), "{text}");
    assert_eq!(world.events.count("sts.GetCallerIdentity"), 1);
}

#[tokio::test(start_paused = true)]
async fn an_empty_receive_has_no_list() {
    let world = ideal();
    world.queue("q", &[]);
    let answer = world.call("AmazonSQS.ReceiveMessage", json!({ "QueueUrl": "q" })).await;
    assert_eq!(&answer.body[..], b"{}");
}

/// The digest of a trace header was recorded on AWS (test_send_message_with_system_attributes); that of `test-key` and
/// the body's are what independent implementations compute.
#[tokio::test(start_paused = true)]
async fn digests_of_what_was_sent_come_back() {
    let world = ideal();
    world.queue("q", &[]);
    let trace = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
    let request = json!({
        "QueueUrl": "q",
        "MessageBody": "test",
        "MessageAttributes": { "test-key": { "DataType": "String", "StringValue": "test-value" } },
        "MessageSystemAttributes": { "AWSTraceHeader": { "DataType": "String", "StringValue": trace } },
    });
    let sent = body_of(&world.call("AmazonSQS.SendMessage", request).await);
    assert_eq!(sent["MD5OfMessageBody"], "098f6bcd4621d373cade4e832627b4f6");
    assert_eq!(sent["MD5OfMessageAttributes"], "befa18540a897f7d022bf07057754a03");
    assert_eq!(sent["MD5OfMessageSystemAttributes"], "5ae4d5d7636402d80f4eb6d213245a88");

    let receive = json!({ "QueueUrl": "q", "AttributeNames": ["All"], "MessageAttributeNames": ["test.*"] });
    let message = body_of(&world.call("AmazonSQS.ReceiveMessage", receive).await)["Messages"][0].clone();
    assert_eq!(message["MD5OfBody"], sent["MD5OfMessageBody"]);
    assert_eq!(message["MD5OfMessageAttributes"], sent["MD5OfMessageAttributes"]);
    assert_eq!(message["Attributes"]["AWSTraceHeader"], trace);
    assert_eq!(message["Attributes"]["SentTimestamp"], "1795435200000");
}

#[tokio::test(start_paused = true)]
async fn attributes_come_only_when_asked_for() {
    let world = ideal();
    world.queue("q", &[]);
    let attributes = json!({ "a": { "DataType": "Binary", "BinaryValue": "AgME" }, "b": { "DataType": "Number", "StringValue": "1" } });
    world
        .call("AmazonSQS.SendMessage", json!({ "QueueUrl": "q", "MessageBody": "x", "MessageAttributes": attributes }))
        .await;
    let receive = json!({ "QueueUrl": "q", "MessageAttributeNames": ["a"], "VisibilityTimeout": 0 });
    let message = body_of(&world.call("AmazonSQS.ReceiveMessage", receive).await)["Messages"][0].clone();
    assert_eq!(message["MessageAttributes"], json!({ "a": attributes["a"] }));
    assert_eq!(message.get("Attributes"), None);
}

#[tokio::test(start_paused = true)]
async fn a_publication_by_form_keeps_its_text() {
    let world = ideal();
    world.queue("q", &[]);
    let sns = &world.services.sns;
    let topic = sns.create_topic("t", &super::map(&[])).unwrap();
    let queue = "arn:aws:sqs:us-east-1:123456789012:q";
    sns.subscribe(&topic, "sqs", queue, &super::map(&[("RawMessageDelivery", "true")])).unwrap();
    let text = "a+b & <c> = \"ü\" 100%";
    let message = percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC);
    let answer = world.query(&format!("Action=Publish&TopicArn={topic}&Message={message}")).await;
    assert!(answer.body.starts_with(b"<PublishResponse xmlns="), "{answer:?}");
    super::pass(1).await;
    assert_eq!(world.bodies("q").await, [text]);
}

/// The answer to a form that was posted to a queue's path.
async fn by_form(world: &World, form: &str) -> (u16, String) {
    let form = format!("{form}&Version=2012-11-05");
    let request = Request::post("http://127.0.0.1:4566/123456789012/orders")
        .header("content-type", "application/x-www-form-urlencoded; charset=utf-8");
    let (parts, ()) = request.body(()).unwrap().into_parts();
    let body = Bytes::from(form);
    let call = classify(&parts, &body).unwrap();
    let answer = answer(&world.services, &call, &parts, &body, Cause::Outside).await;
    (answer.status, String::from_utf8(answer.body.to_vec()).unwrap())
}

/// The texts of all elements of this name.
fn texts<'a>(xml: &'a str, name: &str) -> Vec<&'a str> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    xml.split(open.as_str()).skip(1).map(|rest| rest.split(close.as_str()).next().unwrap()).collect()
}

#[tokio::test(start_paused = true)]
async fn sqs_speaks_its_older_protocol_too() {
    let world = ideal();
    let (status, made) =
        by_form(&world, "Action=CreateQueue&QueueName=orders&Attribute.1.Name=VisibilityTimeout&Attribute.1.Value=7")
            .await;
    assert_eq!((status, texts(&made, "QueueUrl")[0].ends_with("/123456789012/orders")), (200, true), "{made}");

    let attribute = "MessageAttribute.1.Name=colour&MessageAttribute.1.Value.DataType=String&MessageAttribute.1.Value.StringValue=red";
    let (_, sent) = by_form(&world, &format!("Action=SendMessage&MessageBody=a+%3Cb%3E&{attribute}")).await;
    // "a <b>", as md5sum sees it.
    assert_eq!(texts(&sent, "MD5OfMessageBody"), ["6f12e74db70cbf33e7a9352c1edfcb69"], "{sent}");

    let receive = "Action=ReceiveMessage&MaxNumberOfMessages=10&AttributeName.1=All&MessageAttributeName.1=All";
    let (_, received) = by_form(&world, receive).await;
    assert_eq!(texts(&received, "Body"), ["a &lt;b&gt;"], "{received}");
    assert_eq!(texts(&received, "StringValue"), ["red"]);
    assert!(
        received.contains("<Attribute><Name>ApproximateReceiveCount</Name><Value>1</Value></Attribute>"),
        "{received}"
    );

    let handle = texts(&received, "ReceiptHandle")[0].replace('+', "%2B").replace('=', "%3D");
    let entry = "DeleteMessageBatchRequestEntry";
    let delete = format!(
        "Action=DeleteMessageBatch&{entry}.1.Id=a&{entry}.1.ReceiptHandle={handle}&{entry}.2.Id=b&{entry}.2.ReceiptHandle=no"
    );
    let (_, deleted) = by_form(&world, &delete).await;
    assert!(deleted.contains("<DeleteMessageBatchResultEntry><Id>a</Id></DeleteMessageBatchResultEntry>"), "{deleted}");
    assert_eq!(texts(&deleted, "Code"), ["ReceiptHandleIsInvalid"]);

    let tags = "Tag.1.Key=team&Tag.1.Value=red&Tag.2.Key=stage&Tag.2.Value=dev";
    by_form(&world, &format!("Action=TagQueue&{tags}")).await;
    by_form(&world, "Action=UntagQueue&TagKey.1=stage").await;
    let (_, tags) = by_form(&world, "Action=ListQueueTags").await;
    assert_eq!(texts(&tags, "Tag"), ["<Key>team</Key><Value>red</Value>"], "{tags}");

    let (_, attributes) = by_form(&world, "Action=GetQueueAttributes&AttributeName.1=VisibilityTimeout").await;
    assert!(
        attributes.contains("<Attribute><Name>VisibilityTimeout</Name><Value>7</Value></Attribute>"),
        "{attributes}"
    );
    let (_, empty) = by_form(&world, "Action=ReceiveMessage").await;
    assert!(empty.contains("<ReceiveMessageResult></ReceiveMessageResult>"), "botocore looks for it: {empty}");
}

#[tokio::test(start_paused = true)]
async fn the_older_protocol_refuses_in_its_own_words() {
    let world = ideal();
    for (form, expected) in [
        ("Action=GetQueueUrl&QueueName=none", (400, "AWS.SimpleQueueService.NonExistentQueue")),
        ("Action=SendMessage", (400, "AWS.SimpleQueueService.NonExistentQueue")),
        ("Action=AddPermission", (501, "NotModelled")),
    ] {
        let (status, body) = by_form(&world, form).await;
        assert_eq!((status, texts(&body, "Code").as_slice()), (expected.0, [expected.1].as_slice()), "{form}: {body}");
    }
    let (_, body) = by_form(&world, "Action=GetQueueUrl&QueueName=none").await;
    assert_eq!(texts(&body, "Message"), ["The specified queue does not exist for this wsdl version."]);
}
