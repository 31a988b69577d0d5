//! Tags of queues.

use std::collections::HashMap;

use super::super::refusal;
use super::super::subject::Subject;

fn tags<const N: usize>(tags: [(&str, &str); N]) -> HashMap<String, String> {
    tags.map(|(key, value)| (key.to_owned(), value.to_owned())).into()
}

async fn listed(subject: &Subject, queue: &str) -> HashMap<String, String> {
    subject.sqs.list_queue_tags().queue_url(queue).send().await.unwrap().tags.unwrap_or_default()
}

pub async fn a_queue_is_tagged_and_untagged(subject: &Subject) {
    let queue = subject.queue("").await;
    assert_eq!(listed(subject, &queue).await, tags([]));
    let tag = |more: HashMap<String, String>| subject.sqs.tag_queue().queue_url(&queue).set_tags(Some(more)).send();
    tag(tags([("team", "red"), ("stage", "dev")])).await.unwrap();
    tag(tags([("stage", "prod"), ("cost", "low")])).await.unwrap();
    assert_eq!(listed(subject, &queue).await, tags([("team", "red"), ("stage", "prod"), ("cost", "low")]));
    subject.sqs.untag_queue().queue_url(&queue).tag_keys("team").tag_keys("nothing").send().await.unwrap();
    assert_eq!(listed(subject, &queue).await, tags([("stage", "prod"), ("cost", "low")]));
    let nowhere = format!("{queue}-nowhere");
    let refused = refusal(subject.sqs.list_queue_tags().queue_url(nowhere).send().await);
    assert_eq!(refused.kind(), (400, "AWS.SimpleQueueService.NonExistentQueue"));
}

pub async fn a_queue_may_have_tags_from_the_start(subject: &Subject) {
    let create = subject.sqs.create_queue().queue_name(subject.name()).tags("team", "red");
    let queue = create.send().await.unwrap().queue_url.unwrap();
    assert_eq!(listed(subject, &queue).await, tags([("team", "red")]));
}
