//! The redrive policy: where a message goes that was received too often.

use super::super::subject::{Subject, system};

const QUEUES: &str = "
  Work:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: ME
      RedrivePolicy: { deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 2 }
  Dead: { Type: AWS::SQS::Queue, Properties: { QueueName: ME-dlq } }
";

/// Receives and leaves visible; how many came.
async fn glance(subject: &Subject, queue: &str) -> usize {
    let receive = subject.sqs.receive_message().queue_url(queue).max_number_of_messages(10).visibility_timeout(0);
    receive.send().await.unwrap().messages().len()
}

pub async fn a_message_goes_on_the_receive_after_the_last(subject: &Subject) {
    let deployed = subject.deploy(QUEUES).await;
    let (work, dead) = (&deployed.queues["Work"], &deployed.queues["Dead"]);
    let id = subject.send(&work.url, "poison").await;
    assert_eq!(glance(subject, &work.url).await, 1);
    assert_eq!(glance(subject, &work.url).await, 1);
    // Not before the receive that would be one too many.
    assert!(subject.receive(&dead.url).await.is_empty());
    assert_eq!(glance(subject, &work.url).await, 0);
    let message = subject.await_one(&dead.url).await;
    assert_eq!(message.message_id(), Some(id.as_str()));
    assert_eq!(message.body(), Some("poison"));
    assert_eq!(system(&message, "DeadLetterQueueSourceArn"), Some(work.arn.as_str()));
    // The count goes on: two receives at the source, and this one.
    assert_eq!(system(&message, "ApproximateReceiveCount"), Some("3"));
}

pub async fn a_receive_skips_what_it_moves(subject: &Subject) {
    let deployed = subject.deploy(QUEUES).await;
    let work = &deployed.queues["Work"].url;
    subject.send(work, "poison").await;
    glance(subject, work).await;
    glance(subject, work).await;
    subject.send(work, "good").await;
    let received = subject.receive(work).await;
    assert_eq!(received.iter().map(|message| message.body().unwrap()).collect::<Vec<_>>(), ["good"]);
}
