//! Requests of SQS as they stand on the wire.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_smithy_types::base64;
use serde::Deserialize;

use crate::services::ServiceError;
use crate::services::attribute::{AttributeValue, Attributes, MessageAttribute};
use crate::services::sqs::{Outgoing, Tags, invalid_value};

/// SendMessage, and an entry of its batch, which has an id and no URL.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct SendMessage {
    pub id: String,
    pub queue_url: String,
    message_body: String,
    delay_seconds: Option<i64>,
    message_attributes: BTreeMap<String, WireAttribute>,
    message_system_attributes: BTreeMap<String, WireAttribute>,
    message_group_id: Option<String>,
    message_deduplication_id: Option<String>,
}

impl SendMessage {
    /// `trace_header` is the HTTP header, which the system attribute precedes.
    pub fn into_outgoing(mut self, trace_header: Option<&str>) -> Result<Outgoing, ServiceError> {
        let own = self.message_system_attributes.remove("AWSTraceHeader").and_then(|header| header.string_value);
        Ok(Outgoing {
            body: self.message_body,
            delay: self.delay_seconds.map(delay).transpose()?,
            attributes: attributes(self.message_attributes)?,
            trace_header: own.or_else(|| trace_header.map(str::to_owned)),
            group_id: self.message_group_id,
            deduplication_id: self.message_deduplication_id,
        })
    }
}

fn delay(seconds: i64) -> Result<Duration, ServiceError> {
    let reason = "DelaySeconds must be >= 0 and <= 900.";
    let seconds = u64::try_from(seconds).map_err(|_| invalid_value(seconds, "DelaySeconds", reason))?;
    Ok(Duration::from_secs(seconds))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WireAttribute {
    #[serde(default)]
    data_type: String,
    string_value: Option<String>,
    binary_value: Option<String>,
}

fn attributes(wire: BTreeMap<String, WireAttribute>) -> Result<Attributes, ServiceError> {
    let attribute = |(name, wire): (String, WireAttribute)| {
        let value = match wire.binary_value {
            Some(text) => AttributeValue::Binary(
                base64::decode(text).map_err(|error| ServiceError::new("SerializationException", error.to_string()))?,
            ),
            None => AttributeValue::Text(wire.string_value.unwrap_or_default()),
        };
        Ok((name, MessageAttribute { data_type: wire.data_type, value }))
    };
    wire.into_iter().map(attribute).collect()
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct BatchRequest<T> {
    pub queue_url: String,
    pub entries: Vec<T>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct ReceiveMessage {
    pub queue_url: String,
    pub max_number_of_messages: Option<i64>,
    pub wait_time_seconds: Option<i64>,
    pub visibility_timeout: Option<i64>,
    attribute_names: Vec<String>,
    message_system_attribute_names: Vec<String>,
    message_attribute_names: Vec<String>,
}

impl ReceiveMessage {
    /// Whether a system attribute was asked for.
    pub fn wants_system(&self, name: &str) -> bool {
        self.attribute_names
            .iter()
            .chain(&self.message_system_attribute_names)
            .any(|wanted| wanted == "All" || wanted == name)
    }

    /// Whether a user attribute was asked for: by name, `All`, `.*` or `prefix.*`.
    pub fn wants(&self, name: &str) -> bool {
        self.message_attribute_names.iter().any(|wanted| match wanted.strip_suffix(".*") {
            Some(prefix) => name.starts_with(prefix),
            None => wanted == "All" || wanted == name,
        })
    }
}

/// DeleteMessage, and an entry of its batch, which has an id and no URL.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct DeleteEntry {
    pub id: String,
    pub queue_url: String,
    pub receipt_handle: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct VisibilityRequest {
    pub queue_url: String,
    pub receipt_handle: String,
    pub visibility_timeout: i64,
}

/// An entry of ChangeMessageVisibilityBatch.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ChangeEntry {
    pub id: String,
    pub receipt_handle: String,
    #[serde(default)]
    pub visibility_timeout: i64,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct OneQueue {
    pub queue_url: String,
    pub attribute_names: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct QueueNamed {
    pub queue_name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CreateQueue {
    pub queue_name: String,
    #[serde(default)]
    pub attributes: BTreeMap<String, String>,
    /// The one member that the service model writes in small letters.
    #[serde(default, rename = "tags")]
    pub tags: Tags,
}

/// TagQueue and UntagQueue.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct TagRequest {
    pub queue_url: String,
    pub tags: Tags,
    pub tag_keys: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SetAttributes {
    pub queue_url: String,
    #[serde(default)]
    pub attributes: BTreeMap<String, String>,
}

/// Any of the three operations on move tasks.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct MoveRequest {
    pub source_arn: String,
    pub destination_arn: Option<String>,
    pub max_number_of_messages_per_second: Option<u32>,
    pub max_results: Option<i64>,
    pub task_handle: String,
}
