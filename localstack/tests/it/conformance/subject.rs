//! Who is asked: clients of one endpoint, and which of the two it is.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_sqs::types::{Message, MessageSystemAttributeName};
use rez_localstack::{Endpoint, ParameterStore, provision};
use rez_topology::Topology;

use super::Difference;
use crate::support::topology;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Arm {
    Embedded,
    LocalStack { has_moto: bool },
}

pub struct Subject {
    arm: Arm,
    /// A name for the resources of one behaviour.
    name: String,
    endpoint: Endpoint,
    pub dynamodb: aws_sdk_dynamodb::Client,
    pub parameters: ParameterStore,
    pub sns: aws_sdk_sns::Client,
    pub sqs: aws_sdk_sqs::Client,
}

impl Subject {
    pub fn embedded(behaviour: &str, endpoint: &Endpoint) -> Self {
        Self::new(Arm::Embedded, behaviour, endpoint)
    }

    pub fn localstack(behaviour: &str, endpoint: &Endpoint, has_moto: bool) -> Self {
        Self::new(Arm::LocalStack { has_moto }, behaviour, endpoint)
    }

    fn new(arm: Arm, behaviour: &str, endpoint: &Endpoint) -> Self {
        let (account, region) = ("123456789012", "us-east-1");
        let config = endpoint.sdk_config(account, region);
        Self {
            arm,
            name: behaviour.replace(' ', "").replace("::", "-"),
            endpoint: endpoint.clone(),
            dynamodb: aws_sdk_dynamodb::Client::new(&config),
            parameters: ParameterStore::new(endpoint, account, region),
            sns: aws_sdk_sns::Client::new(&config),
            sqs: aws_sdk_sqs::Client::new(&config),
        }
    }

    /// Creates these resources of a template, with `ME` in place of a name that no other behaviour has.
    pub async fn deploy(&self, resources: &str) -> Topology {
        let topology = topology(&resources.replace("ME", &self.name));
        provision(&topology, &self.endpoint, &BTreeMap::new()).await.unwrap();
        topology
    }

    /// A queue with these properties more, as YAML in braces; its URL.
    pub async fn queue(&self, properties: &str) -> String {
        let resources = format!("  Queue: {{ Type: AWS::SQS::Queue, Properties: {{ QueueName: ME{properties} }} }}\n");
        self.deploy(&resources).await.queues["Queue"].url.clone()
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// What is expected: AWS's answer, or LocalStack's where it is known to differ.
    pub fn expects<T>(&self, aws: T, difference: Difference, localstack: T) -> T {
        match self.arm {
            Arm::Embedded => aws,
            Arm::LocalStack { has_moto: false } if difference.is_motos() => aws,
            Arm::LocalStack { .. } => localstack,
        }
    }

    pub async fn send(&self, queue: &str, body: &str) -> String {
        let sent = self.sqs.send_message().queue_url(queue).message_body(body).send().await.unwrap();
        sent.message_id.unwrap()
    }

    /// Up to ten messages, with all of their attributes, without waiting.
    pub async fn receive(&self, queue: &str) -> Vec<Message> {
        let receive = self.sqs.receive_message().queue_url(queue).max_number_of_messages(10).wait_time_seconds(0);
        let receive = receive.message_system_attribute_names(MessageSystemAttributeName::All);
        receive.message_attribute_names("All").send().await.unwrap().messages.unwrap_or_default()
    }

    /// As many messages as `count`, once there are: deliveries between services take a moment.
    pub async fn await_many(&self, queue: &str, count: usize) -> Vec<Message> {
        let mut messages = Vec::new();
        for _ in 0..50 {
            messages.extend(self.receive(queue).await);
            if messages.len() >= count {
                break;
            }
            pass(Duration::from_millis(100)).await;
        }
        assert_eq!(messages.len(), count, "at `{queue}`");
        messages
    }

    pub async fn await_one(&self, queue: &str) -> Message {
        self.await_many(queue, 1).await.remove(0)
    }
}

/// Lets time pass: the wall's, or the world's.
pub async fn pass(time: Duration) {
    tokio::time::sleep(time).await;
}

/// An attribute that the service sets.
pub fn system<'a>(message: &'a Message, name: &str) -> Option<&'a str> {
    message.attributes()?.get(&MessageSystemAttributeName::from(name)).map(String::as_str)
}
