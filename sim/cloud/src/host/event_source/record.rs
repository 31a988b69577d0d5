//! The event that an SQS event source hands to its function.

use std::collections::BTreeMap;

use aws_smithy_types::base64;
use bytes::Bytes;
use serde::Serialize;

use crate::host::lambda::SYNC_PAYLOAD_MAX;
use crate::services::attribute::{self, AttributeValue, Attributes};
use crate::services::names;
use crate::services::sqs::Received;

#[derive(Serialize)]
struct Event<'a> {
    #[serde(rename = "Records")]
    records: Vec<Record<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Record<'a> {
    message_id: &'a str,
    receipt_handle: &'a str,
    body: &'a str,
    attributes: BTreeMap<&'static str, String>,
    message_attributes: BTreeMap<&'a str, MessageAttribute<'a>>,
    md5_of_message_attributes: Option<&'a str>,
    md5_of_body: &'a str,
    event_source: &'static str,
    #[serde(rename = "eventSourceARN")]
    event_source_arn: &'a str,
    aws_region: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MessageAttribute<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    string_value: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    binary_value: Option<String>,
    /// Always empty; AWS never came to use the lists.
    string_list_values: [(); 0],
    binary_list_values: [(); 0],
    data_type: &'a str,
}

/// The event for a batch from the queue `queue_arn`.
pub(super) fn event(batch: &[Received], queue_arn: &str) -> Bytes {
    let event = Event { records: batch.iter().map(|received| record(received, queue_arn)).collect() };
    serde_json::to_vec(&event).expect("strings serialize").into()
}

fn record<'a>(received: &'a Received, queue_arn: &'a str) -> Record<'a> {
    let message = &received.message;
    Record {
        message_id: &message.id,
        receipt_handle: &received.receipt_handle,
        body: &message.body,
        attributes: received.system_attributes(),
        message_attributes: message_attributes(&message.attributes),
        md5_of_message_attributes: message.attributes_md5.as_deref(),
        md5_of_body: &message.body_md5,
        event_source: "aws:sqs",
        event_source_arn: queue_arn,
        aws_region: names::REGION,
    }
}

fn message_attributes<'a>(attributes: &'a Attributes) -> BTreeMap<&'a str, MessageAttribute<'a>> {
    let convert = |attribute: &'a attribute::MessageAttribute| {
        let attribute::MessageAttribute { data_type, value } = attribute;
        let (string_value, binary_value) = match value {
            AttributeValue::Text(text) => (Some(text.as_str()), None),
            AttributeValue::Binary(bytes) => (None, Some(base64::encode(bytes))),
        };
        MessageAttribute { string_value, binary_value, string_list_values: [], binary_list_values: [], data_type }
    };
    attributes.iter().map(|(name, attribute)| (name.as_str(), convert(attribute))).collect()
}

/// Room that a record takes beside its body, generously.
const OVERHEAD: usize = 4_096;

/// Cuts a batch so that each part makes an event that Lambda takes.
pub(super) fn split(batch: Vec<Received>) -> Vec<Vec<Received>> {
    let mut parts = Vec::with_capacity(1);
    let mut part = Vec::with_capacity(batch.len());
    let mut size = 0;
    for received in batch {
        let more = received.message.body.len() + OVERHEAD;
        if size + more > SYNC_PAYLOAD_MAX && !part.is_empty() {
            parts.push(std::mem::take(&mut part));
            size = 0;
        }
        size += more;
        part.push(received);
    }
    parts.push(part);
    parts
}
