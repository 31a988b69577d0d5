//! `rez serve` is told to stop while a message is under way.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_sqs::types::QueueAttributeName::{ApproximateNumberOfMessages, ApproximateNumberOfMessagesNotVisible};
use rez_localstack::LocalStack;
use rustix::process::Pid;
use serde_json::json;

use super::messages::id;
use super::serving::program;
use super::system::{QUEUE, System};

/// A killed process is gone when the machine comes to it.
const GONE_WITHIN: Duration = Duration::from_secs(2);
const MESSAGES_TABLE: &str = "rez-agent-dev-messages";

/// The system is gone; what it has left at LocalStack.
struct Left {
    localstack: LocalStack,
    /// `None` when it did not stop in time.
    exit_status: Option<i32>,
    processes_running: usize,
    accepted: usize,
    message: String,
}

impl Left {
    /// Of a system that is told to stop while ntfy holds its message up for so long.
    async fn by(test: &str, ntfy_delay: Duration) -> Option<Self> {
        let mut system = System::start(test).await?;
        let mut author = system.signed_in("user").await;
        let delay_ms = ntfy_delay.as_millis() as u64;
        system.ntfy.set_fault(&json!({ "kind": "delay", "when": "before", "delay_ms": delay_ms })).await.unwrap();
        let message = id(&author.write("under way").await);
        system.until_asked(1).await;
        let processes = system.serving.processes();
        assert!(processes.len() > 2, "functions run as processes: {processes:?}");
        let exit_status = system.serving.stopped().and_then(|status| status.code());
        let running = |id: &&Pid| program(**id).is_some();
        // Told to end with the server, they may be a moment behind it.
        let told_to_end = tokio::time::Instant::now();
        while told_to_end.elapsed() < GONE_WITHIN && processes.iter().any(|id| running(&id)) {
            tokio::task::yield_now().await;
        }
        let processes_running = processes.iter().filter(running).count();
        let accepted = system.received().await.accepted.len();
        let System { localstack, .. } = system;
        Some(Self { localstack, exit_status, processes_running, accepted, message })
    }

    /// Messages in the queue, seen or not.
    async fn queued(&self) -> u32 {
        let sqs = aws_sdk_sqs::Client::new(&self.localstack.endpoint().sdk_config("123456789012", "us-east-1"));
        let url = sqs.get_queue_url().queue_name(QUEUE).send().await.unwrap().queue_url.unwrap();
        let places = [ApproximateNumberOfMessages, ApproximateNumberOfMessagesNotVisible];
        let asked = sqs.get_queue_attributes().queue_url(url).set_attribute_names(Some(places.to_vec()));
        let counts = asked.send().await.unwrap().attributes.unwrap();
        counts.values().map(|count| count.parse::<u32>().unwrap()).sum()
    }

    async fn status(&self) -> String {
        let config = self.localstack.endpoint().sdk_config("123456789012", "us-east-1");
        let scan = aws_sdk_dynamodb::Client::new(&config).scan().table_name(MESSAGES_TABLE).send().await.unwrap();
        let of_message = |value: &AttributeValue| value.as_s().is_ok_and(|text| *text == self.message);
        let item = scan.items().iter().find(|item| item.values().any(of_message)).expect("it is in the table");
        item["status"].as_s().unwrap().clone()
    }

    fn stopped_in_order(&self) {
        assert_eq!(self.exit_status, Some(0));
        assert_eq!(self.processes_running, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Docker: cargo test -p rez-localstack -- --ignored"]
async fn a_message_under_way_is_delivered_and_settled() {
    let name = "end_to_end::stop::a_message_under_way_is_delivered_and_settled";
    let Some(left) = Left::by(name, Duration::from_millis(700)).await else { return };
    left.stopped_in_order();
    assert_eq!((left.accepted, left.status().await.as_str(), left.queued().await), (1, "completed", 0));
}

/// Its record returns when its visibility timeout is over, and whoever serves then takes it over.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Docker: cargo test -p rez-localstack -- --ignored"]
async fn a_message_that_takes_too_long_stays_in_the_queue() {
    let name = "end_to_end::stop::a_message_that_takes_too_long_stays_in_the_queue";
    let Some(left) = Left::by(name, Duration::from_secs(9)).await else { return };
    left.stopped_in_order();
    assert_eq!((left.status().await.as_str(), left.queued().await), ("processing", 1));
}
