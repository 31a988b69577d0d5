//! What SNS delivers meets the faults of the subscriber's service, and needs its permission.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rez_cloud::Cloud;
use rez_cloud::faults::{Fault, FaultKind, Target};
use rez_cloud::history::Cause;
use rez_cloud::services::sns::Publication;
use serde_json::Value;

use crate::support::{Invoked, MINUTE, Recorder, SECOND, cloud, function, ok, pass};

const TOPIC: &str = "arn:aws:sns:us-east-1:123456789012:news";

const TEMPLATE: &str = "
  Topic:
    Type: AWS::SNS::Topic
    Properties: { TopicName: news }
  Queue:
    Type: AWS::SQS::Queue
    Properties: { QueueName: inbox }
  Subscription:
    Type: AWS::SNS::Subscription
    Properties: { TopicArn: !Ref Topic, Protocol: sqs, Endpoint: !GetAtt Queue.Arn }
  Policy:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Queue]
      PolicyDocument:
        Statement:
          - Effect: Allow
            Principal: { Service: sns.amazonaws.com }
            Action: sqs:SendMessage
            Resource: !GetAtt Queue.Arn
            Condition: { ArnEquals: { 'aws:SourceArn': !Ref Topic } }
";

fn publish(cloud: &Cloud) {
    cloud.services().sns.publish(TOPIC, Publication::new("hello"), Cause::Outside).unwrap();
}

/// The seconds at which the queue took a message that was published while `kind` befalls what is sent to it, for a minute;
/// and how often SNS gave up.
async fn sent_under(kind: FaultKind) -> (Vec<u64>, usize) {
    let recorder = Recorder::default();
    let builder = cloud(TEMPLATE).subscribe(recorder.subscriber());
    let target = Target::parse("sqs.SendMessage:Queue", &builder.known_targets()).unwrap();
    let fault = Fault { kind, target, probability: 1.0, from: Duration::ZERO, until: MINUTE };
    let cloud = builder.faults([fault]).build().unwrap();
    publish(&cloud);
    pass(3 * MINUTE).await;
    (recorder.seconds("Queue", &["Sent"]), recorder.count("Undelivered", &[]))
}

/// That it came once, after the fault.
fn assert_late((sent, given_up): (Vec<u64>, usize)) {
    assert!(matches!(sent[..], [at] if (60..90).contains(&at)), "{sent:?}");
    assert_eq!(given_up, 0);
}

