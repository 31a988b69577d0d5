//! The attributes of a queue: strings on the wire, typed here.

use std::collections::BTreeMap;
use std::time::Duration;

use rez_topology::Statement;
use serde::Deserialize;

use super::error;
use super::redrive_permission::RedrivePermission;
use crate::services::policy::{self, PolicyError};
use crate::services::{ServiceError, names};

/// What can be set on a standard queue.
#[derive(Clone, Debug, PartialEq)]
pub struct QueueAttributes {
    pub visibility_timeout: Duration,
    pub delay: Duration,
    pub retention: Duration,
    /// Bytes, attributes of a message included.
    pub message_size_max: usize,
    /// What a receive without a wait of its own waits.
    pub receive_wait: Duration,
    pub redrive: Option<RedrivePolicy>,
    /// Who may have it as a dead-letter queue.
    pub redrive_permission: RedrivePermission,
    /// Who else may send to it: the services of AWS, here.
    pub policy: Vec<Statement>,
    /// Attributes that are kept as they were set: they change nothing here (`KmsMasterKeyId`, …), or stand above in other
    /// words.
    pub others: BTreeMap<String, String>,
}

/// Where messages go whose receives are used up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedrivePolicy {
    pub target_arn: String,
    pub receives_max: u32,
    text: String,
}

impl Default for QueueAttributes {
    /// AWS's defaults ("CreateQueue", SQS API reference).
    fn default() -> Self {
        Self {
            visibility_timeout: Duration::from_secs(30),
            delay: Duration::ZERO,
            retention: Duration::from_secs(345_600),
            message_size_max: error::SIZE_MAX,
            receive_wait: Duration::ZERO,
            redrive: None,
            redrive_permission: RedrivePermission::default(),
            policy: Vec::new(),
            others: BTreeMap::from([("SqsManagedSseEnabled".to_owned(), "true".to_owned())]),
        }
    }
}

/// Kept, and without an effect here.
const INERT: [&str; 3] = ["KmsDataKeyReusePeriodSeconds", "KmsMasterKeyId", "SqsManagedSseEnabled"];

impl QueueAttributes {
    /// Sets one attribute from its text.
    ///
    /// # Errors
    /// `InvalidAttributeName` or `InvalidAttributeValue`, in AWS's words.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), ServiceError> {
        match name {
            "VisibilityTimeout" => self.visibility_timeout = seconds(name, value, 0, 43_200)?,
            "DelaySeconds" => self.delay = seconds(name, value, 0, 900)?,
            "MessageRetentionPeriod" => self.retention = seconds(name, value, 60, 1_209_600)?,
            "ReceiveMessageWaitTimeSeconds" => self.receive_wait = seconds(name, value, 0, 20)?,
            "MaximumMessageSize" => {
                self.message_size_max = number(name, value, 1_024, error::SIZE_MAX as u64)? as usize
            }
            "RedrivePolicy" if value.is_empty() => self.redrive = None,
            "RedrivePolicy" => self.redrive = Some(RedrivePolicy::parse(value)?),
            "RedriveAllowPolicy" if value.is_empty() => {
                self.redrive_permission = RedrivePermission::default();
                self.others.remove(name);
            }
            "RedriveAllowPolicy" => {
                self.redrive_permission = RedrivePermission::parse(value)?;
                self.others.insert(name.to_owned(), value.to_owned());
            }
            "Policy" if value.is_empty() => {
                self.policy = Vec::new();
                self.others.remove(name);
            }
            "Policy" => {
                self.policy = policy::statements(value).map_err(|error| refused_policy(name, error))?;
                self.others.insert(name.to_owned(), value.to_owned());
            }
            "DeduplicationScope" | "FifoThroughputLimit" => {
                let message = format!("You can specify the {name} only when FifoQueue is set to true.");
                return Err(ServiceError::new("InvalidAttributeName", message));
            }
            _ if INERT.contains(&name) => {
                self.others.insert(name.to_owned(), value.to_owned());
            }
            _ => return Err(error::unknown_attribute(name)),
        }
        Ok(())
    }

    /// The attributes as text, in the order of their names.
    pub fn to_map(&self) -> BTreeMap<String, String> {
        let mut map = self.others.clone();
        let mut add = |name: &str, value: String| map.insert(name.to_owned(), value);
        add("VisibilityTimeout", self.visibility_timeout.as_secs().to_string());
        add("DelaySeconds", self.delay.as_secs().to_string());
        add("MessageRetentionPeriod", self.retention.as_secs().to_string());
        add("ReceiveMessageWaitTimeSeconds", self.receive_wait.as_secs().to_string());
        add("MaximumMessageSize", self.message_size_max.to_string());
        if let Some(redrive) = &self.redrive {
            add("RedrivePolicy", redrive.text.clone());
        }
        map
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RedrivePolicyText {
    dead_letter_target_arn: String,
    max_receive_count: Count,
}

/// AWS accepts the count as a number and as a string.
#[derive(Deserialize)]
#[serde(untagged)]
enum Count {
    Number(u32),
    Text(String),
}

impl RedrivePolicy {
    fn parse(text: &str) -> Result<Self, ServiceError> {
        let refused = |reason: &str| {
            error::invalid_parameter(format!("Value {text} for parameter RedrivePolicy is invalid. Reason: {reason}"))
        };
        let policy: RedrivePolicyText =
            serde_json::from_str(text).map_err(|_| refused("Redrive policy is not a valid JSON map."))?;
        let receives_max = match policy.max_receive_count {
            Count::Number(count) => Some(count),
            Count::Text(count) => count.parse().ok(),
        };
        let receives_max = receives_max
            .filter(|count| (1..=1_000).contains(count))
            .ok_or_else(|| refused("Invalid value for maxReceiveCount: must be between 1 and 1000."))?;
        Ok(Self { target_arn: policy.dead_letter_target_arn, receives_max, text: text.to_owned() })
    }

    /// Name of the dead-letter queue.
    pub fn target(&self) -> &str {
        names::plain(&self.target_arn)
    }
}

fn refused_policy(name: &str, error: PolicyError) -> ServiceError {
    match error {
        PolicyError::Malformed => error::invalid_attribute_value(name, ""),
        PolicyError::NotModelled(what) => ServiceError::not_modelled("sqs", &format!("Policy with {what}")),
    }
}

fn seconds(name: &str, value: &str, min: u64, max: u64) -> Result<Duration, ServiceError> {
    number(name, value, min, max).map(Duration::from_secs)
}

fn number(name: &str, value: &str, min: u64, max: u64) -> Result<u64, ServiceError> {
    value
        .parse()
        .ok()
        .filter(|number| (min..=max).contains(number))
        .ok_or_else(|| error::invalid_attribute_value(name, ""))
}
