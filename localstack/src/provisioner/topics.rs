//! Topics, and the queues that are subscribed to them.

use aws_sdk_sns::Client;
use rez_topology::Topology;

use super::error::{ProvisionError, Resource};

pub(super) async fn create(topology: &Topology, sns: &Client) -> Result<(), ProvisionError> {
    for (id, topic) in &topology.topics {
        let resource = || Resource::new("topic", id, &topic.name);
        let created = sns.create_topic().name(&topic.name).send().await.map_err(|error| resource().refused(&error))?;
        let arn = created.topic_arn.unwrap_or_default();
        if arn != topic.arn {
            return Err(resource().differs(format!("its ARN is `{arn}` instead of `{}`", topic.arn)));
        }
    }
    Ok(())
}

/// People and web hooks live outside, where nothing here can observe them, so they are left out.
pub(super) async fn subscribe(topology: &Topology, sns: &Client) -> Result<(), ProvisionError> {
    for (id, subscription) in &topology.subscriptions {
        let resource = || Resource::new("subscription", id, &subscription.endpoint);
        match subscription.protocol.as_str() {
            "sqs" => {}
            "email" | "email-json" | "http" | "https" | "sms" => continue,
            other => return Err(ProvisionError::Protocol { resource: resource(), protocol: other.to_owned() }),
        }
        let subscribe = sns
            .subscribe()
            .topic_arn(&subscription.topic_arn)
            .protocol("sqs")
            .endpoint(&subscription.endpoint)
            .attributes("RawMessageDelivery", subscription.raw_message_delivery.to_string());
        subscribe.send().await.map_err(|error| resource().refused(&error))?;
    }
    Ok(())
}
