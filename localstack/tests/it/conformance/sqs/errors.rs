//! Refusals, in the words that were recorded on AWS.

use super::super::subject::Subject;
use super::super::{Refusal, refusal};

const INVALID: &str = "InvalidParameterValue";

pub async fn a_queue_that_is_not_there(subject: &Subject) {
    let url = "https://sqs.us-east-1.amazonaws.com/123456789012/nowhere";
    let expected = Refusal::new(400, "AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist.");
    assert_eq!(refusal(subject.sqs.send_message().queue_url(url).message_body("a").send().await), expected);
    assert_eq!(refusal(subject.sqs.receive_message().queue_url(url).send().await), expected);
    assert_eq!(refusal(subject.sqs.get_queue_url().queue_name("nowhere").send().await), expected);
}

pub async fn numbers_have_their_limits(subject: &Subject) {
    let queue = subject.queue("").await;
    let receive = || subject.sqs.receive_message().queue_url(&queue);
    let text = "Value 11 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.";
    assert_eq!(refusal(receive().max_number_of_messages(11).send().await), Refusal::new(400, INVALID, text));
    let text = "Value 21 for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided.";
    assert_eq!(refusal(receive().wait_time_seconds(21).send().await), Refusal::new(400, INVALID, text));
}

pub async fn a_body_has_its_limits(subject: &Subject) {
    let queue = subject.queue("").await;
    let send = |body: &str| {
        let send = subject.sqs.send_message().queue_url(&queue).message_body(body);
        async move { refusal(send.send().await) }
    };
    let text = "One or more parameters are invalid. Reason: Message must be shorter than 1048576 bytes.";
    assert_eq!(send(&"a".repeat(1_048_577)).await, Refusal::new(400, INVALID, text));
    assert_eq!(send("\u{b}").await.kind(), (400, "InvalidMessageContents"));
    let text = "The request must contain the parameter MessageBody.";
    assert_eq!(send("").await, Refusal::new(400, "MissingParameter", text));
}

pub async fn a_handle_must_be_one(subject: &Subject) {
    let queue = subject.queue("").await;
    let text = "The input receipt handle \"garbage\" is not a valid receipt handle.";
    let expected = Refusal::new(400, "ReceiptHandleIsInvalid", text);
    let delete = subject.sqs.delete_message().queue_url(&queue).receipt_handle("garbage");
    assert_eq!(refusal(delete.send().await), expected);
    let change = subject.sqs.change_message_visibility().queue_url(&queue).receipt_handle("garbage");
    assert_eq!(refusal(change.visibility_timeout(1).send().await), expected);
}
