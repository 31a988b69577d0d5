//! Bills of small worlds whose usage can be counted by hand.

use std::time::Duration;

use aws_sdk_dynamodb::types::{AttributeValue, Put, TransactWriteItem};
use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use bytes::Bytes;
use http::Method;
use rez_cloud::Cloud;
use rez_cloud::billing::{BillItem, Charge, Prices};
use rez_cloud::history::Cause;
use rez_cloud::host::lambda::write_log_line;
use rez_cloud::profile::Latency;
use rez_cloud::program::FunctionError;
use rez_cloud::services::names;
use rez_cloud::services::sns::Publication;
use serde_json::json;

use crate::clerk;
use crate::host_api_gateway::desk;
use crate::support::{Invoked, SECOND, clients, cloud, function, ok, pass};

/// A tenth of a billed month.
const THREE_DAYS: Duration = Duration::from_secs(3 * 86_400);

/// Lets the world become three days old.
async fn three_days(cloud: &Cloud) {
    pass(THREE_DAYS - cloud.clock().elapsed()).await;
}

/// What the month's bill says of a charge.
fn item(cloud: &Cloud, charge: Charge) -> Option<BillItem> {
    cloud.bill(&Prices::us_east_1()).items.into_iter().find(|item| item.charge == charge)
}

/// Counted units (not the price's) a month and their cost, to a millionth of each.
fn check(cloud: &Cloud, charge: Charge, monthly: f64, cost: f64) {
    let units = Prices::us_east_1().of(charge).units;
    let (quantity, found) = item(cloud, charge).map_or((0.0, 0.0), |item| (item.quantity * units, item.cost));
    let is_close = |found: f64, expected: f64| (found - expected).abs() <= 1e-6 * expected;
    assert!(is_close(quantity, monthly), "{charge}: {quantity} instead of {monthly}");
    assert!(is_close(found, cost), "{charge}: {found} $ instead of {cost} $");
}

const CLERK: &str = r#"
  Clerk:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: clerk
      Runtime: provided.al2023
      Architectures: [arm64]
      MemorySize: 512
      Timeout: 5
      Tracing: Active
      LoggingConfig: { LogGroup: !Ref Log }
      Layers: ["arn:aws:lambda:us-east-1:177933569100:layer:AWS-Parameters-and-Secrets-Lambda-Extension-Arm64:11"]
      Policies:
        - Statement: [{ Effect: Allow, Action: ssm:GetParameter, Resource: "*" }]
  Log: { Type: AWS::Logs::LogGroup, Properties: { LogGroupName: /clerk, RetentionInDays: 30 } }
"#;

/// A line with a metric, of 200 bytes with its newline and what CloudWatch adds.
fn line(at_ms: u64) -> String {
    let metrics = json!([{ "Namespace": "shop", "Dimensions": [[]], "Metrics": [{ "Name": "Sales" }] }]);
    let line = |message: String| json!({ "_aws": { "Timestamp": at_ms, "CloudWatchMetrics": metrics }, "Sales": 1, "message": message });
    let missing = 200 - 27 - line(String::new()).to_string().len();
    line("x".repeat(missing)).to_string()
}

async fn log_payload(invoked: Invoked) -> Result<Bytes, FunctionError> {
    write_log_line(&String::from_utf8_lossy(&invoked.payload));
    Ok(Bytes::from_static(b"null"))
}

#[tokio::test(start_paused = true)]
async fn ten_invocations() {
    let compute = Latency::fixed(Duration::from_millis(99));
    let cloud = cloud(CLERK).function("Clerk", function(log_payload)).compute("Clerk", compute).build().unwrap();
    for _ in 0..10 {
        cloud.invoke("Clerk", line(cloud.clock().now_ms())).await.unwrap();
        pass(6 * SECOND).await;
    }
    three_days(&cloud).await;
    check(&cloud, Charge::LambdaRequests, 100.0, 0.000_02);
    // Each is billed 100 ms; the first was cold, and 20 ms of init are billed with it.
    let gigabyte_seconds = (10.0 * 0.100 + 0.020) * 0.5 * 10.0;
    check(&cloud, Charge::LambdaComputeArm64, gigabyte_seconds, gigabyte_seconds * 0.000_013_333_4);
    check(&cloud, Charge::LambdaComputeX86, 0.0, 0.0);
    check(&cloud, Charge::Traces, 100.0, 0.000_5);
    // One metric in one hour of three days: ten hours of 720 in a month.
    check(&cloud, Charge::CustomMetrics, 10.0 / 720.0, 0.30 * 10.0 / 720.0);
    // START 75 + 26, END 56 + 26, REPORT 145 + 26 with 93 for its trace, INIT_START 169 + 26; and the function's own.
    let bytes = 10.0 * (200.0 + 101.0 + 82.0 + 264.0) + 195.0;
    check(&cloud, Charge::LogIngestion, bytes * 10.0 / 1e9, bytes * 10.0 / 1e9 * 0.50);
    check(&cloud, Charge::LogStorage, bytes * 10.0 / 1e9 * 0.15, bytes * 10.0 / 1e9 * 0.15 * 0.03);
}

