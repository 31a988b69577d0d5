//! What a subscriber gets: the message itself, or the envelope around it, whose keys come in AWS's order.

use std::collections::BTreeMap;
use std::time::SystemTime;

use aws_smithy_types::base64;
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::publish::{Publication, Structure};
use super::subscription::{Protocol, Subscription};
use crate::services::attribute::{AttributeValue, MessageAttribute};
use crate::services::names::REGION;
use crate::services::sqs::Outgoing;

/// A published message on its way.
#[derive(Debug)]
pub(super) struct Notification {
    pub message_id: String,
    pub at: SystemTime,
    pub publication: Publication,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Envelope<'a> {
    r#type: &'a str,
    message_id: &'a str,
    topic_arn: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<&'a str>,
    message: &'a str,
    timestamp: String,
    signature_version: &'a str,
    signature: String,
    #[serde(rename = "SigningCertURL")]
    signing_cert_url: String,
    #[serde(rename = "UnsubscribeURL")]
    unsubscribe_url: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    message_attributes: BTreeMap<&'a str, EnvelopeAttribute<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct EnvelopeAttribute<'a> {
    r#type: &'a str,
    value: String,
}

impl Subscription {
    /// What is put into this subscriber's queue, or handed to its function.
    pub(super) fn content(&self, notification: &Notification) -> Outgoing {
        let publication = &notification.publication;
        let text = text_for(self.protocol, publication);
        let (body, attributes) = match self.protocol {
            Protocol::Sqs if self.raw => (text, publication.attributes.clone()),
            Protocol::Sqs => (to_json(&self.envelope(notification, &text)), BTreeMap::new()),
            Protocol::Lambda => (self.event(notification, &text), BTreeMap::new()),
        };
        Outgoing {
            body,
            delay: None,
            attributes,
            trace_header: publication.trace_header.clone(),
            group_id: publication.group_id.clone(),
            deduplication_id: None,
        }
    }

    fn envelope<'a>(&'a self, notification: &'a Notification, text: &'a str) -> Envelope<'a> {
        let publication = &notification.publication;
        let attribute = |(name, attribute): (&'a String, &'a MessageAttribute)| (name.as_str(), attribute.into());
        Envelope {
            r#type: "Notification",
            message_id: &notification.message_id,
            topic_arn: &self.topic_arn,
            subject: publication.subject.as_deref(),
            message: text,
            timestamp: timestamp(notification.at),
            signature_version: "1",
            signature: signature(&notification.message_id),
            signing_cert_url: format!(
                "https://sns.{REGION}.amazonaws.com/SimpleNotificationService-00000000000000000000000000000000.pem"
            ),
            unsubscribe_url: format!(
                "https://sns.{REGION}.amazonaws.com/?Action=Unsubscribe&SubscriptionArn={}",
                self.arn
            ),
            message_attributes: publication.attributes.iter().map(attribute).collect(),
        }
    }

    /// The event of a function that is subscribed. Its keys differ from the envelope's in case only.
    fn event(&self, notification: &Notification, text: &str) -> String {
        let mut sns = json!(self.envelope(notification, text));
        for (envelope, event) in [("SigningCertURL", "SigningCertUrl"), ("UnsubscribeURL", "UnsubscribeUrl")] {
            sns[event] = sns[envelope].take();
            sns.as_object_mut().expect("an envelope is an object").remove(envelope);
        }
        let record = json!({
            "EventSource": "aws:sns",
            "EventVersion": "1.0",
            "EventSubscriptionArn": self.arn,
            "Sns": sns,
        });
        json!({ "Records": [record] }).to_string()
    }
}

impl<'a> From<&'a MessageAttribute> for EnvelopeAttribute<'a> {
    fn from(attribute: &'a MessageAttribute) -> Self {
        let value = match &attribute.value {
            AttributeValue::Text(text) => text.clone(),
            AttributeValue::Binary(bytes) => base64::encode(bytes),
        };
        Self { r#type: &attribute.data_type, value }
    }
}

/// The text for one protocol; the default where there is none of its own.
fn text_for(protocol: Protocol, publication: &Publication) -> String {
    if publication.structure == Structure::Plain {
        return publication.message.clone();
    }
    let texts: Value = serde_json::from_str(&publication.message).unwrap_or_default();
    let text = texts.get(protocol.name()).or_else(|| texts.get("default")).and_then(Value::as_str);
    text.unwrap_or_default().to_owned()
}

/// RFC 3339 in UTC with milliseconds.
fn timestamp(at: SystemTime) -> String {
    let timestamp = jiff::Timestamp::try_from(at).expect("the world's clock stays within the calendar");
    timestamp.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// Looks like a signature and verifies as none: the key is AWS's.
fn signature(message_id: &str) -> String {
    base64::encode(Sha256::digest(message_id))
}

fn to_json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("an envelope is made of strings")
}
