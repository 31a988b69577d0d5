//! Ten at a time, and each entry with an outcome of its own.

use aws_sdk_sqs::types::{
    ChangeMessageVisibilityBatchRequestEntry, DeleteMessageBatchRequestEntry, SendMessageBatchRequestEntry,
};

use super::super::subject::Subject;
use super::super::{Difference, Refusal, refusal};

fn entry(id: &str, body: &str) -> SendMessageBatchRequestEntry {
    SendMessageBatchRequestEntry::builder().id(id).message_body(body).build().unwrap()
}

fn deletion(id: &str, handle: &str) -> DeleteMessageBatchRequestEntry {
    DeleteMessageBatchRequestEntry::builder().id(id).receipt_handle(handle).build().unwrap()
}

pub async fn a_batch_is_sent_received_and_deleted(subject: &Subject) {
    let queue = subject.queue("").await;
    let entries = (0..10).map(|number| entry(&number.to_string(), &format!("message {number}"))).collect();
    let sent = subject.sqs.send_message_batch().queue_url(&queue).set_entries(Some(entries)).send().await.unwrap();
    assert_eq!((sent.successful().len(), sent.failed().len()), (10, 0));
    let received = subject.receive(&queue).await;
    let mut bodies: Vec<_> = received.iter().map(|message| message.body().unwrap()).collect();
    bodies.sort_unstable();
    assert_eq!(bodies, (0..10).map(|number| format!("message {number}")).collect::<Vec<_>>());

    let handles = || received.iter().map(|message| message.receipt_handle().unwrap()).enumerate();
    let change = |(id, handle): (usize, &str)| {
        let entry = ChangeMessageVisibilityBatchRequestEntry::builder().id(id.to_string()).receipt_handle(handle);
        entry.visibility_timeout(0).build().unwrap()
    };
    let changes = handles().map(change).collect();
    let changed = subject.sqs.change_message_visibility_batch().queue_url(&queue).set_entries(Some(changes));
    assert_eq!(changed.send().await.unwrap().successful().len(), 10);
    assert_eq!(subject.receive(&queue).await.len(), 10);

    let deletions = handles().map(|(id, handle)| deletion(&id.to_string(), handle)).collect();
    let deleted = subject.sqs.delete_message_batch().queue_url(&queue).set_entries(Some(deletions));
    assert_eq!(deleted.send().await.unwrap().successful().len(), 10);
}

pub async fn one_bad_entry_does_not_spoil_the_others(subject: &Subject) {
    let queue = subject.queue("").await;
    let batch = subject.sqs.send_message_batch().queue_url(&queue);
    let sent = batch.entries(entry("good", "a")).entries(entry("bad", "\u{b}")).send().await.unwrap();
    assert_eq!(sent.successful().iter().map(|entry| entry.id()).collect::<Vec<_>>(), ["good"]);
    let at_fault = subject.expects(true, Difference::SenderIsNotAtFault, false);
    let failed = &sent.failed()[0];
    assert_eq!((failed.id(), failed.code(), failed.sender_fault()), ("bad", "InvalidMessageContents", at_fault));
    assert_eq!(subject.receive(&queue).await.len(), 1);
}

pub async fn an_unknown_handle_spoils_its_entry_alone(subject: &Subject) {
    let queue = subject.queue("").await;
    subject.send(&queue, "a").await;
    let handle = subject.receive(&queue).await.remove(0).receipt_handle.unwrap();
    let batch = subject.sqs.delete_message_batch().queue_url(&queue);
    let deleted = batch.entries(deletion("good", &handle)).entries(deletion("bad", "garbage")).send().await.unwrap();
    assert_eq!(deleted.successful().iter().map(|entry| entry.id()).collect::<Vec<_>>(), ["good"]);
    let at_fault = subject.expects(true, Difference::SenderIsNotAtFault, false);
    let failed = &deleted.failed()[0];
    assert_eq!((failed.id(), failed.code(), failed.sender_fault()), ("bad", "ReceiptHandleIsInvalid", at_fault));
}

pub async fn a_batch_must_be_one(subject: &Subject) {
    let queue = subject.queue("").await;
    let send = |entries: Vec<SendMessageBatchRequestEntry>| {
        let batch = subject.sqs.send_message_batch().queue_url(&queue).set_entries(Some(entries));
        async move { refusal(batch.send().await) }
    };
    let eleven = (0..11).map(|number| entry(&number.to_string(), "a")).collect();
    let text = "Maximum number of entries per request are 10. You have sent 11.";
    assert_eq!(send(eleven).await, Refusal::new(400, "AWS.SimpleQueueService.TooManyEntriesInBatchRequest", text));
    assert_eq!(
        send(vec![entry("same", "a"), entry("same", "b")]).await.kind(),
        (400, "AWS.SimpleQueueService.BatchEntryIdsNotDistinct")
    );
    assert_eq!(send(Vec::new()).await.kind(), (400, "AWS.SimpleQueueService.EmptyBatchRequest"));
    let text = "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 \
                letters long.";
    assert_eq!(
        send(vec![entry("no spaces", "a")]).await,
        Refusal::new(400, "AWS.SimpleQueueService.InvalidBatchEntryId", text)
    );
    let text = "Batch requests cannot be longer than 1048576 bytes. You have sent 1048577 bytes.";
    assert_eq!(
        send(vec![entry("large", &"a".repeat(1_048_576)), entry("small", "a")]).await,
        Refusal::new(400, "AWS.SimpleQueueService.BatchRequestTooLong", text)
    );
}
