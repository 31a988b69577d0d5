//! The system under test, with all that it stands on.

use std::time::Duration;

use aws_sdk_sqs::types::{Message, QueueAttributeName};
use aws_types::SdkConfig;
use rez_localstack::{Endpoint, LocalStack, Ntfy, Received};
use serde_json::Value;

use super::browser::{Answer, Browser, PASSWORD};
use super::programs;
use super::serving::Serving;
use crate::support::container::localstack;
use crate::support::eventually;

pub const QUEUE: &str = "rez-agent-dev-messages";
pub const DEAD_LETTER_QUEUE: &str = "rez-agent-dev-messages-dlq";
/// What ntfy wants to see, and the functions find in Parameter Store.
const NTFY_TOKEN: &str = "tk_endtoendendtoendendtoendend12";
/// How long a message may take that nothing holds up.
pub const SOON: Duration = Duration::from_secs(60);

/// Dropped in this order: what stands on something goes before it.
pub struct System {
    pub serving: Serving,
    pub ntfy: Ntfy,
    pub localstack: LocalStack,
}

impl System {
    /// All of it, at work; `None`, and a line on stderr that names the test, where Docker is missing.
    pub async fn start(test: &str) -> Option<Self> {
        let localstack = localstack(test).await?;
        programs::ntfy_image();
        let ntfy = Ntfy::start(NTFY_TOKEN).await.unwrap_or_else(|error| panic!("{error}"));
        let serving = Serving::start(localstack.endpoint(), &ntfy, NTFY_TOKEN);
        Some(Self { serving, ntfy, localstack })
    }

    pub fn browser(&self) -> Browser {
        Browser::new(self.serving.url("api"))
    }

    /// Somebody of this group, signed in.
    pub async fn signed_in(&self, group: &str) -> Browser {
        let mut browser = self.browser();
        browser.log_in(&format!("{group}@example.com"), PASSWORD).await.expect("the password is right");
        assert_eq!(browser.refresh().await.status, 200);
        browser
    }

    /// What the SDK's clients are made from: for the AWS port of `rez serve`, as anybody on this machine.
    pub fn aws(&self) -> SdkConfig {
        Endpoint::parse(self.serving.url("aws")).unwrap().sdk_config("123456789012", "us-east-1")
    }

    pub fn sqs(&self) -> aws_sdk_sqs::Client {
        aws_sdk_sqs::Client::new(&self.aws())
    }

    /// Lambda's Invoke, as it is on the wire, however it ends.
    pub async fn invoke(&self, function: &str, payload: &Value) -> Answer {
        let url = format!("{}/2015-03-31/functions/{function}/invocations", self.serving.url("aws"));
        self.browser().post(&url, payload).await
    }

    /// What a function returns that ends well.
    pub async fn result_of(&self, function: &str, payload: &Value) -> Value {
        let answer = self.invoke(function, payload).await;
        assert_eq!((answer.status, answer.header("x-amz-function-error")), (200, None), "{}", answer.json());
        answer.json()
    }

    pub async fn queue_url(&self, name: &str) -> String {
        self.sqs().get_queue_url().queue_name(name).send().await.unwrap().queue_url.expect("a URL")
    }

    pub async fn queue_attribute(&self, name: &str, attribute: QueueAttributeName) -> String {
        let url = self.queue_url(name).await;
        let asked = self.sqs().get_queue_attributes().queue_url(url).attribute_names(attribute.clone()).send().await;
        asked
            .unwrap()
            .attributes
            .and_then(|mut attributes| attributes.remove(&attribute))
            .expect("it has the attribute")
    }

    /// Messages in a queue, whether or not somebody is at work on them.
    pub async fn queued(&self, name: &str) -> u32 {
        use QueueAttributeName::{ApproximateNumberOfMessages, ApproximateNumberOfMessagesNotVisible};
        let mut queued = 0;
        for attribute in [ApproximateNumberOfMessages, ApproximateNumberOfMessagesNotVisible] {
            queued += self.queue_attribute(name, attribute).await.parse::<u32>().unwrap();
        }
        queued
    }

    /// The dead letters, which stay where they are.
    pub async fn dead_letters(&self) -> Vec<Message> {
        let url = self.queue_url(DEAD_LETTER_QUEUE).await;
        let receive = self.sqs().receive_message().queue_url(url).visibility_timeout(0).max_number_of_messages(10);
        receive.message_attribute_names("All").send().await.unwrap().messages.unwrap_or_default()
    }

    pub async fn received(&self) -> Received {
        self.ntfy.received().await.unwrap()
    }

    /// Waits until so many publishes have come in, whatever becomes of them.
    pub async fn until_asked(&self, publishes: u64) {
        let what = format!("{publishes} publishes at ntfy");
        eventually(&what, SOON, async || (self.received().await.publishes >= publishes).then_some(())).await;
    }
}
