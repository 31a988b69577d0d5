//! Somebody writes a message, and it is delivered.

use serde_json::json;

use super::messages::id;
use super::system::{SOON, System};

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Docker: cargo test -p rez-localstack -- --ignored"]
async fn a_manual_message_is_delivered_once() {
    let Some(system) = System::start("end_to_end::manual::a_manual_message_is_delivered_once").await else { return };
    let mut author = system.signed_in("user").await;
    let body =
        json!({ "title": "Disk almost full", "body": "/var at 97 %", "priority": 5, "tags": ["warning", "disk"] });
    let key = [("idempotency-key", "8e03978e-40d5-43e8-bc93-6894a57f9324")];
    let created = author.post_as("/api/messages", &key, &body).await;
    assert_eq!(created.status, 201);
    let id = id(&created.json());
    assert_eq!(created.header("location"), Some(&*format!("/api/messages/{id}")));

    let again = author.post_as("/api/messages", &key, &body).await;
    assert_eq!((again.status, again.header("idempotency-replayed")), (201, Some("true")), "an impatient click");

    let completed = author.until(&id, "completed", SOON).await;
    assert_eq!((&completed["attempts"], &completed["kind"]), (&json!(1), &json!("manual")));
    let listed = author.get("/api/messages?status=completed").await.json();
    assert_eq!((&listed["messages"][0]["message_id"], &listed["messages"][1]), (&json!(id), &json!(null)));

    let received = system.received().await;
    let [delivered] = &received.accepted[..] else { panic!("{received:?}") };
    assert_eq!(delivered.sequence_id.as_deref(), Some(&*id));
    let shown = &delivered.message;
    assert_eq!((&*shown.topic, shown.title.as_deref()), ("rez-agent", Some("Disk almost full")));
    assert_eq!((&*shown.message, shown.priority), ("/var at 97 %", Some(5)));
    assert_eq!(shown.tags, ["warning", "disk"]);
}
