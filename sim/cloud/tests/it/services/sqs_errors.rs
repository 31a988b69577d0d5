//! Every refusal of SQS that was recorded on AWS, for what is modelled.

use serde_json::{Value, json};

use super::recorded::{self, Given};
use super::{World, ideal, json as body_of};

const QUEUE: &str = "https://sqs.us-east-1.amazonaws.com/123456789012/q";
const DEAD: &str = "arn:aws:sqs:us-east-1:123456789012:dead";

/// FIFO queues, permissions, and the older protocol's own words.
const NOT_MODELLED: [&str; 8] = [
    "fifo",
    "FifoQueue. Reason",
    "MessageDeduplicationId",
    "The request must contain the parameter MessageGroupId",
    "test_sqs_permission_lifecycle",
    "for this wsdl version",
    "test_message_deduplication_id_invalid",
    "ContentBasedDeduplication enabled",
];

async fn refusals(world: &World) -> Vec<Given> {
    let mut given = Vec::new();
    for (operation, request) in requests() {
        let answer = world.call(&format!("AmazonSQS.{operation}"), request.clone()).await;
        assert_ne!(answer.status, 200, "{operation} took {request}");
        given.push(Given::json(&answer));
    }
    given
}

/// Requests that must be refused, against a queue `q` that is empty and has the dead-letter queue `dead`.
fn requests() -> Vec<(&'static str, Value)> {
    let send = |with: Value| {
        let mut request = json!({ "QueueUrl": QUEUE, "MessageBody": "a" });
        request.as_object_mut().unwrap().extend(with.as_object().unwrap().clone());
        ("SendMessage", request)
    };
    let batch = |entries: Vec<Value>| ("SendMessageBatch", json!({ "QueueUrl": QUEUE, "Entries": entries }));
    let entry = |id: &str, length: usize| json!({ "Id": id, "MessageBody": "a".repeat(length) });
    let attribute = json!({ "ErrorDetails": { "DataType": "String", "StringValue": "" } });
    let handle = base64_task("arn:aws:sqs:us-east-1:123456789012:nowhere");
    vec![
        ("PurgeQueue", json!({ "QueueUrl": QUEUE })),
        send(json!({ "MessageBody": "" })),
        send(json!({ "MessageBody": "a".repeat(1_048_577) })),
        ("SendMessage", json!({ "QueueUrl": "small", "MessageBody": "a".repeat(1_025) })),
        send(json!({ "MessageAttributes": attribute })),
        send(json!({ "MessageGroupId": "" })),
        send(json!({ "MessageGroupId": "group 123" })),
        send(json!({ "MessageGroupId": "a".repeat(129) })),
        batch(vec![entry("1", 1_048_576), entry("2", 1)]),
        batch(vec![entry("no spaces", 1)]),
        batch((0..20).map(|id| entry(&id.to_string(), 1)).collect()),
        ("ReceiveMessage", json!({ "QueueUrl": QUEUE, "MaxNumberOfMessages": 11 })),
        ("ReceiveMessage", json!({ "QueueUrl": QUEUE, "WaitTimeSeconds": -1 })),
        ("ReceiveMessage", json!({ "QueueUrl": QUEUE, "WaitTimeSeconds": 21 })),
        ("CreateQueue", json!({ "QueueName": "q", "Attributes": { "DelaySeconds": "2" } })),
        ("CreateQueue", json!({ "QueueName": "new", "Attributes": { "ContentBasedDeduplication": "true" } })),
        ("CreateQueue", json!({ "QueueName": "new", "Attributes": { "DeduplicationScope": "queue" } })),
        ("SetQueueAttributes", json!({ "QueueUrl": QUEUE, "Attributes": { "FifoQueue": "true" } })),
        ("StartMessageMoveTask", json!({ "SourceArn": DEAD, "DestinationArn": "nowhere" })),
        ("StartMessageMoveTask", json!({ "SourceArn": DEAD })),
        ("CancelMessageMoveTask", json!({ "TaskHandle": handle })),
    ]
}

fn base64_task(source: &str) -> String {
    aws_smithy_types::base64::encode(json!({ "taskId": "1", "sourceArn": source }).to_string())
}

