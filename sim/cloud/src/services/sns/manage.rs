//! Topics and subscriptions themselves.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

use super::subscription::{Protocol, Subscription};
use super::{Sns, State, Topic, error};
use crate::services::{ServiceError, ids, names};

/// What can be set on a topic. Only `MaximumMessageSize` changes anything here.
const TOPIC_ATTRIBUTES: [&str; 8] = [
    "DataProtectionPolicy",
    "DeliveryPolicy",
    "DisplayName",
    "KmsMasterKeyId",
    "MaximumMessageSize",
    "Policy",
    "SignatureVersion",
    "TracingConfig",
];

/// What a topic's `MaximumMessageSize` may be, bytes ("SetTopicAttributes", SNS API reference).
const SIZE_MAX_RANGE: RangeInclusive<usize> = 1_024..=1_048_576;

impl Sns {
    /// Creates a topic, or finds the one of this name. Answers with its ARN.
    ///
    /// # Errors
    /// When the name or an attribute is not acceptable. FIFO topics are not modelled.
    pub fn create_topic(&self, name: &str, attributes: &BTreeMap<String, String>) -> Result<String, ServiceError> {
        if name.ends_with(".fifo") {
            return Err(ServiceError::not_modelled("sns", "CreateTopic with FifoTopic"));
        }
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if !(1..=256).contains(&name.len()) || !name.bytes().all(legal) {
            return Err(error::invalid("Topic Name"));
        }
        attributes.iter().try_for_each(|(attribute, value)| check_topic_attribute(attribute, value))?;
        let mut state = self.state();
        let topic = state.topics.entry(name.to_owned()).or_default();
        topic.attributes.extend(attributes.clone());
        Ok(names::topic_arn(name))
    }

    /// Deletes a topic and its subscriptions; no error when there is none.
    ///
    /// # Errors
    /// When the ARN is none.
    pub fn delete_topic(&self, topic: &str) -> Result<(), ServiceError> {
        let name = error::arn_rest("TopicArn", topic)?;
        self.state().topics.remove(name);
        Ok(())
    }

    /// ARNs of all topics, in the order of their names.
    pub fn list_topics(&self) -> Vec<String> {
        self.state().topics.keys().map(|name| names::topic_arn(name)).collect()
    }

    /// A topic's attributes.
    ///
    /// # Errors
    /// When there is no such topic.
    pub fn topic_attributes(&self, topic: &str) -> Result<BTreeMap<String, String>, ServiceError> {
        let mut state = self.state();
        let (name, topic) = state.topic(topic)?;
        let mut attributes = topic.attributes.clone();
        attributes.insert("TopicArn".to_owned(), names::topic_arn(name));
        attributes.insert("Owner".to_owned(), names::ACCOUNT.to_owned());
        attributes.insert("SubscriptionsConfirmed".to_owned(), topic.subscriptions.len().to_string());
        attributes.insert("SubscriptionsPending".to_owned(), "0".to_owned());
        Ok(attributes)
    }

    /// Sets one attribute of a topic.
    ///
    /// # Errors
    /// When there is no such topic or attribute, or the value is not acceptable.
    pub fn set_topic_attribute(&self, topic: &str, name: &str, value: &str) -> Result<(), ServiceError> {
        check_topic_attribute(name, value)?;
        self.state().topic(topic)?.1.attributes.insert(name.to_owned(), value.to_owned());
        Ok(())
    }

    /// Subscribes a queue (`sqs`) or function (`lambda`) to a topic, confirmed at once. Answers with the subscription's
    /// ARN, which is that of an equal one if there is one.
    ///
    /// # Errors
    /// When there is no such topic, or protocol, endpoint or an attribute are not acceptable.
    pub fn subscribe(
        &self,
        topic: &str,
        protocol: &str,
        endpoint: &str,
        attributes: &BTreeMap<String, String>,
    ) -> Result<String, ServiceError> {
        let protocol = Protocol::parse(protocol)?;
        let mut state = self.state();
        let id = ids::uuid(&mut state.ids);
        let (name, topic) = state.topic(topic)?;
        let mut subscription = Subscription::new(name, &id, protocol, endpoint)?;
        for (attribute, value) in attributes {
            subscription.set(attribute, value).map_err(|refusal| error::among_attributes(attribute, refusal))?;
        }
        let existing = topic.subscriptions.values().find(|existing| existing.endpoint == endpoint);
        if let Some(existing) = existing {
            return if existing.attributes == subscription.attributes {
                Ok(existing.arn.clone())
            } else {
                Err(error::invalid("Attributes Reason: Subscription already exists with different attributes"))
            };
        }
        let arn = subscription.arn.clone();
        topic.subscriptions.insert(id, Arc::new(subscription));
        Ok(arn)
    }

