//! Answers of SQS as they stand on the wire.

use std::collections::BTreeMap;
use std::time::UNIX_EPOCH;

use aws_smithy_types::base64;
use serde::Serialize;
use serde_json::{Value, json};

use super::requests::ReceiveMessage;
use crate::services::ServiceError;
use crate::services::attribute::{AttributeValue, Attributes, MessageAttribute};
use crate::services::sqs::{BatchOutcome, MoveTask, MoveTaskStatus, Received, Sent, md5_of_attributes};

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SendResult {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    message_id: String,
    #[serde(rename = "MD5OfMessageBody")]
    body_md5: String,
    #[serde(rename = "MD5OfMessageAttributes", skip_serializing_if = "Option::is_none")]
    attributes_md5: Option<String>,
    #[serde(rename = "MD5OfMessageSystemAttributes", skip_serializing_if = "Option::is_none")]
    system_attributes_md5: Option<String>,
}

impl SendResult {
    /// As an entry of a batch.
    pub fn with_id(self, id: String) -> Self {
        Self { id: Some(id), ..self }
    }
}

impl From<Sent> for SendResult {
    fn from(sent: Sent) -> Self {
        Self {
            id: None,
            message_id: sent.message_id,
            body_md5: sent.body_md5,
            attributes_md5: sent.attributes_md5,
            system_attributes_md5: sent.system_attributes_md5,
        }
    }
}

/// A message of ReceiveMessage, with the attributes that were asked for.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Message<'a> {
    message_id: &'a str,
    receipt_handle: &'a str,
    #[serde(rename = "MD5OfBody")]
    body_md5: &'a str,
    body: &'a str,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    attributes: BTreeMap<&'static str, String>,
    #[serde(rename = "MD5OfMessageAttributes", skip_serializing_if = "Option::is_none")]
    attributes_md5: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    message_attributes: BTreeMap<String, Value>,
}

impl<'a> Message<'a> {
    pub fn new(received: &'a Received, request: &ReceiveMessage) -> Self {
        let message = &received.message;
        let mut attributes = received.system_attributes();
        attributes.retain(|name, _| request.wants_system(name));
        let wanted: Attributes = message
            .attributes
            .iter()
            .filter(|(name, _)| request.wants(name))
            .map(|(name, attribute)| (name.clone(), attribute.clone()))
            .collect();
        Self {
            message_id: &message.id,
            receipt_handle: &received.receipt_handle,
            body_md5: &message.body_md5,
            body: &message.body,
            attributes,
            attributes_md5: md5_of_attributes(&wanted),
            message_attributes: wanted.into_iter().map(|(name, attribute)| (name, encode(&attribute))).collect(),
        }
    }
}

fn encode(attribute: &MessageAttribute) -> Value {
    match &attribute.value {
        AttributeValue::Text(text) => json!({ "StringValue": text, "DataType": attribute.data_type }),
        AttributeValue::Binary(bytes) => {
            json!({ "BinaryValue": base64::encode(bytes), "DataType": attribute.data_type })
        }
    }
}

/// What became of a batch. An empty list is left out, as on AWS.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Batch<T> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    successful: Vec<T>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    failed: Vec<Failed>,
}

impl<T> Batch<T> {
    pub fn new<S>(outcome: BatchOutcome<S>, success: impl Fn(String, S) -> T) -> Self {
        let mut batch = Self { successful: Vec::new(), failed: Vec::new() };
        for (id, outcome) in outcome {
            match outcome {
                Ok(value) => batch.successful.push(success(id, value)),
                Err(refusal) => batch.failed.push(Failed::new(id, refusal)),
            }
        }
        batch
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Failed {
    id: String,
    sender_fault: bool,
    code: String,
    message: String,
}

impl Failed {
    fn new(id: String, refusal: ServiceError) -> Self {
        Self { id, sender_fault: refusal.status < 500, code: refusal.code.into_owned(), message: refusal.message }
    }
}

pub(super) fn move_task(task: &MoveTask) -> Value {
    let (status, failure) = match &task.status {
        MoveTaskStatus::Running => ("RUNNING", None),
        MoveTaskStatus::Completed => ("COMPLETED", None),
        MoveTaskStatus::Cancelled => ("CANCELLED", None),
        MoveTaskStatus::Failed { reason } => ("FAILED", Some(reason)),
    };
    let started = task.started.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis() as u64;
    let mut value = json!({
        "Status": status,
        "SourceArn": task.source_arn,
        "ApproximateNumberOfMessagesMoved": task.moved,
        "ApproximateNumberOfMessagesToMove": task.to_move,
        "StartedTimestamp": started,
    });
    let optional = [
        ("TaskHandle", (task.status == MoveTaskStatus::Running).then(|| json!(task.handle))),
        ("DestinationArn", task.destination_arn.as_ref().map(|arn| json!(arn))),
        ("MaxNumberOfMessagesPerSecond", task.messages_per_second.map(|rate| json!(rate))),
        ("FailureReason", failure.map(|reason| json!(reason))),
    ];
    for (name, present) in optional {
        if let Some(present) = present {
            value[name] = present;
        }
    }
    value
}
