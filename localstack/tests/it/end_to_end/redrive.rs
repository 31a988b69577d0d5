//! A message fails, leaves its evidence in the dead-letter queue, and is redriven: the record, and then the message.

use aws_sdk_sqs::types::QueueAttributeName::QueueArn;
use serde_json::json;

use super::system::{DEAD_LETTER_QUEUE, QUEUE, SOON, System};
use crate::support::eventually;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Docker: cargo test -p rez-localstack -- --ignored"]
async fn a_failed_message_is_redriven_by_an_admin_and_its_record_is_harmless() {
    let name = "end_to_end::redrive::a_failed_message_is_redriven_by_an_admin_and_its_record_is_harmless";
    let Some(system) = System::start(name).await else { return };
    let (mut author, mut admin) = (system.signed_in("user").await, system.signed_in("admin").await);
    system.ntfy.set_fault(&json!({ "kind": "error", "status": 400, "count": 1 })).await.unwrap();
    let ids = author.write_some(1).await;
    let [id] = &ids[..] else { unreachable!("one was written") };
    let failed = author.until(id, "failed", SOON).await;
    assert_eq!(failed["last_error"]["code"], "rejected");
    assert_eq!(system.queued(DEAD_LETTER_QUEUE).await, 1);
    let letters = system.dead_letters().await;
    let evidence = letters[0].message_attributes.as_ref().expect("it says why");
    assert_eq!(evidence["reason_code"].string_value(), Some("rejected"));
    assert_eq!(evidence["message_id"].string_value(), Some(&**id));

    // The record goes back to the queue, and is acknowledged there.
    let sqs = system.sqs();
    let from = system.queue_attribute(DEAD_LETTER_QUEUE, QueueArn).await;
    let to = system.queue_attribute(QUEUE, QueueArn).await;
    sqs.start_message_move_task().source_arn(from).destination_arn(to).send().await.unwrap();
    eventually("the record is dealt with", SOON, async || {
        let left = system.queued(DEAD_LETTER_QUEUE).await + system.queued(QUEUE).await;
        (left == 0).then_some(())
    })
    .await;
    assert_eq!(author.message(id).await["status"], "failed", "a record says nothing of its message");
    assert_eq!(system.received().await.accepted, []);

    let path = format!("/api/messages/{id}/redrive");
    assert_eq!(author.post(&path, &json!({})).await.status, 403, "an admin's business");
    let redriven = admin.post(&path, &json!({})).await;
    assert_eq!(redriven.status, 202, "{}", redriven.json());
    author.until(id, "completed", SOON).await;
    assert_eq!(system.received().await.accepted.len(), 1);
    assert_eq!(system.queued(DEAD_LETTER_QUEUE).await, 0);
    assert_eq!(admin.post(&path, &json!({})).await.status, 409, "it did not fail");
}
