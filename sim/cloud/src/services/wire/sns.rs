//! SNS: the query protocol.

use std::sync::Arc;

use super::Answer;
use super::query::Form;
use super::xml::{self, Xml};
use crate::history::Cause;
use crate::services::ServiceError;
use crate::services::sns::{Publication, Sns, Structure, Subscription};

pub(super) fn answer(sns: &Sns, operation: &str, body: &[u8], trace_header: Option<&str>, cause: Cause<'_>) -> Answer {
    let form = Form::parse(body);
    let outcome = match operation {
        "Publish" => publish(sns, &form, trace_header, cause),
        "PublishBatch" => publish_batch(sns, &form, trace_header, cause),
        "CreateTopic" => create_topic(sns, &form),
        "DeleteTopic" => sns.delete_topic(text(&form, "TopicArn")).map(|()| Xml::default()),
        "ListTopics" => Ok(list_topics(sns)),
        "GetTopicAttributes" => sns.topic_attributes(text(&form, "TopicArn")).map(|map| attributes(&map)),
        "SetTopicAttributes" => set_topic_attributes(sns, &form),
        "Subscribe" => subscribe(sns, &form),
        "Unsubscribe" => sns.unsubscribe(text(&form, "SubscriptionArn")).map(|()| Xml::default()),
        "ListSubscriptions" => Ok(list_subscriptions(&sns.all_subscriptions())),
        "ListSubscriptionsByTopic" => sns.subscriptions(text(&form, "TopicArn")).map(|all| list_subscriptions(&all)),
        "GetSubscriptionAttributes" => {
            sns.subscription(text(&form, "SubscriptionArn")).map(|subscription| attributes(&subscription.to_map()))
        }
        "SetSubscriptionAttributes" => set_subscription_attributes(sns, &form),
        _ => Err(ServiceError::not_modelled("sns", operation)),
    };
    match outcome {
        Ok(result) => xml::ok(xml::SNS, operation, result),
        Err(refusal) => xml::error(xml::SNS, &refusal),
    }
}

fn text<'a>(form: &'a Form, key: &str) -> &'a str {
    form.get(key).unwrap_or_default()
}

fn publish(sns: &Sns, form: &Form, trace_header: Option<&str>, cause: Cause<'_>) -> Result<Xml, ServiceError> {
    if form.get("PhoneNumber").is_some() {
        return Err(ServiceError::not_modelled("sns", "Publish to a phone number"));
    }
    let topic = form.first_of(&["TopicArn", "TargetArn"]).unwrap_or_default();
    let message_id = sns.publish(topic, publication(form, "", trace_header)?, cause)?;
    Ok(Xml::default().text("MessageId", &message_id))
}

fn publish_batch(sns: &Sns, form: &Form, trace_header: Option<&str>, cause: Cause<'_>) -> Result<Xml, ServiceError> {
    let entry = |member: String| {
        let prefix = format!("{member}.");
        let id = text(form, &format!("{prefix}Id")).to_owned();
        Ok((id, publication(form, &prefix, trace_header)?))
    };
    let entries = form.members("PublishBatchRequestEntries.member").map(entry).collect::<Result<_, ServiceError>>()?;
    let outcome = sns.publish_batch(text(form, "TopicArn"), entries, cause)?;
    let (mut successful, mut failed) = (Vec::new(), Vec::new());
    for (id, outcome) in outcome {
        let entry = Xml::default().text("Id", &id);
        match outcome {
            Ok(message_id) => successful.push(entry.text("MessageId", &message_id)),
            Err(refusal) => failed
                .push(entry.text("Code", &refusal.code).text("Message", &refusal.message).text("SenderFault", "true")),
        }
    }
    Ok(Xml::default().members("Successful", successful).members("Failed", failed))
}

/// The message whose members begin with `prefix`.
fn publication(form: &Form, prefix: &str, trace_header: Option<&str>) -> Result<Publication, ServiceError> {
    let part = |name: &str| form.get(&format!("{prefix}{name}"));
    let structure = match part("MessageStructure") {
        Some("json") => Structure::PerProtocol,
        _ => Structure::Plain,
    };
    Ok(Publication {
        message: part("Message").unwrap_or_default().to_owned(),
        subject: part("Subject").map(str::to_owned),
        structure,
        attributes: form.message_attributes(&format!("{prefix}MessageAttributes"))?,
        trace_header: trace_header.map(str::to_owned),
        group_id: part("MessageGroupId").map(str::to_owned),
        deduplication_id: part("MessageDeduplicationId").map(str::to_owned),
    })
}

fn create_topic(sns: &Sns, form: &Form) -> Result<Xml, ServiceError> {
    let arn = sns.create_topic(text(form, "Name"), &form.map("Attributes"))?;
    Ok(Xml::default().text("TopicArn", &arn))
}

fn list_topics(sns: &Sns) -> Xml {
    let topics = sns.list_topics();
    Xml::default().members("Topics", topics.iter().map(|arn| Xml::default().text("TopicArn", arn)))
}

fn set_topic_attributes(sns: &Sns, form: &Form) -> Result<Xml, ServiceError> {
    let (name, value) = (text(form, "AttributeName"), text(form, "AttributeValue"));
    sns.set_topic_attribute(text(form, "TopicArn"), name, value).map(|()| Xml::default())
}

fn subscribe(sns: &Sns, form: &Form) -> Result<Xml, ServiceError> {
    let (topic, protocol, endpoint) = (text(form, "TopicArn"), text(form, "Protocol"), text(form, "Endpoint"));
    let arn = sns.subscribe(topic, protocol, endpoint, &form.map("Attributes"))?;
    Ok(Xml::default().text("SubscriptionArn", &arn))
}

fn list_subscriptions(subscriptions: &[Arc<Subscription>]) -> Xml {
    let member = |subscription: &Arc<Subscription>| {
        Xml::default()
            .text("SubscriptionArn", &subscription.arn)
            .text("Owner", crate::services::names::ACCOUNT)
            .text("Protocol", subscription.protocol.name())
            .text("Endpoint", &subscription.endpoint)
            .text("TopicArn", &subscription.topic_arn)
    };
    Xml::default().members("Subscriptions", subscriptions.iter().map(member))
}

fn set_subscription_attributes(sns: &Sns, form: &Form) -> Result<Xml, ServiceError> {
    let (name, value) = (text(form, "AttributeName"), text(form, "AttributeValue"));
    sns.set_subscription_attribute(text(form, "SubscriptionArn"), name, value).map(|()| Xml::default())
}

fn attributes(map: &std::collections::BTreeMap<String, String>) -> Xml {
    let entry = |inside: Xml, (key, value): (&String, &String)| {
        inside.element("entry", Xml::default().text("key", key).text("value", value))
    };
    Xml::default().element("Attributes", map.iter().fold(Xml::default(), entry))
}