#[tokio::test(start_paused = true)]
async fn an_access_log_is_billed_and_kept_as_its_group_says() {
    let log = "      AccessLogSettings:\n        DestinationArn: !GetAtt Log.Arn\n        \
        Format: $context.status $context.routeKey\n  \
        Log: { Type: AWS::Logs::LogGroup, Properties: { LogGroupName: /desk, RetentionInDays: 60 } }\n";
    let builder = cloud(&format!("{}{log}", desk::TEMPLATE));
    let cloud = builder.function("Clerk", function(ok)).function("Porter", function(ok)).build().unwrap();
    for _ in 0..10 {
        let request = desk::request(Method::GET, "/nowhere", &[]);
        clients::send(&cloud.outside("client"), request).await.unwrap();
    }
    three_days(&cloud).await;
    // `404 -`, and what CloudWatch adds.
    let bytes = 10.0 * (5.0 + 26.0) * 10.0;
    check(&cloud, Charge::LogIngestion, bytes / 1e9, bytes / 1e9 * 0.50);
    check(&cloud, Charge::LogStorage, 2.0 * bytes / 1e9 * 0.15, 2.0 * bytes / 1e9 * 0.15 * 0.03);
}

#[tokio::test(start_paused = true)]
async fn a_secret_that_is_read_is_decrypted() {
    async fn read(invoked: Invoked) -> Result<Bytes, FunctionError> {
        for name in ["pin", "pin", "greeting"] {
            let uri = format!("http://localhost:2773/systemsmanager/parameters/get?name=%2F{name}&withDecryption=true");
            clients::get(&invoked.ambient, &uri).await.unwrap();
        }
        Ok(Bytes::new())
    }
    let greeting =
        "  Greeting: { Type: AWS::SSM::Parameter, Properties: { Name: /greeting, Type: String, Value: Hi } }\n";
    let builder = cloud(&format!("{CLERK}{greeting}")).parameter("/pin", "1234");
    let cloud = builder.function("Clerk", function(read)).build().unwrap();
    cloud.invoke("Clerk", "{}").await.unwrap();
    three_days(&cloud).await;
    check(&cloud, Charge::ParameterRequests, 30.0, 0.0);
    check(&cloud, Charge::KmsRequests, 20.0, 0.000_06);
}

#[tokio::test(start_paused = true)]
async fn pollers_pay_for_an_idle_queue() {
    let template = r#"
  Work: { Type: AWS::SQS::Queue, Properties: { QueueName: work } }
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: worker
      Runtime: provided.al2023
      Events: { Work: { Type: SQS, Properties: { Queue: !GetAtt Work.Arn } } }
"#;
    let cloud = cloud(template).function("Worker", function(ok)).build().unwrap();
    cloud.start();
    three_days(&cloud).await;
    let requests = item(&cloud, Charge::SqsRequests).unwrap().quantity * 1e6;
    // Five pollers, each in polls of 20 s; the last ones are still waiting.
    assert!((647_000.0..=648_000.0).contains(&requests), "{requests}");
}

#[tokio::test(start_paused = true)]
async fn a_batch_is_billed_for_each_64_kilobytes_of_all_its_messages() {
    let cloud = cloud("\n  Inbox: { Type: AWS::SQS::Queue, Properties: { QueueName: inbox } }\n").build().unwrap();
    let outside = clients::sqs(&cloud.outside("sender"));
    for kilobytes in [1, 20, 100] {
        let entry = |id: &str| {
            let entry = SendMessageBatchRequestEntry::builder().id(id);
            entry.message_body("x".repeat(kilobytes * 1024)).build().unwrap()
        };
        let batch = outside.send_message_batch().queue_url(names::queue_url("inbox"));
        batch.set_entries(Some(["a", "b", "c", "d"].map(entry).into())).send().await.unwrap();
    }
    three_days(&cloud).await;
    // 4, 80 and 400 KB.
    let requests = f64::from(1 + 2 + 7) * 10.0;
    check(&cloud, Charge::SqsRequests, requests, requests * 0.000_000_4);
}

