//! A publish, until every queue that is subscribed has it.

use std::time::Duration;

use criterion::Criterion;
use rez_cloud::history::Cause;
use rez_cloud::services::names;
use rez_cloud::services::sns::Publication;

const RESOURCES: &str = "
  Orders: { Type: AWS::SQS::Queue, Properties: { QueueName: orders } }
  Bills: { Type: AWS::SQS::Queue, Properties: { QueueName: bills } }
  Sales: { Type: AWS::SNS::Topic, Properties: { TopicName: sales } }
  Allowed:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Orders, !Ref Bills]
      PolicyDocument:
        Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Principal: { Service: sns.amazonaws.com }
            Action: sqs:SendMessage
            Resource: [!GetAtt Orders.Arn, !GetAtt Bills.Arn]
            Condition: { ArnEquals: { aws:SourceArn: !Ref Sales } }
  ToOrders: { Type: AWS::SNS::Subscription, Properties: { TopicArn: !Ref Sales, Protocol: sqs, Endpoint: !GetAtt Orders.Arn } }
  ToBills: { Type: AWS::SNS::Subscription, Properties: { TopicArn: !Ref Sales, Protocol: sqs, Endpoint: !GetAtt Bills.Arn } }
";
const WAIT: Duration = Duration::from_secs(1);

pub fn bench(criterion: &mut Criterion) {
    let runtime = super::runtime();
    let cloud = runtime.block_on(async { super::cloud(RESOURCES) });
    let (sns, sqs, topic) = (&cloud.services().sns, &cloud.services().sqs, names::topic_arn("sales"));
    criterion.bench_function("sns/publish to two queues", |bencher| {
        bencher.iter(|| {
            runtime.block_on(async {
                sns.publish(&topic, Publication::new("sold".to_owned()), Cause::Outside).expect("the topic is there");
                for queue in ["orders", "bills"] {
                    let received = sqs.receive(queue, 10, WAIT).await.expect("the queue is there");
                    assert_eq!(received.len(), 1, "it is delivered to `{queue}`");
                    sqs.delete(queue, &received[0].receipt_handle).expect("the handle is good");
                }
            });
        });
    });
}
