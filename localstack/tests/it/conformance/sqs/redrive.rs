//! Moving dead letters back.

use std::time::Duration;

use super::super::subject::{Subject, pass};
use super::super::{Refusal, refusal};

const QUEUES: &str = "
  Work:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: ME
      RedrivePolicy: { deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 1 }
  Dead: { Type: AWS::SQS::Queue, Properties: { QueueName: ME-dlq } }
";

async fn status(subject: &Subject, source: &str) -> String {
    let listed = subject.sqs.list_message_move_tasks().source_arn(source).send().await.unwrap();
    listed.results()[0].status().unwrap_or_default().to_owned()
}

pub async fn messages_go_back_to_where_they_came_from(subject: &Subject) {
    let deployed = subject.deploy(QUEUES).await;
    let (work, dead) = (&deployed.queues["Work"], &deployed.queues["Dead"]);
    subject.send(&work.url, "again").await;
    subject.sqs.receive_message().queue_url(&work.url).visibility_timeout(0).send().await.unwrap();
    assert!(subject.receive(&work.url).await.is_empty());
    subject.sqs.start_message_move_task().source_arn(&dead.arn).send().await.unwrap();
    let moved = subject.await_one(&work.url).await;
    assert_eq!(moved.body(), Some("again"));
    for _ in 0..100 {
        if status(subject, &dead.arn).await == "COMPLETED" {
            return;
        }
        pass(Duration::from_millis(100)).await;
    }
    panic!("the task is {}", status(subject, &dead.arn).await);
}

pub async fn what_cannot_be_redriven(subject: &Subject) {
    let deployed = subject.deploy(QUEUES).await;
    let start = |arn: &str| {
        let start = subject.sqs.start_message_move_task().source_arn(arn);
        async move { refusal(start.send().await) }
    };
    let text = "Source queue must be configured as a Dead Letter Queue.";
    assert_eq!(start(&deployed.queues["Work"].arn).await, Refusal::new(400, "InvalidParameterValue", text));
    let nowhere = "arn:aws:sqs:us-east-1:123456789012:nowhere";
    let text = "The resource that you specified for the SourceArn parameter doesn't exist.";
    assert_eq!(start(nowhere).await, Refusal::new(404, "ResourceNotFoundException", text));
}
