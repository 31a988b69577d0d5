//! Alarms end to end: from what a function does or writes to what the alarm's topic is told.

use bytes::Bytes;
use http::Method;
use rez_cloud::history::{AlarmState, Cause};
use rez_cloud::host::lambda::write_log_line;
use rez_cloud::program::FunctionError;
use rez_cloud::services::sqs::Outgoing;
use rez_cloud::{BuildError, Cloud};
use serde_json::{Value, json};

use crate::host_api_gateway::desk;
use crate::support::{Invoked, MINUTE, Recorder, SECOND, clients, cloud, function, ok, pass};

const HOUR: std::time::Duration = std::time::Duration::from_secs(3_600);

/// A shop's till, its log, a queue of what nobody could sell, and a topic for the shopkeeper.
const SHOP: &str = r#"
  Till:
    Type: AWS::Serverless::Function
    Properties: { FunctionName: till, Runtime: provided.al2023, Handler: bootstrap, CodeUri: ., Timeout: 30, LoggingConfig: { LogGroup: !Ref TillLog } }
  TillLog: { Type: AWS::Logs::LogGroup, Properties: { LogGroupName: /shop/till } }
  Unsold: { Type: AWS::SQS::Queue, Properties: { QueueName: unsold } }
  Shopkeeper: { Type: AWS::SNS::Topic, Properties: { TopicName: shopkeeper } }
"#;

/// An alarm that tells the shopkeeper of ALARM and of OK.
fn alarm(watching: &str) -> String {
    format!(
        "  Watch:\n    Type: AWS::CloudWatch::Alarm\n    Properties:\n      AlarmName: watch\n      \
         AlarmActions: [!Ref Shopkeeper]\n      OKActions: [!Ref Shopkeeper]\n      {watching}\n"
    )
}

/// `Namespace/…/Metric` with what else an alarm needs, for one period of a minute and anything above 0.
fn above_zero(namespace: &str, metric: &str, dimension: &str, rest: &str) -> String {
    alarm(&format!(
        "Namespace: {namespace}\n      MetricName: {metric}\n      Dimensions: [{{ {dimension} }}]\n      \
         EvaluationPeriods: 1\n      Period: 60\n      Threshold: 0\n      ComparisonOperator: GreaterThanThreshold\n      \
         {rest}"
    ))
}

/// Writes the payload as a log line, unless it is `"fail"`.
async fn ring_up(invoked: Invoked) -> Result<Bytes, FunctionError> {
    let payload = String::from_utf8_lossy(&invoked.payload).into_owned();
    if payload == "\"fail\"" {
        return Err(FunctionError { error_type: "Drawer".into(), message: "it is stuck".into() });
    }
    write_log_line(&payload);
    Ok(Bytes::from_static(b"null"))
}

fn shop(alarms: &str, recorder: &Recorder) -> Cloud {
    let builder =
        cloud(&format!("{SHOP}{alarms}")).function("Till", function(ring_up)).subscribe(recorder.subscriber());
    let cloud = builder.build().unwrap();
    cloud.start();
    cloud
}

/// The states that the only alarm took, each with the minute of the world.
fn changes(recorder: &Recorder) -> Vec<(u64, String)> {
    let state = |fact: &str| fact.split("to: ").nth(1).unwrap().split(',').next().unwrap().to_owned();
    recorder.find("Alarm", &[]).iter().map(|(at, fact)| (at.as_secs() / 60, state(fact))).collect()
}

fn check_changes(recorder: &Recorder, expected: &[(u64, &str)]) {
    let expected: Vec<(u64, String)> = expected.iter().map(|(at, state)| (*at, (*state).to_owned())).collect();
    assert_eq!(changes(recorder), expected, "{:?}", recorder.find("Alarm", &[]));
}

fn embedded(at_ms: u64, value: f64) -> String {
    let metrics = json!([{ "Namespace": "shop", "Dimensions": [["till"]], "Metrics": [{ "Name": "Shortfall" }] }]);
    json!({ "_aws": { "Timestamp": at_ms, "CloudWatchMetrics": metrics }, "till": "1", "Shortfall": value }).to_string()
}