#[tokio::test(start_paused = true)]
async fn a_message_is_billed_for_each_64_kilobytes_and_each_delivery() {
    let template = r#"
  News: { Type: AWS::SNS::Topic, Properties: { TopicName: news } }
  Inbox: { Type: AWS::SQS::Queue, Properties: { QueueName: inbox } }
  ToInbox: { Type: AWS::SNS::Subscription, Properties: { TopicArn: !Ref News, Protocol: sqs, Endpoint: !GetAtt Inbox.Arn } }
  ToPager: { Type: AWS::SNS::Subscription, Properties: { TopicArn: !Ref News, Protocol: https, Endpoint: https://pager } }
  ToMe: { Type: AWS::SNS::Subscription, Properties: { TopicArn: !Ref News, Protocol: email, Endpoint: me@example.com } }
  MayDeliver:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Inbox]
      PolicyDocument:
        Statement:
          - { Effect: Allow, Principal: { Service: sns.amazonaws.com }, Action: sqs:SendMessage, Resource: !GetAtt Inbox.Arn }
"#;
    let cloud = cloud(template).build().unwrap();
    let publish = |body: String| {
        let topic = names::topic_arn("news");
        cloud.services().sns.publish(&topic, Publication::new(body), Cause::Outside).unwrap();
    };
    publish("short".to_owned());
    publish("x".repeat(100 * 1024));
    pass(SECOND).await;
    let outside = clients::sqs(&cloud.outside("reader"));
    outside.receive_message().queue_url(names::queue_url("inbox")).send().await.unwrap();
    three_days(&cloud).await;
    check(&cloud, Charge::SnsPublishes, 30.0, 0.000_015);
    check(&cloud, Charge::SnsQueueDeliveries, 20.0, 0.0);
    check(&cloud, Charge::SnsHttpDeliveries, 20.0, 0.000_012);
    check(&cloud, Charge::SnsEmailDeliveries, 20.0, 0.000_4);
    check(&cloud, Charge::SqsRequests, 40.0, 0.000_016);
}

#[tokio::test(start_paused = true)]
async fn tables_bill_units_of_items_indexes_and_transactions() {
    let template = r#"
  Things:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: things
      BillingMode: PAY_PER_REQUEST
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true }
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }, { AttributeName: kind, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
      GlobalSecondaryIndexes:
        - { IndexName: kind, KeySchema: [{ AttributeName: kind, KeyType: HASH }], Projection: { ProjectionType: KEYS_ONLY } }
"#;
    let cloud = cloud(template).build().unwrap();
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let client = clerk::dynamodb(&cloud.outside("test"));
    // 1.5 KB are two units, and one more of the index.
    let put = client.put_item().table_name("things").item("id", text("a")).item("kind", text("big"));
    put.item("text", text(&"x".repeat(1_500))).send().await.unwrap();
    let small = Put::builder().table_name("things").item("id", text("b")).build().unwrap();
    let transaction = client.transact_write_items().transact_items(TransactWriteItem::builder().put(small).build());
    transaction.send().await.unwrap();
    client.get_item().table_name("things").key("id", text("a")).send().await.unwrap();
    client.get_item().table_name("things").key("id", text("b")).consistent_read(true).send().await.unwrap();
    three_days(&cloud).await;
    check(&cloud, Charge::DynamodbWrites, 50.0, 0.000_031_25);
    check(&cloud, Charge::DynamodbReads, 15.0, 0.000_001_875);
    // Names and values, and 100 bytes for each item, in the table and in the index.
    let table = (2 + 1 + 4 + 3 + 4 + 1_500 + 100) + (2 + 1 + 100);
    let index = 2 + 1 + 4 + 3 + 100;
    check(&cloud, Charge::DynamodbStorage, f64::from(table + index) / 1e9, f64::from(table + index) / 1e9 * 0.25);
    check(&cloud, Charge::DynamodbRecovery, f64::from(table) / 1e9, f64::from(table) / 1e9 * 0.20);
}

#[tokio::test(start_paused = true)]
async fn alarms_cost_their_month_whatever_happens() {
    let alarm = |id: &str, period: u32| {
        format!(
            "  {id}:\n    Type: AWS::CloudWatch::Alarm\n    Properties: {{ Namespace: shop, MetricName: Sales, Statistic: Sum, \
             Period: {period}, EvaluationPeriods: 1, Threshold: 0, ComparisonOperator: LessThanThreshold }}\n"
        )
    };
    let cloud = cloud(&format!("{}{}{}", alarm("A", 60), alarm("B", 300), alarm("C", 10))).build().unwrap();
    pass(SECOND).await;
    check(&cloud, Charge::Alarms, 2.0, 0.20);
    check(&cloud, Charge::HighResolutionAlarms, 1.0, 0.30);
}