#[tokio::test(start_paused = true)]
async fn refusals_are_those_of_aws() {
    let world = ideal();
    world.queue("dead", &[]);
    let policy = r#"{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:123456789012:dead","maxReceiveCount":1}"#;
    world.queue("q", &[("RedrivePolicy", policy)]);
    world.queue("small", &[("MaximumMessageSize", "1024")]);
    world.services.sqs.purge("q").unwrap();
    world.services.sqs.start_move(DEAD, None, None).unwrap();
    let mut given = refusals(&world).await;
    for given in &mut given {
        given.message = given.message.replace("operation on q is", "operation on <queue-name> is");
    }
    recorded::demand(&recorded::of("sqs"), &given, &NOT_MODELLED);
}

#[tokio::test(start_paused = true)]
async fn the_code_of_the_older_protocol_is_in_a_header() {
    let answer = ideal().call("AmazonSQS.GetQueueUrl", json!({ "QueueName": "nowhere" })).await;
    let header = ("x-amzn-query-error", "AWS.SimpleQueueService.NonExistentQueue;Sender".to_owned());
    assert!(answer.headers.contains(&header), "{:?}", answer.headers);
    assert_eq!(body_of(&answer)["__type"], "com.amazonaws.sqs#QueueDoesNotExist");
}

#[tokio::test(start_paused = true)]
async fn handles_are_refused_in_the_words_that_were_recorded() {
    let world = ideal();
    world.queue("q", &[]);
    let delete = json!({ "QueueUrl": QUEUE, "ReceiptHandle": "garbage" });
    let answer = Given::json(&world.call("AmazonSQS.DeleteMessage", delete).await);
    assert_eq!(answer.code, "ReceiptHandleIsInvalid");
    assert_eq!(answer.message, "The input receipt handle \"garbage\" is not a valid receipt handle.");

    world.send("q", "a");
    let handle = world.receive("q").await.remove(0).receipt_handle;
    world.services.sqs.delete("q", &handle).unwrap();
    let change = json!({ "QueueUrl": QUEUE, "ReceiptHandle": handle, "VisibilityTimeout": 1 });
    let answer = Given::json(&world.call("AmazonSQS.ChangeMessageVisibility", change).await);
    assert_eq!(
        answer.message,
        format!(
            "Value {handle} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available \
             for visibility timeout change."
        )
    );
}

/// test_batch_send_with_invalid_char_should_succeed
#[tokio::test(start_paused = true)]
async fn a_bad_entry_fails_alone() {
    let world = ideal();
    world.queue("q", &[("MaximumMessageSize", "1024")]);
    let entries = json!([
        { "Id": "good", "MessageBody": "a" },
        { "Id": "bad", "MessageBody": "\u{0}" },
        { "Id": "long", "MessageBody": "a".repeat(1_025) },
    ]);
    let answer = world.call("AmazonSQS.SendMessageBatch", json!({ "QueueUrl": QUEUE, "Entries": entries })).await;
    let body = body_of(&answer);
    assert_eq!(answer.status, 200);
    assert_eq!(body["Successful"][0]["Id"], "good");
    assert_eq!(body["Failed"][0]["Code"], "InvalidMessageContents");
    assert_eq!(
        body["Failed"][1],
        json!({
            "Id": "long",
            "SenderFault": true,
            "Code": "InvalidParameterValue",
            "Message": "One or more parameters cannot be validated. Reason: Message must be shorter than 1024 bytes.",
        })
    );
}

/// Regression: it was ignored.
#[tokio::test(start_paused = true)]
async fn a_standard_queue_takes_no_deduplication_id() {
    let world = ideal();
    world.queue("q", &[]);
    let expected = "Value once for parameter MessageDeduplicationId is invalid. Reason: The request include parameter \
                    that is not valid for this queue type.";
    let send = json!({ "QueueUrl": QUEUE, "MessageBody": "a", "MessageDeduplicationId": "once" });
    let refused = Given::json(&world.call("AmazonSQS.SendMessage", send).await);
    assert_eq!((&*refused.code, &*refused.message), ("InvalidParameterValue", expected));
    let entries = json!([
        { "Id": "bad", "MessageBody": "a", "MessageDeduplicationId": "once" },
        { "Id": "good", "MessageBody": "b" },
    ]);
    let batch = world.call("AmazonSQS.SendMessageBatch", json!({ "QueueUrl": QUEUE, "Entries": entries })).await;
    assert_eq!(body_of(&batch)["Failed"][0]["Message"], expected);
    assert_eq!(world.bodies("q").await, ["b"]);
}