#[tokio::test(start_paused = true)]
async fn a_queue_in_trouble_gets_its_deliveries_when_it_is_well() {
    assert_late(sent_under(FaultKind::Throttle).await);
    assert_late(sent_under(FaultKind::LoseRequest).await);
    assert_late(sent_under(FaultKind::Reset { after_effect: false }).await);
    assert_late(sent_under(FaultKind::Refuse { status: 503, code: "ServiceUnavailable".to_owned() }).await);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_lost_makes_a_duplicate_of_each_retry() {
    for kind in [FaultKind::LoseResponse, FaultKind::Reset { after_effect: true }] {
        let (sent, given_up) = sent_under(kind).await;
        assert_eq!(sent[..6], [0, 0, 0, 0, 1, 2], "{sent:?}");
        assert_eq!(given_up, 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_that_blames_the_client_is_not_retried() {
    let refusal = FaultKind::Refuse { status: 403, code: "AccessDenied".to_owned() };
    assert_eq!(sent_under(refusal).await, (vec![], 1));
}

#[tokio::test(start_paused = true)]
async fn a_delivery_can_be_late() {
    assert_eq!(sent_under(FaultKind::Delay { min: 7 * SECOND, max: 7 * SECOND }).await, (vec![7], 0));
}

/// A queue without a policy that is subscribed by hand, with `dead` as its dead-letter queue.
async fn unpermitted(recorder: &Recorder) -> Cloud {
    let cloud = cloud(TEMPLATE).subscribe(recorder.subscriber()).build().unwrap();
    let services = cloud.services();
    services.sqs.create_queue("other", &BTreeMap::new()).unwrap();
    services.sqs.create_queue("dead", &BTreeMap::new()).unwrap();
    let redrive = r#"{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:123456789012:dead"}"#;
    let attributes = BTreeMap::from([("RedrivePolicy".to_owned(), redrive.to_owned())]);
    services.sns.subscribe(TOPIC, "sqs", "arn:aws:sqs:us-east-1:123456789012:other", &attributes).unwrap();
    cloud
}

/// Lets the topic of `source` send to a queue.
fn permit(cloud: &Cloud, queue: &str, source: &str) {
    let policy = format!(
        r#"{{"Statement":{{"Effect":"Allow","Principal":{{"Service":"sns.amazonaws.com"}},"Action":"sqs:SendMessage",
        "Resource":"*","Condition":{{"ArnLike":{{"aws:SourceArn":"{source}"}}}}}}}}"#
    );
    let attributes = BTreeMap::from([("Policy".to_owned(), policy)]);
    cloud.services().sqs.set_attributes(queue, &attributes).unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_queue_whose_policy_does_not_let_the_topic_send_gets_nothing() {
    let recorder = Recorder::default();
    let cloud = unpermitted(&recorder).await;
    permit(&cloud, "other", "arn:aws:sns:us-east-1:123456789012:another");
    publish(&cloud);
    pass(MINUTE).await;
    assert_eq!(recorder.count("Queue", &["Sent", "\"other\""]), 0);
    // Its dead-letter queue must let it too.
    assert_eq!(recorder.seconds("Undelivered", &["other"]), [0], "such a failure is not retried");

    permit(&cloud, "dead", TOPIC);
    publish(&cloud);
    pass(MINUTE).await;
    assert_eq!(recorder.count("Queue", &["Sent", "\"other\""]), 0);
    assert_eq!(recorder.count("Queue", &["Sent", "\"dead\""]), 1);

    permit(&cloud, "other", "arn:aws:sns:*:123456789012:*");
    publish(&cloud);
    pass(MINUTE).await;
    assert_eq!(recorder.count("Queue", &["Sent", "\"other\""]), 1);
}

const READER: &str = "
  Reader:
    Type: AWS::Serverless::Function
    Properties: { FunctionName: reader, Runtime: provided.al2023 }
";
const READER_ARN: &str = "arn:aws:lambda:us-east-1:123456789012:function:reader";
const PERMISSION: &str = "
  Permission:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !Ref Reader
      Action: lambda:InvokeFunction
      Principal: sns.amazonaws.com
      SourceArn: !Ref Topic
";
const READER_HEARS: &str = "
  ReaderHears:
    Type: AWS::SNS::Subscription
    Properties: { TopicArn: !Ref Topic, Protocol: lambda, Endpoint: !GetAtt Reader.Arn }
";

/// What the reader got of one message, in a cloud with these resources, in which it is subscribed by hand if `by_hand`; and
/// how often SNS gave up.
async fn read(more: &str, by_hand: bool) -> (Vec<Value>, usize) {
    let (recorder, events) = (Recorder::default(), Arc::new(Mutex::new(Vec::new())));
    let seen = events.clone();
    let reader = move |invoked: Invoked| {
        seen.lock().unwrap().push(serde_json::from_slice(&invoked.payload).unwrap());
        ok(invoked)
    };
    let builder = cloud(&format!("{TEMPLATE}{READER}{more}")).function("Reader", function(reader));
    let cloud = builder.subscribe(recorder.subscriber()).build().unwrap();
    if by_hand {
        cloud.services().sns.subscribe(TOPIC, "lambda", READER_ARN, &BTreeMap::new()).unwrap();
    }
    publish(&cloud);
    pass(MINUTE).await;
    (events.lock().unwrap().clone(), recorder.count("Undelivered", &["reader"]))
}

#[tokio::test(start_paused = true)]
async fn a_function_that_is_subscribed_is_invoked() {
    for (more, by_hand) in [(PERMISSION.to_owned(), true), (format!("{PERMISSION}{READER_HEARS}"), false)] {
        let (events, given_up) = read(&more, by_hand).await;
        assert_eq!((events.len(), given_up), (1, 0), "by hand: {by_hand}");
        let record = &events[0]["Records"][0];
        assert_eq!(record["EventSource"], "aws:sns");
        assert_eq!(record["Sns"]["Message"], "hello");
    }
}

#[tokio::test(start_paused = true)]
async fn a_function_that_the_topic_may_not_invoke_hears_nothing() {
    assert_eq!(read("", true).await, (vec![], 1));
    let other = PERMISSION.replace("!Ref Topic", "'arn:aws:sns:us-east-1:123456789012:another'");
    assert_eq!(read(&other, true).await, (vec![], 1));
    let template = format!("{TEMPLATE}{READER}{READER_HEARS}");
    let refused = cloud(&template).function("Reader", function(ok)).build().err().map(|error| error.to_string());
    let expected = "`arn:aws:sns:us-east-1:123456789012:news` may not `lambda:InvokeFunction` on `Reader` \
                    (`ReaderHears` needs it)";
    assert_eq!(refused.as_deref(), Some(expected));
}
