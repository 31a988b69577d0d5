//! The queue that an event source reads: embedded, or somebody else's over the SDK.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_credential_types::Credentials;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::retry::RetryConfig;
use aws_sdk_sqs::config::{BehaviorVersion, Region};
use aws_sdk_sqs::types::{DeleteMessageBatchRequestEntry, MessageAttributeValue, MessageSystemAttributeName as System};

use crate::backend::{self, Backend};
use crate::services::attribute::{AttributeValue, Attributes, MessageAttribute};
use crate::services::names;
use crate::services::sqs::{Message, Received, Sqs};
use crate::world::Clock;

pub(crate) enum Queue {
    Embedded { sqs: Sqs, name: String },
    Remote { sqs: Client, url: String, visibility_timeout: Duration },
}

impl Queue {
    pub fn embedded(sqs: Sqs, arn: &str) -> Self {
        Self::Embedded { sqs, name: names::plain(arn).to_owned() }
    }

    /// The queue of the same name at `backend`. Its visibility timeout is the template's: the queue was made from it.
    pub fn remote(backend: &Backend, arn: &str, visibility_timeout: Duration) -> Self {
        let config = aws_sdk_sqs::Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new(names::REGION))
            .credentials_provider(Credentials::new(names::ACCOUNT, "simulated", None, None, "rez-cloud"))
            .endpoint_url(backend.url())
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            // The event source itself polls on.
            .retry_config(RetryConfig::disabled())
            .build();
        let name = names::plain(arn);
        let url = format!("{}/{}/{name}", backend.url(), names::ACCOUNT);
        Self::Remote { sqs: Client::from_conf(config), url, visibility_timeout }
    }

    pub fn is_embedded(&self) -> bool {
        matches!(self, Self::Embedded { .. })
    }

    /// One long poll; empty when nothing came, `Err` when something went wrong.
    pub async fn receive(&self, max: usize, wait: Duration, clock: &Clock) -> Result<Vec<Received>, ()> {
        match self {
            Self::Embedded { sqs, name } => sqs.receive(name, max, wait).await.map_err(drop),
            Self::Remote { sqs, url, visibility_timeout } => {
                let receive = sqs.receive_message().queue_url(url).max_number_of_messages(max as i32);
                let wait = wait.min(backend::POLL);
                let receive = receive.wait_time_seconds(wait.as_secs() as i32).message_attribute_names("All");
                let received = receive.message_system_attribute_names(System::All).send().await;
                let received = received.map_err(|error| tracing::warn!(%error, "cannot poll `{url}`"))?;
                let again = clock.now() + *visibility_timeout;
                Ok(received.messages.unwrap_or_default().into_iter().map(|message| read(message, again)).collect())
            }
        }
    }

    /// Whether they are gone. A handle that is no good any more belongs to a message that is.
    pub async fn delete(&self, handles: &[&str]) -> bool {
        match self {
            Self::Embedded { sqs, name } => {
                handles.iter().for_each(|handle| drop(sqs.delete(name, handle)));
                true
            }
            Self::Remote { sqs, url, .. } => {
                let entry = |(number, handle): (usize, &&str)| {
                    let entry = DeleteMessageBatchRequestEntry::builder().id(number.to_string());
                    entry.receipt_handle(*handle).build().expect("id and handle are there")
                };
                let entries = handles.iter().enumerate().map(entry).collect();
                sqs.delete_message_batch().queue_url(url).set_entries(Some(entries)).send().await.is_ok()
            }
        }
    }
}

fn read(message: aws_sdk_sqs::types::Message, visible_again: SystemTime) -> Received {
    let system = message.attributes.unwrap_or_default();
    let text = |name: System| system.get(&name).cloned();
    let time = |name: System| {
        let milliseconds = text(name).and_then(|text| text.parse().ok()).unwrap_or_default();
        UNIX_EPOCH + Duration::from_millis(milliseconds)
    };
    Received {
        receipt_handle: message.receipt_handle.unwrap_or_default(),
        receive_count: text(System::ApproximateReceiveCount).and_then(|count| count.parse().ok()).unwrap_or(1),
        first_received: time(System::ApproximateFirstReceiveTimestamp),
        visible_again,
        message: Arc::new(Message {
            id: message.message_id.unwrap_or_default(),
            body: message.body.unwrap_or_default(),
            body_md5: message.md5_of_body.unwrap_or_default(),
            attributes: attributes(message.message_attributes.unwrap_or_default()),
            attributes_md5: message.md5_of_message_attributes,
            trace_header: text(System::AwsTraceHeader),
            group_id: text(System::MessageGroupId),
            sent: time(System::SentTimestamp),
            dead_letter_source: text(System::DeadLetterQueueSourceArn),
        }),
    }
}

fn attributes(all: std::collections::HashMap<String, MessageAttributeValue>) -> Attributes {
    let attribute = |(name, value): (String, MessageAttributeValue)| {
        let text = value.string_value.map(AttributeValue::Text);
        let bytes = value.binary_value.map(|bytes| AttributeValue::Binary(bytes.into_inner()));
        let read = text.or(bytes).unwrap_or_else(|| AttributeValue::Text(String::new()));
        (name, MessageAttribute { data_type: value.data_type, value: read })
    };
    all.into_iter().map(attribute).collect()
}
