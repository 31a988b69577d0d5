//! Moves of dead letters that are ended before their end, and where dead letters come from.

use std::time::Duration;

use super::super::subject::{Subject, pass};
use super::super::{Difference, Refusal, outcome, refusal};

const QUEUES: &str = "
  Work:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: ME
      RedrivePolicy: { deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 1 }
  Other:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: ME-other
      RedrivePolicy: { deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 1 }
  Dead: { Type: AWS::SQS::Queue, Properties: { QueueName: ME-dlq } }
";
const LETTERS: usize = 4;

/// The dead-letter queue's ARN, and the queue that its letters go back to; as many letters as [`LETTERS`] lie there.
async fn with_dead_letters(subject: &Subject) -> (String, String) {
    let deployed = subject.deploy(QUEUES).await;
    let (work, dead) = (&deployed.queues["Work"], &deployed.queues["Dead"]);
    for number in 0..LETTERS {
        subject.send(&work.url, &format!("letter {number}")).await;
    }
    for _ in 0..LETTERS {
        let receive = subject.sqs.receive_message().queue_url(&work.url).visibility_timeout(0);
        receive.max_number_of_messages(10).send().await.unwrap();
    }
    (dead.arn.clone(), work.url.clone())
}

async fn status(subject: &Subject, source: &str) -> String {
    let listed = subject.sqs.list_message_move_tasks().source_arn(source).send().await.unwrap();
    listed.results()[0].status().unwrap_or_default().to_owned()
}

async fn until(subject: &Subject, source: &str, expected: &str) {
    for _ in 0..100 {
        if status(subject, source).await == expected {
            return;
        }
        pass(Duration::from_millis(100)).await;
    }
    panic!("the task is {}", status(subject, source).await);
}

pub async fn a_cancelled_move_leaves_the_rest(subject: &Subject) {
    let (dead, work) = with_dead_letters(subject).await;
    let start = subject.sqs.start_message_move_task().source_arn(&dead).max_number_of_messages_per_second(1);
    let handle = start.send().await.unwrap().task_handle.unwrap();
    // The first has gone at once, and the others need a second each.
    subject.await_one(&work).await;
    let cancelled = subject.sqs.cancel_message_move_task().task_handle(&handle).send().await.unwrap();
    let told = cancelled.approximate_number_of_messages_moved();
    assert!((1..LETTERS as i64).contains(&told), "{told} moved");
    until(subject, &dead, "CANCELLED").await;
    let listed = subject.sqs.list_message_move_tasks().source_arn(&dead).send().await.unwrap();
    assert!((1..LETTERS as i64).contains(&listed.results()[0].approximate_number_of_messages_moved()), "{listed:?}");
}

pub async fn only_a_running_move_is_cancelled(subject: &Subject) {
    let (dead, work) = with_dead_letters(subject).await;
    let started = subject.sqs.start_message_move_task().source_arn(&dead).send().await.unwrap();
    subject.await_many(&work, LETTERS).await;
    until(subject, &dead, "COMPLETED").await;
    let cancel = subject.sqs.cancel_message_move_task().task_handle(started.task_handle.unwrap());
    let text = "Only active tasks can be cancelled.";
    let refused = Err(Refusal::new(400, "AWS.SimpleQueueService.UnsupportedOperation", text));
    assert_eq!(outcome(cancel.send().await), subject.expects(refused, Difference::FinishedMoveIsCancelled, Ok(())));
}

pub async fn a_move_that_is_not_there_is_not_cancelled(subject: &Subject) {
    let refused = refusal(subject.sqs.cancel_message_move_task().task_handle("nothing").send().await);
    let text = "Value for parameter TaskHandle is invalid.";
    assert_eq!(refused, Refusal::new(400, "InvalidParameterValue", text));
}

pub async fn a_dead_letter_queue_tells_its_sources(subject: &Subject) {
    let deployed = subject.deploy(QUEUES).await;
    let listed = async |queue: &str| {
        let list = subject.sqs.list_dead_letter_source_queues().queue_url(&deployed.queues[queue].url);
        let mut urls = list.send().await.unwrap().queue_urls;
        urls.sort_unstable();
        urls.iter().filter_map(|url| url.rsplit('/').next().map(str::to_owned)).collect::<Vec<_>>()
    };
    assert_eq!(listed("Dead").await, [subject.name().to_owned(), format!("{}-other", subject.name())]);
    assert!(listed("Work").await.is_empty());
    let list = subject.sqs.list_dead_letter_source_queues();
    let nowhere = "https://sqs.us-east-1.amazonaws.com/123456789012/nowhere";
    let expected = Refusal::new(400, "AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist.");
    assert_eq!(refusal(list.queue_url(nowhere).send().await), expected);
}
