//! Queues, in two rounds: policies name queues that must be there.

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::QueueAttributeName;
use rez_topology::{Queue, Topology};

use super::error::{ProvisionError, Resource};

pub(super) async fn create(topology: &Topology, sqs: &Client) -> Result<(), ProvisionError> {
    for (id, queue) in &topology.queues {
        create_queue(id, queue, sqs).await?;
    }
    for (id, queue) in &topology.queues {
        let redrive = queue.redrive.as_ref().map(|redrive| (QueueAttributeName::RedrivePolicy, redrive.document()));
        let policy = topology.queue_policy(queue).map(|policy| (QueueAttributeName::Policy, policy));
        for (attribute, policy) in redrive.into_iter().chain(policy) {
            let request = sqs.set_queue_attributes().queue_url(&queue.url).attributes(attribute, policy);
            request.send().await.map_err(|error| Resource::new("queue", id, &queue.name).refused(&error))?;
        }
    }
    Ok(())
}

/// An existing queue with the same attributes is as good as a new one; with others, SQS refuses.
async fn create_queue(id: &str, queue: &Queue, sqs: &Client) -> Result<(), ProvisionError> {
    let resource = || Resource::new("queue", id, &queue.name);
    let mut request = sqs.create_queue().queue_name(&queue.name);
    for (name, value) in attributes(queue) {
        request = request.attributes(name, value);
    }
    let created = request.send().await.map_err(|error| resource().refused(&error))?;
    // Its host is the endpoint's own business; account and name are what the functions will ask for.
    let (url, path) = (created.queue_url.unwrap_or_default(), path(&queue.url));
    if url.ends_with(path) { Ok(()) } else { Err(resource().differs(format!("`{url}` does not end in `{path}`"))) }
}

fn attributes(queue: &Queue) -> [(QueueAttributeName, String); 4] {
    [
        (QueueAttributeName::VisibilityTimeout, queue.visibility_timeout),
        (QueueAttributeName::MessageRetentionPeriod, queue.retention),
        (QueueAttributeName::DelaySeconds, queue.delay),
        (QueueAttributeName::ReceiveMessageWaitTimeSeconds, queue.receive_wait),
    ]
    .map(|(name, value)| (name, value.as_secs().to_string()))
}

/// `/ACCOUNT/NAME` of a queue's URL.
fn path(url: &str) -> &str {
    url.match_indices('/').nth(2).map_or(url, |(at, _)| &url[at..])
}
