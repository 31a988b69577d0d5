//! Finding things by what AWS calls them: names, ARNs and URLs.

use crate::model::{EventSource, Function, Queue, Role, Statement, Subscription, Table, Topic, Topology};

impl Topology {
    /// A function by its name or its ARN (with or without a `:$LATEST`), or the ARN of its alias, with its logical id.
    pub fn function_by_name(&self, name_or_arn: &str) -> Option<(&str, &Function)> {
        let wanted = name_or_arn.strip_suffix(":$LATEST").unwrap_or(name_or_arn);
        let mut functions = self.functions.iter();
        let is_alias = |function: &Function| function.alias.as_ref().is_some_and(|alias| alias.arn == wanted);
        let found =
            functions.find(|(_, function)| function.name == wanted || function.arn == wanted || is_alias(function));
        found.map(|(id, function)| (id.as_str(), function))
    }

    /// A table by its name or its ARN.
    pub fn table_by_name(&self, name_or_arn: &str) -> Option<&Table> {
        self.tables.values().find(|table| table.name == name_or_arn || table.arn == name_or_arn)
    }

    pub fn queue_by_arn(&self, arn: &str) -> Option<&Queue> {
        self.queues.values().find(|queue| queue.arn == arn)
    }

    pub fn queue_by_url(&self, url: &str) -> Option<&Queue> {
        self.queues.values().find(|queue| queue.url == url)
    }

    pub fn queue_by_name(&self, name: &str) -> Option<&Queue> {
        self.queues.values().find(|queue| queue.name == name)
    }

    pub fn topic_by_arn(&self, arn: &str) -> Option<&Topic> {
        self.topics.values().find(|topic| topic.arn == arn)
    }

    /// What is delivered from a topic, in the order of logical ids.
    pub fn subscriptions_of<'t>(&'t self, topic_arn: &'t str) -> impl Iterator<Item = &'t Subscription> {
        self.subscriptions.values().filter(move |subscription| subscription.topic_arn == topic_arn)
    }

    /// The event sources that read a queue.
    pub fn event_sources_of<'t>(&'t self, queue_arn: &'t str) -> impl Iterator<Item = &'t EventSource> {
        self.event_sources.values().filter(move |source| source.queue_arn == queue_arn)
    }

    /// What the policies of a queue say about it.
    pub fn queue_statements<'t>(&'t self, queue: &'t Queue) -> impl Iterator<Item = &'t Statement> {
        let policies = self.queue_policies.values().filter(|policy| policy.queue_urls.contains(&queue.url));
        policies.flat_map(|policy| &policy.statements)
    }

    /// The role of a function, by the function's logical id.
    pub fn role_of(&self, function: &str) -> Option<&Role> {
        self.roles.get(&self.functions.get(function)?.role)
    }

    /// Whether a service may invoke a function on behalf of `source_arn` (a rule, an API).
    pub fn may_invoke(&self, principal: &str, source_arn: &str, function: &str) -> bool {
        self.permissions.values().any(|permission| {
            permission.function == function
                && permission.action == "lambda:InvokeFunction"
                && permission.principal == principal
                && permission.source_arn.as_deref().is_none_or(|arn| arn == source_arn)
        })
    }
}
