//! `AWS::SQS::Queue` (standard queues) and `AWS::SQS::QueuePolicy`.

use std::time::Duration;

use super::Reading;
use super::policy::{self, Purpose};
use crate::model::{Queue, QueuePolicy, Redrive, Topology};

/// SQS's defaults.
const VISIBILITY_TIMEOUT_DEFAULT: Duration = Duration::from_secs(30);
const RETENTION_DEFAULT: Duration = Duration::from_secs(4 * 24 * 3600);

pub(crate) fn read(reading: &Reading<'_>, topology: &mut Topology) {
    let properties = reading.properties();
    properties.deployment_only(&["KmsDataKeyReusePeriodSeconds", "KmsMasterKeyId", "SqsManagedSseEnabled", "Tags"]);
    let redrive = properties.section("RedrivePolicy").map(|policy| {
        policy.require("maxReceiveCount");
        Redrive {
            target_arn: policy.required_text("deadLetterTargetArn"),
            max_receive_count: policy.number("maxReceiveCount", 1..=1000).unwrap_or(1),
        }
    });
    let queue = Queue {
        name: reading.name(),
        arn: reading.attribute("Arn"),
        url: reading.attribute("QueueUrl"),
        visibility_timeout: properties.seconds("VisibilityTimeout", 0..=43_200).unwrap_or(VISIBILITY_TIMEOUT_DEFAULT),
        retention: properties.seconds("MessageRetentionPeriod", 60..=1_209_600).unwrap_or(RETENTION_DEFAULT),
        delay: properties.seconds("DelaySeconds", 0..=900).unwrap_or(Duration::ZERO),
        receive_wait: properties.seconds("ReceiveMessageWaitTimeSeconds", 0..=20).unwrap_or(Duration::ZERO),
        redrive,
    };
    topology.queues.insert(reading.id(), queue);
}

pub(crate) fn policy(reading: &Reading<'_>, topology: &mut Topology) {
    let properties = reading.properties();
    properties.require("Queues");
    let document = properties.required_section("PolicyDocument");
    let policy = QueuePolicy {
        queue_urls: properties.texts("Queues"),
        statements: document.map(|document| policy::statements(&document, Purpose::Resource)).unwrap_or_default(),
    };
    topology.queue_policies.insert(reading.id(), policy);
}