#[tokio::test(start_paused = true)]
async fn a_metric_in_a_log_line_raises_an_alarm_and_its_topic_is_told() {
    let recorder = Recorder::default();
    let watched = above_zero(
        "shop",
        "Shortfall",
        "Name: till, Value: '1'",
        "Statistic: Sum\n      TreatMissingData: notBreaching",
    );
    let cloud = shop(&watched, &recorder);
    pass(5 * MINUTE + MINUTE / 2).await;
    cloud.invoke("Till", embedded(cloud.clock().now_ms(), 2.5)).await.unwrap();
    pass(10 * MINUTE).await;
    // A minute until it is over, one until it can be seen; and two more periods in which nothing else is known.
    check_changes(&recorder, &[(1, "Ok"), (7, "Alarm"), (10, "Ok")]);
    assert_eq!(cloud.alarms()[0].state, AlarmState::Ok);
    let told = recorder.find("Published", &["shopkeeper", "NewStateValue\\\":\\\"ALARM"]);
    assert_eq!(told.len(), 1);
    assert!(told[0].1.contains("1 out of the last 1 datapoints [2.5 ("), "{}", told[0].1);
}

/// Alone or beside one of ten seconds on the same metric, it is judged when its minutes are over.
#[tokio::test(start_paused = true)]
async fn an_alarm_of_seconds_does_not_hurry_the_others() {
    let watched = above_zero(
        "shop",
        "Shortfall",
        "Name: till, Value: '1'",
        "Statistic: Sum\n      TreatMissingData: notBreaching",
    );
    let quick = watched.replace("  Watch:", "  Quick:").replace("AlarmName: watch", "AlarmName: quick");
    let quick = quick.replace("Period: 60", "Period: 10");
    let seconds = |recorder: &Recorder, alarm: &str| -> Vec<u64> {
        recorder.find("Alarm", &[&format!("name: \"{alarm}\"")]).iter().map(|(at, _)| at.as_secs()).collect()
    };
    for alarms in [watched.clone(), format!("{watched}{quick}")] {
        let recorder = Recorder::default();
        let cloud = shop(&alarms, &recorder);
        pass(5 * MINUTE + MINUTE / 2).await;
        cloud.invoke("Till", embedded(cloud.clock().now_ms(), 2.5)).await.unwrap();
        pass(10 * MINUTE).await;
        assert_eq!(seconds(&recorder, "watch"), [60, 7 * 60, 10 * 60]);
        if alarms.contains("quick") {
            // Ten seconds until they are over, a minute until they can be seen.
            assert_eq!(seconds(&recorder, "quick"), [10, 400, 430]);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_alarm_whose_actions_are_off_tells_nobody() {
    for (enabled, told) in [("true", 1), ("false", 0)] {
        let recorder = Recorder::default();
        let rest = format!("Statistic: Sum\n      ActionsEnabled: {enabled}");
        let watched = above_zero("AWS/Lambda", "Errors", "Name: FunctionName, Value: !Ref Till", &rest);
        let cloud = shop(&watched, &recorder);
        cloud.invoke("Till", "\"fail\"").await.unwrap();
        pass(3 * MINUTE).await;
        check_changes(&recorder, &[(2, "Alarm")]);
        assert_eq!(recorder.find("Published", &["shopkeeper"]).len(), told, "{enabled}");
    }
}

#[tokio::test(start_paused = true)]
async fn lines_that_match_a_filter_raise_an_alarm() {
    let filter = r#"
  Complaints:
    Type: AWS::Logs::MetricFilter
    Properties:
      LogGroupName: !Ref TillLog
      FilterPattern: '{ $.level = "ERROR" && $.code != "closed" }'
      MetricTransformations:
        - { MetricNamespace: shop, MetricName: Complaints, MetricValue: "1", Dimensions: [{ Key: till, Value: $.till }] }
"#;
    let recorder = Recorder::default();
    let watched = above_zero("shop", "Complaints", "Name: till, Value: '1'", "Statistic: Sum");
    let cloud = shop(&format!("{filter}{watched}"), &recorder);
    for line in [
        json!({ "level": "ERROR", "code": "closed", "till": "1" }),
        json!({ "level": "INFO", "code": "late", "till": "1" }),
        json!({ "level": "ERROR", "code": "late", "till": "2" }),
        json!("not even an object"),
    ] {
        cloud.invoke("Till", line.to_string()).await.unwrap();
    }
    pass(5 * MINUTE).await;
    assert_eq!(changes(&recorder), []);
    cloud.invoke("Till", json!({ "level": "ERROR", "code": "late", "till": "1" }).to_string()).await.unwrap();
    pass(2 * MINUTE).await;
    check_changes(&recorder, &[(7, "Alarm")]);
}

#[tokio::test(start_paused = true)]
async fn lines_of_an_access_log_are_shown_to_its_filters() {
    let log = r#"      AccessLogSettings: { DestinationArn: !GetAtt Log.Arn, Format: '{"status":"$context.status"}' }
  Log: { Type: AWS::Logs::LogGroup, Properties: { LogGroupName: /desk } }
  Shopkeeper: { Type: AWS::SNS::Topic, Properties: { TopicName: shopkeeper } }
  Lost:
    Type: AWS::Logs::MetricFilter
    Properties:
      LogGroupName: !Ref Log
      FilterPattern: '{ $.status = "404" }'
      MetricTransformations:
        - { MetricNamespace: shop, MetricName: Lost, MetricValue: "1", Dimensions: [{ Key: status, Value: $.status }] }
"#;
    let recorder = Recorder::default();
    let watched = above_zero("shop", "Lost", "Name: status, Value: '404'", "Statistic: Sum");
    let builder = cloud(&format!("{}{log}{watched}", desk::TEMPLATE)).subscribe(recorder.subscriber());
    let cloud = builder.function("Clerk", function(ok)).function("Porter", function(ok)).build().unwrap();
    cloud.start();
    for path in ["/open", "/nowhere"] {
        clients::send(&cloud.outside("client"), desk::request(Method::GET, path, &[])).await.unwrap();
        pass(3 * MINUTE).await;
        assert_eq!(changes(&recorder).len(), usize::from(path == "/nowhere"), "{path}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_function_that_fails_raises_an_alarm_until_it_works() {
    let recorder = Recorder::default();
    let watched = above_zero("AWS/Lambda", "Errors", "Name: FunctionName, Value: !Ref Till", "Statistic: Sum");
    let cloud = shop(&watched, &recorder);
    for payload in ["1", "\"fail\"", "2"] {
        cloud.invoke("Till", payload).await.unwrap();
        pass(MINUTE).await;
    }
    pass(MINUTE).await;
    check_changes(&recorder, &[(2, "Ok"), (3, "Alarm"), (4, "Ok")]);
}

#[tokio::test(start_paused = true)]
async fn a_queue_that_is_not_empty_raises_an_alarm_until_it_is() {
    let recorder = Recorder::default();
    let queue = "Name: QueueName, Value: !GetAtt Unsold.QueueName";
    let watched = above_zero("AWS/SQS", "ApproximateNumberOfMessagesVisible", queue, "Statistic: Maximum");
    let cloud = shop(&watched, &recorder);
    pass(3 * MINUTE + MINUTE / 2).await;
    cloud.services().sqs.send("unsold", Outgoing::new("umbrella"), Cause::Outside).unwrap();
    pass(5 * MINUTE).await;
    cloud.services().sqs.purge("unsold").unwrap();
    pass(5 * MINUTE).await;
    check_changes(&recorder, &[(5, "Alarm"), (10, "Ok")]);
}

#[tokio::test(start_paused = true)]
async fn an_idle_queue_is_not_reported_after_six_hours() {
    let recorder = Recorder::default();
    let queue = "Name: QueueName, Value: !GetAtt Unsold.QueueName";
    let watched = above_zero("AWS/SQS", "ApproximateNumberOfMessagesVisible", queue, "Statistic: Maximum");
    let cloud = shop(&watched, &recorder);
    cloud.services().sqs.send("unsold", Outgoing::new("umbrella"), Cause::Outside).unwrap();
    pass(MINUTE / 2).await;
    let got = cloud.services().sqs.receive("unsold", 1, SECOND).await.unwrap();
    cloud.services().sqs.delete("unsold", &got[0].receipt_handle).unwrap();
    pass(7 * HOUR).await;
    // The last value is that of minute 360. It is seen until minute 362 is over, and that is known a minute later.
    check_changes(&recorder, &[(2, "Ok"), (365, "InsufficientData")]);
}

#[tokio::test(start_paused = true)]
async fn silence_raises_the_alarm_of_a_heartbeat() {
    let watched = alarm(
        "Namespace: shop\n      MetricName: Shortfall\n      Dimensions: [{ Name: till, Value: '1' }]\n      Statistic: \
         SampleCount\n      EvaluationPeriods: 3\n      Period: 3600\n      Threshold: 1\n      ComparisonOperator: \
         LessThanThreshold\n      TreatMissingData: breaching",
    );
    let recorder = Recorder::default();
    let cloud = shop(&watched, &recorder);
    for _ in 0..6 {
        cloud.invoke("Till", embedded(cloud.clock().now_ms(), 0.0)).await.unwrap();
        pass(HOUR).await;
    }
    pass(8 * HOUR).await;
    let minutes = changes(&recorder);
    // Before the first sample there was nothing but silence.
    let states: Vec<&str> = minutes.iter().map(|(_, state)| state.as_str()).collect();
    assert_eq!(states, ["Alarm", "Ok", "Alarm"]);
    // The last sample came in minute 300; five hours of range, and the minute in which it cannot be seen.
    assert_eq!(minutes[2].0, 300 + 5 * 60 + 2);
}

#[tokio::test(start_paused = true)]
async fn an_alarm_on_what_is_not_modelled_is_refused_by_name() {
    let refusal = |watched: String| {
        let built = cloud(&format!("{SHOP}{watched}")).function("Till", function(ring_up)).build();
        let Err(error @ BuildError::Watch(_)) = built else { panic!("the alarm was accepted") };
        error.to_string()
    };
    let of = |namespace, metric, dimension| refusal(above_zero(namespace, metric, dimension, "Statistic: Sum"));
    assert_eq!(
        of("AWS/Lambda", "IteratorAge", "Name: FunctionName, Value: till"),
        "alarm `watch`: metric `AWS/Lambda IteratorAge FunctionName=till` is not modelled"
    );
    assert_eq!(
        of("AWS/Kinesis", "GetRecords.Bytes", "Name: StreamName, Value: s"),
        "alarm `watch`: metric `AWS/Kinesis GetRecords.Bytes StreamName=s` is not modelled"
    );
    assert_eq!(
        of("AWS/SQS", "NumberOfMessagesSent", "Name: QueueName, Value: sold"),
        "alarm `watch`: metric `AWS/SQS NumberOfMessagesSent QueueName=sold` is about `sold`, which the template does not have"
    );
    let elsewhere = above_zero("shop", "Shortfall", "Name: till, Value: '1'", "Statistic: Sum")
        .replace("AlarmActions: [!Ref Shopkeeper]", "AlarmActions: ['arn:aws:sns:us-east-1:123456789012:nobody']");
    assert_eq!(
        refusal(elsewhere),
        "alarm `watch`: action `arn:aws:sns:us-east-1:123456789012:nobody` is no topic of the template"
    );
}

#[tokio::test(start_paused = true)]
async fn the_notification_is_what_aws_sends() {
    let recorder = Recorder::default();
    let rest = "Statistic: Sum\n      AlarmDescription: The till is stuck";
    let watched = above_zero("AWS/Lambda", "Errors", "Name: FunctionName, Value: !Ref Till", rest);
    let inbox = "  Inbox: { Type: AWS::SQS::Queue, Properties: { QueueName: inbox } }
  Policy:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Inbox]
      PolicyDocument:
        Statement:
          - { Effect: Allow, Principal: { Service: sns.amazonaws.com }, Action: sqs:SendMessage, Resource: !GetAtt Inbox.Arn }
";
    let cloud = shop(&format!("{watched}{inbox}"), &recorder);
    let sns = &cloud.services().sns;
    let inbox = rez_cloud::services::names::queue_arn("inbox");
    sns.subscribe(&rez_cloud::services::names::topic_arn("shopkeeper"), "sqs", &inbox, &Default::default()).unwrap();
    cloud.invoke("Till", "\"fail\"").await.unwrap();
    pass(3 * MINUTE).await;
    let received = cloud.services().sqs.receive("inbox", 1, SECOND).await.unwrap();
    let envelope: Value = serde_json::from_str(&received[0].message.body).unwrap();
    assert_eq!(envelope["Subject"], "ALARM: \"watch\" in US East (N. Virginia)");
    let told: Value = serde_json::from_str(envelope["Message"].as_str().unwrap()).unwrap();
    assert_eq!(told["AlarmDescription"], "The till is stuck");
    assert_eq!(told["AlarmArn"], "arn:aws:cloudwatch:us-east-1:123456789012:alarm:watch");
    assert_eq!(told["StateChangeTime"], "2026-11-23T00:02:00.000+0000");
    assert_eq!([&told["OldStateValue"], &told["NewStateValue"]], ["INSUFFICIENT_DATA", "ALARM"]);
    assert_eq!(told["Trigger"]["Statistic"], "SUM");
    assert_eq!(told["Trigger"]["Dimensions"], json!([{ "value": "till", "name": "FunctionName" }]));
    assert_eq!(told["Trigger"]["Threshold"], 0.0);
}
