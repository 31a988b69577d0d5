//! EventBridge asks for the daily message, perhaps twice.

use serde_json::json;

use super::system::{SOON, System};

const SCHEDULER: &str = "rez-agent-dev-scheduler";
/// No day on which the schedule itself fires while this runs.
const DAY: &str = "2026-01-02";

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Docker: cargo test -p rez-localstack -- --ignored"]
async fn the_daily_message_is_delivered_once_however_often_its_event_comes() {
    let name = "end_to_end::daily::the_daily_message_is_delivered_once_however_often_its_event_comes";
    let Some(system) = System::start(name).await else { return };
    let mut reader = system.signed_in("user").await;
    let event = json!({
        "version": "0",
        "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "123456789012",
        "time": format!("{DAY}T08:00:37Z"),
        "region": "us-east-1",
        "resources": ["arn:aws:events:us-east-1:123456789012:rule/rez-agent-dev-daily-message"],
        "detail": {},
    });
    let created = system.result_of(SCHEDULER, &event).await;
    assert_eq!(created["daily_message"]["new"], true);
    let id = created["daily_message"]["message_id"].as_str().unwrap();
    let completed = reader.until(id, "completed", SOON).await;
    assert_eq!((&completed["kind"], &completed["created_by"]), (&json!("scheduled"), &json!("scheduler")));

    let again = system.result_of(SCHEDULER, &event).await;
    assert_eq!(again, json!({ "daily_message": { "message_id": id, "new": false } }));
    // Whatever the second event had set off would be before this one.
    let later = reader.write_some(1).await;
    reader.until_completed(&later, SOON).await;
    let received = system.received().await;
    let daily: Vec<_> = received.accepted.iter().filter(|it| it.message.message.contains(DAY)).collect();
    let [delivered] = &daily[..] else { panic!("{received:?}") };
    assert_eq!(delivered.sequence_id.as_deref(), Some(id));
    let text = format!("Hello, world! It is {DAY}. Yesterday: 0 created, 0 delivered, 0 failed.");
    assert_eq!(delivered.message.message, text);
}
