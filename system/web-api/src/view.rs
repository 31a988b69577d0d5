//! A message as callers see it: without lease, schedule of the sweep, or anything else that is ours.

use rez_core::clock::Moment;
use rez_core::error::Failure;
use rez_core::message::{Message, MessageId, Status};
use rez_core::stage::Stage;
use serde::Serialize;

/// `Message` and, without its body, `MessageSummary` of `openapi.yaml`.
#[derive(Serialize)]
pub struct MessageView<'a> {
    message_id: MessageId,
    stage: Stage,
    status: Status,
    kind: &'static str,
    title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<&'a str>,
    priority: u8,
    tags: &'a [String],
    created_date: String,
    updated_date: String,
    created_by: &'a str,
    correlation_id: &'a str,
    attempts: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_error: Option<&'a Failure>,
    #[serde(skip_serializing_if = "Option::is_none")]
    publish_after: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delivered_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notification_id: Option<&'a str>,
}

impl<'a> MessageView<'a> {
    pub fn whole(message: &'a Message) -> Self {
        Self { body: Some(&message.content.body), ..Self::summary(message) }
    }

    pub fn summary(message: &'a Message) -> Self {
        let receipt = message.receipt.as_ref();
        Self {
            message_id: message.id,
            stage: message.stage,
            status: message.status,
            kind: message.kind.as_str(),
            title: &message.content.title,
            body: None,
            priority: message.content.priority,
            tags: &message.content.tags,
            created_date: message.created.to_string(),
            updated_date: message.updated.to_string(),
            created_by: &message.created_by,
            correlation_id: &message.correlation_id,
            attempts: message.attempts,
            last_error: message.last_error.as_ref(),
            publish_after: message.publish_after.as_ref().map(Moment::to_string),
            delivered_date: receipt.map(|receipt| receipt.delivered.to_string()),
            notification_id: receipt.and_then(|receipt| receipt.notification_id.as_deref()),
        }
    }
}
