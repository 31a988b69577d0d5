//! What is created on an endpoint, seen through the SDK.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::{ProjectionType, TimeToLiveStatus};
use aws_sdk_sqs::types::QueueAttributeName;
use rez_localstack::{Endpoint, ParameterStore, provision};
use rez_topology::{Options, Topology};

use crate::support::{empty_cloud, endpoint_of, topology};

const SHOP: &str = "
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: orders
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions:
        - { AttributeName: id, AttributeType: S }
        - { AttributeName: customer, AttributeType: S }
        - { AttributeName: at, AttributeType: N }
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
      GlobalSecondaryIndexes:
        - IndexName: by-customer
          KeySchema: [{ AttributeName: customer, KeyType: HASH }, { AttributeName: at, KeyType: RANGE }]
          Projection: { ProjectionType: KEYS_ONLY }
      TimeToLiveSpecification: { AttributeName: expires, Enabled: true }
  Work:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: work
      VisibilityTimeout: 300
      RedrivePolicy: { deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 3 }
  Dead:
    Type: AWS::SQS::Queue
    Properties: { QueueName: work-dlq, MessageRetentionPeriod: 1209600 }
  News:
    Type: AWS::SNS::Topic
    Properties: { TopicName: news }
  WorkHearsNews:
    Type: AWS::SNS::Subscription
    Properties: { TopicArn: !Ref News, Protocol: sqs, Endpoint: !GetAtt Work.Arn, RawMessageDelivery: true }
  NewsMayReachWork:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Work]
      PolicyDocument:
        Statement:
          - Effect: Allow
            Principal: { Service: sns.amazonaws.com }
            Action: sqs:SendMessage
            Resource: !GetAtt Work.Arn
            Condition: { ArnEquals: { 'aws:SourceArn': !Ref News } }
  Greeting:
    Type: AWS::SSM::Parameter
    Properties: { Name: /shop/greeting, Type: String, Value: hello }
";

fn secrets() -> BTreeMap<String, String> {
    BTreeMap::from([("/shop/key".to_owned(), "hush".to_owned())])
}

/// Everything of the shop is there, as the template has it.
pub async fn check_shop(topology: &Topology, endpoint: &Endpoint) {
    let config = endpoint.sdk_config(&topology.account, &topology.region);
    check_table(&aws_sdk_dynamodb::Client::new(&config)).await;

    let sqs = aws_sdk_sqs::Client::new(&config);
    let attributes = sqs.get_queue_attributes().queue_url(&topology.queues["Work"].url);
    let attributes = attributes.attribute_names(QueueAttributeName::All).send().await.unwrap().attributes.unwrap();
    assert_eq!(attributes[&QueueAttributeName::VisibilityTimeout], "300");
    let redrive: serde_json::Value = serde_json::from_str(&attributes[&QueueAttributeName::RedrivePolicy]).unwrap();
    assert_eq!(redrive["deadLetterTargetArn"], "arn:aws:sqs:us-east-1:123456789012:work-dlq");
    assert_eq!(redrive["maxReceiveCount"].to_string().trim_matches('"'), "3");

    let sns = aws_sdk_sns::Client::new(&config);
    sns.publish().topic_arn(&topology.topics["News"].arn).message("fresh").send().await.unwrap();
    let received = sqs.receive_message().queue_url(&topology.queues["Work"].url).wait_time_seconds(5);
    let received = received.send().await.unwrap().messages.expect("the queue is subscribed");
    assert_eq!(received[0].body(), Some("fresh"), "raw, and once");
    assert_eq!(received.len(), 1);

    let store = ParameterStore::new(endpoint, &topology.account, &topology.region);
    assert_eq!(store.get("/shop/greeting").await.unwrap(), "hello");
    assert_eq!(store.get("/shop/key").await.unwrap(), "hush");
}