    /// Ends a subscription; no error when there is none.
    ///
    /// # Errors
    /// When the ARN is none.
    pub fn unsubscribe(&self, subscription: &str) -> Result<(), ServiceError> {
        let mut state = self.state();
        let (topic, id) = split(subscription)?;
        if let Some(topic) = state.topics.get_mut(topic) {
            topic.subscriptions.remove(id);
        }
        Ok(())
    }

    /// A subscription.
    ///
    /// # Errors
    /// When there is none.
    pub fn subscription(&self, arn: &str) -> Result<Arc<Subscription>, ServiceError> {
        self.state().subscription(arn).cloned()
    }

    /// Sets one attribute of a subscription. Here at once; AWS takes up to 15 minutes for a filter policy.
    ///
    /// # Errors
    /// When there is no such subscription or attribute, or the value is not acceptable.
    pub fn set_subscription_attribute(&self, arn: &str, name: &str, value: &str) -> Result<(), ServiceError> {
        let mut state = self.state();
        let mut changed = Subscription::clone(state.subscription(arn)?);
        changed.set(name, value)?;
        let (topic, id) = split(arn)?;
        let topic = state.topics.get_mut(topic).ok_or_else(error::no_subscription)?;
        topic.subscriptions.insert(id.to_owned(), Arc::new(changed));
        Ok(())
    }

    /// All subscriptions, topic by topic.
    pub fn all_subscriptions(&self) -> Vec<Arc<Subscription>> {
        self.state().topics.values().flat_map(|topic| topic.subscriptions.values().cloned()).collect()
    }

    /// The subscriptions of a topic, in the order of their ARNs.
    ///
    /// # Errors
    /// When there is no such topic.
    pub fn subscriptions(&self, topic: &str) -> Result<Vec<Arc<Subscription>>, ServiceError> {
        Ok(self.state().topic(topic)?.1.subscriptions.values().cloned().collect())
    }
}

impl State {
    /// The topic with this ARN, and its name.
    pub(super) fn topic<'a>(&mut self, arn: &'a str) -> Result<(&'a str, &mut Topic), ServiceError> {
        let name = error::arn_rest("TopicArn", arn)?;
        let topic = self.topics.get_mut(name).ok_or_else(error::no_topic)?;
        Ok((name, topic))
    }

    fn subscription(&self, arn: &str) -> Result<&Arc<Subscription>, ServiceError> {
        let (topic, id) = split(arn)?;
        let topic = self.topics.get(topic).ok_or_else(error::no_subscription)?;
        topic.subscriptions.get(id).ok_or_else(error::no_subscription)
    }
}

fn check_topic_attribute(name: &str, value: &str) -> Result<(), ServiceError> {
    if !TOPIC_ATTRIBUTES.contains(&name) {
        return Err(error::invalid("AttributeName"));
    }
    let is_size = |value: &str| value.parse().is_ok_and(|bytes: usize| SIZE_MAX_RANGE.contains(&bytes));
    if name == "MaximumMessageSize" && !is_size(value) {
        let (min, max) = (SIZE_MAX_RANGE.start(), SIZE_MAX_RANGE.end());
        return Err(error::invalid(format!("{name} Reason: must be between {min} and {max}")));
    }
    Ok(())
}

/// Topic and id in a subscription's ARN.
fn split(arn: &str) -> Result<(&str, &str), ServiceError> {
    let rest = error::arn_rest("SubscriptionArn", arn)?;
    rest.split_once(':').ok_or_else(|| error::invalid("SubscriptionId"))
}
