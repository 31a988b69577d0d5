//! `AWS::SNS::Topic` (standard topics) and `AWS::SNS::Subscription`.

use super::Reading;
use crate::model::{Subscription, Topic, Topology};

pub(crate) fn read(reading: &Reading<'_>, topology: &mut Topology) {
    let properties = reading.properties();
    properties.deployment_only(&["DisplayName", "KmsMasterKeyId", "Tags"]);
    let topic = Topic { name: reading.name(), arn: reading.attribute("TopicArn") };
    topology.topics.insert(reading.id(), topic);
}

pub(crate) fn subscription(reading: &Reading<'_>, topology: &mut Topology) {
    let properties = reading.properties();
    properties.require("Protocol");
    let protocols = ["email", "email-json", "http", "https", "lambda", "sms", "sqs"];
    let subscription = Subscription {
        topic_arn: properties.required_text("TopicArn"),
        protocol: properties.one_of("Protocol", &protocols).unwrap_or_default(),
        endpoint: properties.required_text("Endpoint"),
        raw_message_delivery: properties.flag("RawMessageDelivery").unwrap_or(false),
    };
    topology.subscriptions.insert(reading.id(), subscription);
}
