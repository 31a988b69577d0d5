//! Every refusal of SNS that was recorded on AWS, for what is modelled.

use super::recorded::{self, Given};
use super::{World, ideal};

const TOPIC: &str = "arn:aws:sns:us-east-1:123456789012:t";

/// SMS, mobile push, HTTP confirmation, tags, permissions, FIFO, policies on bodies, and checks of the generic kind.
const NOT_MODELLED: [&str; 20] = [
    "TestSNSSMS",
    "test_subscribe_invalid_sms",
    "test_subscribe_bad_sms",
    "Platform",
    "confirm_subscription",
    "external_http",
    "test_tags",
    "Policy statement action",
    "fifo",
    "FIFO",
    "cidr",
    "CIDR",
    "Nonstandard IP",
    "FilterPolicy: Filter policy is too complex",
    "failed to parse JSON",
    "TestSNSFilterPolicyCrud::test_sub_filter_policy_nested_property_constraints",
    "No endpoint found for the target arn",
    "SubscriptionArn Reason: no value",
    "test_publish_wrong_phone_format",
    "validation error detected",
];

fn encode(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

fn publish(with: &str) -> String {
    format!("Action=Publish&TopicArn={TOPIC}&Message=a&{with}")
}

fn attribute(name: &str, data_type: &str, value: &str) -> String {
    let entry = "MessageAttributes.entry.1";
    publish(&format!("{entry}.Name={}&{entry}.Value.DataType={data_type}&{entry}.Value.{value}", encode(name)))
}

fn batch(entries: &[(&str, usize)]) -> String {
    let entry = |(number, (id, length)): (usize, &(&str, usize))| {
        let prefix = format!("PublishBatchRequestEntries.member.{}", number + 1);
        format!("&{prefix}.Id={}&{prefix}.Message={}", encode(id), "a".repeat(*length))
    };
    let entries: String = entries.iter().enumerate().map(entry).collect();
    format!("Action=PublishBatch&TopicArn={TOPIC}{entries}")
}

fn subscribe(protocol: &str, endpoint: &str, name: &str, value: &str) -> String {
    let entry = format!("Attributes.entry.1.key={name}&Attributes.entry.1.value={}", encode(value));
    format!("Action=Subscribe&TopicArn={TOPIC}&Protocol={protocol}&Endpoint={}&{entry}", encode(endpoint))
}

/// Requests that must be refused, against a topic `t` with one queue subscribed.
fn requests(subscription: &str) -> Vec<String> {
    let queue = "arn:aws:sqs:us-east-1:123456789012:q";
    let set = |name: &str, value: &str| {
        format!(
            "Action=SetSubscriptionAttributes&SubscriptionArn={subscription}&AttributeName={name}&AttributeValue={}",
            encode(value)
        )
    };
    let other = "arn:aws:sqs:us-east-1:123456789012:other";
    let mut requests = vec![
        format!("Action=Publish&TopicArn={TOPIC}&Message="),
        format!("Action=Publish&TopicArn={TOPIC}&Message={}", "a".repeat(262_145)),
        publish("Subject="),
        publish("MessageStructure=json"),
        "Action=Publish&TopicArn=arn:aws:sns:us-east-1:123456789012:nowhere&Message=a".to_owned(),
        "Action=DeleteTopic&TopicArn=randomstring".to_owned(),
        "Action=Publish&TopicArn=randomstring&Message=a".to_owned(),
        "Action=Publish&TopicArn=randomstring:1&Message=a".to_owned(),
        "Action=CreateTopic&Name=no+spaces".to_owned(),
        "Action=Unsubscribe&SubscriptionArn=randomstring".to_owned(),
        format!("Action=Unsubscribe&SubscriptionArn={TOPIC}"),
        subscribe("sqs", "https://sqs.us-east-1.amazonaws.com/123456789012/q", "RawMessageDelivery", "true"),
        subscribe("test-protocol", queue, "RawMessageDelivery", "true"),
        subscribe("sqs", queue, "RawMessageDelivery", "true"),
        subscribe("sqs", other, "RawMessageDelivery", "wrongvalue"),
        set("RawMessageDelivery", "test-ValUe"),
        set("fake", "value"),
        set("RedrivePolicy", r#"{"deadLetterTargetArn":"invalid"}"#),
        attribute("attr1", "String", "StringValue="),
        attribute("attr1", "Binary", "BinaryValue="),
        attribute("attr1", "Binary", "StringValue=123"),
        attribute("attr1", "Number", "BinaryValue=MTIz"),
        attribute("attr1", "Invalid", "StringValue=123"),
        attribute("attr1.", "String", "StringValue=123"),
        attribute("attr^1", "String", "StringValue=123"),
        attribute(&"a".repeat(257), "String", "StringValue=123"),
        batch(&[("1", 1); 11]),
        batch(&[("1", 1), ("1", 1)]),
        batch(&[("msg@123#test", 1)]),
        batch(&[(&"a".repeat(81), 1)]),
        batch(&[("1", 200_000), ("2", 100_000)]),
    ];
    requests.extend(policies().into_iter().map(|policy| subscribe("sqs", other, "FilterPolicy", policy)));
    requests.push(set("FilterPolicy", r#"{"key":{"nested":["value"]}}"#));
    requests
}

fn policies() -> Vec<&'static str> {
    vec![
        r#"{"a":["1"],"b":["1"],"c":["1"],"d":["1"],"e":["1"],"f":["1"]}"#,
        r#"{"key":[]}"#,
        r#"{"key":[["value"]]}"#,
        r#"{"key":{"suffix":"value"}}"#,
        r#"{"key":[{"suffix":[]}]}"#,
        r#"{"key":[{"anything-but":{"exists":false}}]}"#,
        r#"{"key":[{"anything-but":{"wrong-operator":null}}]}"#,
        r#"{"key":[{"anything-but":{"prefix":false}}]}"#,
        r#"{"key":[{"exists":"no"}]}"#,
        r#"{"key":[{"numeric":[]}]}"#,
        r#"{"key":[{"numeric":["operator"]}]}"#,
        r#"{"key":[{"numeric":[1,"<="]}]}"#,
        r#"{"key":[{"numeric":[">="]}]}"#,
        r#"{"key":[{"numeric":[">","20","<","30"]}]}"#,
        r#"{"key":[{"numeric":[">",20,"<","30"]}]}"#,
        r#"{"key":[{"numeric":["<",100,">",10]}]}"#,
        r#"{"key":[{"numeric":[">",20,30]}]}"#,
        r#"{"key":[{"numeric":[">",20,"test"]}]}"#,
        r#"{"key":[{"numeric":[">",20,"<",30,"<",50]}]}"#,
    ]
}

fn with_topic() -> (World, String) {
    let world = ideal();
    let sns = &world.services.sns;
    sns.create_topic("t", &super::map(&[])).unwrap();
    let queue = "arn:aws:sqs:us-east-1:123456789012:q";
    let subscription = sns.subscribe(TOPIC, "sqs", queue, &super::map(&[])).unwrap();
    (world, subscription)
}

#[tokio::test(start_paused = true)]
async fn refusals_are_those_of_aws() {
    let (world, subscription) = with_topic();
    let mut given = Vec::new();
    for request in requests(&subscription) {
        let answer = world.query(&request).await;
        assert_ne!(answer.status, 200, "{} was taken", &request[..request.len().min(300)]);
        given.push(Given::xml(&answer));
    }
    recorded::demand(&recorded::of("sns"), &given, &NOT_MODELLED);
}

#[tokio::test(start_paused = true)]
async fn a_structure_without_a_default_is_refused() {
    let (world, _) = with_topic();
    let message = encode(r#"{"sqs":"a"}"#);
    let answer = world.query(&format!("Action=Publish&TopicArn={TOPIC}&MessageStructure=json&Message={message}")).await;
    let expected = "Invalid parameter: Message Structure - No default entry in JSON message body";
    assert_eq!(Given::xml(&answer).message, expected);
}

/// Regression: a topic was found by its plain name too.
#[tokio::test(start_paused = true)]
async fn a_topic_is_named_by_its_arn_alone() {
    let (world, _) = with_topic();
    for operation in ["Publish&Message=a", "GetTopicAttributes", "ListSubscriptionsByTopic", "DeleteTopic"] {
        let refused = Given::xml(&world.query(&format!("Action={operation}&TopicArn=t")).await);
        let expected = "Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 1";
        assert_eq!((&*refused.code, &*refused.message), ("InvalidParameter", expected), "{operation}");
    }
}

/// Regression: it was ignored. Recorded on AWS: test_validations_for_fifo.
#[tokio::test(start_paused = true)]
async fn a_standard_topic_takes_no_deduplication_id() {
    let (world, _) = with_topic();
    let refused = Given::xml(&world.query(&publish("MessageDeduplicationId=once")).await);
    let expected = "Invalid parameter: MessageDeduplicationId Reason: The request includes MessageDeduplicationId \
                    parameter that is not valid for this topic type";
    assert_eq!((&*refused.code, &*refused.message), ("InvalidParameter", expected));
}

/// Regression: any size was taken, and what is no number meant the default. The words are not recorded anywhere.
#[tokio::test(start_paused = true)]
async fn a_topic_has_a_size_within_awss_range() {
    let (world, _) = with_topic();
    for (size, status) in [("1023", 400), ("1024", 200), ("1048576", 200), ("1048577", 400), ("much", 400), ("", 400)] {
        let set = format!(
            "Action=SetTopicAttributes&TopicArn={TOPIC}&AttributeName=MaximumMessageSize&AttributeValue={size}"
        );
        assert_eq!(world.query(&set).await.status, status, "{size}");
        let entry = format!("Attributes.entry.1.key=MaximumMessageSize&Attributes.entry.1.value={size}");
        let create = world.query(&format!("Action=CreateTopic&Name=other&{entry}")).await;
        assert_eq!(create.status, status, "{size}");
    }
    let publish = |length: usize| format!("Action=Publish&TopicArn={TOPIC}&Message={}", "a".repeat(length));
    assert_eq!(world.query(&publish(1_048_576)).await.status, 200);
    assert_eq!(Given::xml(&world.query(&publish(1_048_577)).await).message, "Invalid parameter: Message too long");
}