async fn check_table(dynamodb: &aws_sdk_dynamodb::Client) {
    let table = dynamodb.describe_table().table_name("orders").send().await.unwrap().table.unwrap();
    let index = &table.global_secondary_indexes()[0];
    assert_eq!(index.index_name(), Some("by-customer"));
    assert_eq!(index.key_schema().iter().map(|key| key.attribute_name()).collect::<Vec<_>>(), ["customer", "at"]);
    assert_eq!(index.projection().unwrap().projection_type(), Some(&ProjectionType::KeysOnly));
    let ttl = dynamodb.describe_time_to_live().table_name("orders").send().await.unwrap();
    let ttl = ttl.time_to_live_description.unwrap();
    assert_eq!(ttl.attribute_name(), Some("expires"));
    assert_eq!(ttl.time_to_live_status(), Some(&TimeToLiveStatus::Enabled));
}

/// Creates the shop twice: the second time changes nothing.
pub async fn a_shop_is_provisioned_as_often_as_one_likes(endpoint: &Endpoint) {
    let shop = topology(SHOP);
    provision(&shop, endpoint, &secrets()).await.unwrap();
    provision(&shop, endpoint, &secrets()).await.unwrap();
    check_shop(&shop, endpoint).await;
}

#[tokio::test(start_paused = true)]
async fn a_shop() {
    let cloud = empty_cloud();
    a_shop_is_provisioned_as_often_as_one_likes(&endpoint_of(&cloud)).await;
}

#[tokio::test(start_paused = true)]
async fn the_system_itself() {
    let template = concat!(env!("CARGO_MANIFEST_DIR"), "/../system/template.yaml");
    let system = Topology::from_file(template, &Options::default()).unwrap();
    let cloud = empty_cloud();
    provision(&system, &endpoint_of(&cloud), &BTreeMap::new()).await.unwrap();
    let config = endpoint_of(&cloud).sdk_config(&system.account, &system.region);
    let queues = aws_sdk_sqs::Client::new(&config).list_queues().send().await.unwrap().queue_urls.unwrap();
    assert_eq!(queues.len(), system.queues.len());
}

/// What is told when `second` is provisioned where `first` is already.
async fn refusal(first: &str, second: &str) -> String {
    let cloud = empty_cloud();
    let endpoint = endpoint_of(&cloud);
    provision(&topology(first), &endpoint, &BTreeMap::new()).await.unwrap();
    provision(&topology(second), &endpoint, &BTreeMap::new()).await.unwrap_err().to_string()
}

#[tokio::test(start_paused = true)]
async fn a_queue_that_is_there_with_other_attributes_is_named() {
    let told = refusal(SHOP, &SHOP.replace("VisibilityTimeout: 300", "VisibilityTimeout: 60")).await;
    assert_eq!(
        told,
        "queue `work` (`Work`) is refused: `QueueAlreadyExists`: A queue already exists with the same name and a different \
         value for attribute VisibilityTimeout"
    );
}

#[tokio::test(start_paused = true)]
async fn a_table_that_is_there_with_other_keys_is_named() {
    let keys = "KeySchema: [{ AttributeName: id, KeyType: HASH }]\n";
    let told = refusal(
        SHOP,
        &SHOP
            .replace(keys, "KeySchema: [{ AttributeName: customer, KeyType: HASH }]\n")
            .replace("        - { AttributeName: id, AttributeType: S }\n", ""),
    )
    .await;
    assert_eq!(told, "table `orders` (`Orders`) is not as the template has it: its keys are `id`");
}

#[tokio::test]
async fn an_endpoint_that_does_not_answer_is_told_with_the_first_resource() {
    let endpoint = Endpoint::parse("http://127.0.0.1:1").unwrap();
    let shop = topology("  Work:\n    Type: AWS::SQS::Queue\n    Properties: { QueueName: work }\n");
    let told = provision(&shop, &endpoint, &BTreeMap::new()).await.unwrap_err().to_string();
    assert_eq!(told, "queue `work` (`Work`) cannot be created: no answer from the endpoint (dispatch failure)");
}
