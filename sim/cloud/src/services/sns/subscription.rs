//! Who gets a topic's messages, and which of them.

use std::collections::BTreeMap;

use super::error;
use super::filter::FilterPolicy;
use crate::services::{ServiceError, names};

/// How a message reaches its subscriber.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    Sqs,
    Lambda,
}

/// One subscription of a topic.
#[derive(Clone, Debug)]
pub struct Subscription {
    pub arn: String,
    pub topic_arn: String,
    pub protocol: Protocol,
    /// ARN of the queue or function.
    pub endpoint: String,
    /// Deliver the message itself instead of the envelope around it.
    pub raw: bool,
    pub filter: Option<FilterPolicy>,
    /// ARN of the queue for what cannot be delivered.
    pub dead_letter_queue: Option<String>,
    pub(super) attributes: BTreeMap<String, String>,
}

impl Protocol {
    pub(super) fn parse(name: &str) -> Result<Self, ServiceError> {
        match name {
            "sqs" => Ok(Self::Sqs),
            "lambda" => Ok(Self::Lambda),
            "application" | "email" | "email-json" | "firehose" | "http" | "https" | "sms" => {
                Err(ServiceError::not_modelled("sns", &format!("Subscribe with protocol {name}")))
            }
            _ => Err(error::invalid(format!("Amazon SNS does not support this protocol string: {name}"))),
        }
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::Sqs => "sqs",
            Self::Lambda => "lambda",
        }
    }
}

impl Subscription {
    /// A subscription without attributes.
    pub(super) fn new(topic: &str, id: &str, protocol: Protocol, endpoint: &str) -> Result<Self, ServiceError> {
        let (prefix, wrong) = match protocol {
            Protocol::Sqs => ("arn:aws:sqs:", "SQS endpoint ARN"),
            Protocol::Lambda => ("arn:aws:lambda:", "Lambda endpoint ARN"),
        };
        if !endpoint.starts_with(prefix) {
            return Err(error::invalid(wrong));
        }
        let topic_arn = names::topic_arn(topic);
        Ok(Self {
            arn: format!("{topic_arn}:{id}"),
            topic_arn,
            protocol,
            endpoint: endpoint.to_owned(),
            raw: false,
            filter: None,
            dead_letter_queue: None,
            attributes: BTreeMap::new(),
        })
    }

    /// Sets one attribute from its text.
    pub(super) fn set(&mut self, name: &str, value: &str) -> Result<(), ServiceError> {
        match name {
            "RawMessageDelivery" => self.raw = parse_raw(value)?,
            "FilterPolicy" if matches!(value, "" | "{}") => self.filter = None,
            "FilterPolicy" => self.filter = Some(FilterPolicy::parse(value)?),
            "FilterPolicyScope" if value == "MessageAttributes" => {}
            "FilterPolicyScope" => return Err(ServiceError::not_modelled("sns", "FilterPolicyScope MessageBody")),
            "RedrivePolicy" => self.dead_letter_queue = parse_redrive(value)?,
            _ => return Err(error::invalid("AttributeName")),
        }
        self.attributes.insert(name.to_owned(), value.to_owned());
        Ok(())
    }

    /// The attributes, as GetSubscriptionAttributes returns them.
    pub fn to_map(&self) -> BTreeMap<String, String> {
        let mut map = self.attributes.clone();
        let mut add = |name: &str, value: &str| map.insert(name.to_owned(), value.to_owned());
        add("ConfirmationWasAuthenticated", "true");
        add("Endpoint", &self.endpoint);
        add("Owner", names::ACCOUNT);
        add("PendingConfirmation", "false");
        add("Protocol", self.protocol.name());
        add("RawMessageDelivery", if self.raw { "true" } else { "false" });
        add("SubscriptionArn", &self.arn);
        add("TopicArn", &self.topic_arn);
        map
    }
}

fn parse_raw(value: &str) -> Result<bool, ServiceError> {
    match value.to_ascii_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(error::invalid(format!("RawMessageDelivery: Invalid value [{value}]. Must be true or false."))),
    }
}

fn parse_redrive(value: &str) -> Result<Option<String>, ServiceError> {
    if value.is_empty() {
        return Ok(None);
    }
    let policy: serde_json::Value =
        serde_json::from_str(value).map_err(|_| error::invalid("RedrivePolicy: failed to parse JSON."))?;
    let target = policy.get("deadLetterTargetArn").and_then(|target| target.as_str()).unwrap_or_default();
    if !target.starts_with("arn:aws:sqs:") {
        return Err(error::invalid("RedrivePolicy: deadLetterTargetArn is an invalid arn"));
    }
    Ok(Some(target.to_owned()))
}
