//! What a template describes, after parameters and conditions are resolved for one stage.

mod alias;
mod api;
mod document;
mod key;
mod origin;
mod sign_in;
mod watch;

pub use alias::{Alias, GradualDeployment};
pub use api::{AccessLog, Authorizer, Cors, HttpApi, Route, Throttle};
pub use key::EncryptionKey;
pub(crate) use origin::Declaration;
pub use origin::Origin;
pub use sign_in::{UserGroup, UserPool, UserPoolClient};
pub use watch::{Alarm, Dashboard, Graph, LogGroup, MetricFilter, SamplingRule, SavedQuery, Shows, Tile, Widget};

use std::collections::BTreeMap;
use std::time::Duration;

/// Everything that one template deploys, by logical id.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Topology {
    pub origin: Origin,
    pub region: String,
    pub account: String,
    /// Values of the template's parameters, after defaults and overrides.
    pub parameters: BTreeMap<String, String>,
    pub functions: BTreeMap<String, Function>,
    pub tables: BTreeMap<String, Table>,
    pub queues: BTreeMap<String, Queue>,
    pub topics: BTreeMap<String, Topic>,
    pub subscriptions: BTreeMap<String, Subscription>,
    pub event_sources: BTreeMap<String, EventSource>,
    pub schedules: BTreeMap<String, Schedule>,
    pub roles: BTreeMap<String, Role>,
    pub queue_policies: BTreeMap<String, QueuePolicy>,
    pub permissions: BTreeMap<String, Permission>,
    pub log_groups: BTreeMap<String, LogGroup>,
    pub metric_filters: BTreeMap<String, MetricFilter>,
    pub alarms: BTreeMap<String, Alarm>,
    pub dashboards: BTreeMap<String, Dashboard>,
    pub saved_queries: BTreeMap<String, SavedQuery>,
    pub sampling_rules: BTreeMap<String, SamplingRule>,
    pub keys: BTreeMap<String, EncryptionKey>,
    pub http_apis: BTreeMap<String, HttpApi>,
    pub user_pools: BTreeMap<String, UserPool>,
    pub store_parameters: BTreeMap<String, StoreParameter>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    /// `FunctionName`, the name that Invoke takes.
    pub name: String,
    pub arn: String,
    pub timeout: Duration,
    pub memory_mb: u32,
    pub reserved_concurrency: Option<u32>,
    pub architecture: String,
    pub runtime: String,
    pub environment: BTreeMap<String, String>,
    /// Logical id of its role.
    pub role: String,
    pub tracing_active: bool,
    pub layers: Vec<String>,
    /// Name of the log group that it writes to.
    pub log_group: String,
    pub asynchronous: AsynchronousInvoke,
    /// What its callers in the template invoke, if it has one.
    pub alias: Option<Alias>,
}

/// What Lambda does with an event whose asynchronous invocation failed.
#[derive(Clone, Debug, PartialEq)]
pub struct AsynchronousInvoke {
    /// Tries after the first, 0 to 2.
    pub retry_attempts: u32,
    pub event_age_max: Duration,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    pub name: String,
    pub arn: String,
    pub partition_key: Key,
    pub sort_key: Option<Key>,
    pub indexes: Vec<Index>,
    pub ttl_attribute: Option<String>,
    pub point_in_time_recovery: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    pub name: String,
    /// `S`, `N` or `B`.
    pub kind: String,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Index {
    pub name: String,
    pub partition_key: Key,
    pub sort_key: Option<Key>,
    pub projection: Projection,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Projection {
    All,
    KeysOnly,
    Include(Vec<String>),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Queue {
    pub name: String,
    pub arn: String,
    pub url: String,
    pub visibility_timeout: Duration,
    pub retention: Duration,
    pub delay: Duration,
    pub receive_wait: Duration,
    pub redrive: Option<Redrive>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Redrive {
    /// ARN of the dead-letter queue.
    pub target_arn: String,
    pub max_receive_count: u32,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Topic {
    pub name: String,
    pub arn: String,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Subscription {
    pub topic_arn: String,
    /// `sqs` or `lambda`, `email`, `https`.
    pub protocol: String,
    /// ARN or address.
    pub endpoint: String,
    pub raw_message_delivery: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct EventSource {
    pub queue_arn: String,
    /// Logical id of the function.
    pub function: String,
    pub batch_size: u32,
    pub batching_window: Duration,
    pub maximum_concurrency: Option<u32>,
    pub report_batch_item_failures: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    /// Name of the rule.
    pub name: String,
    /// `rate(…)` or `cron(…)`.
    pub expression: String,
    /// Logical id of the function.
    pub function: String,
    /// The alias that it invokes.
    pub qualifier: Option<String>,
    /// Constant JSON that replaces the event.
    pub input: Option<String>,
    pub enabled: bool,
    /// Of EventBridge, until Lambda has accepted the event; from then on the function's [`AsynchronousInvoke`] holds.
    pub retry_attempts: u32,
    /// Of an event that Lambda has not accepted.
    pub event_age_max: Duration,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Role {
    pub name: String,
    pub arn: String,
    /// Service principals (`lambda.amazonaws.com`) that may assume it.
    pub trusted: Vec<String>,
    pub statements: Vec<Statement>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    pub allow: bool,
    pub actions: Vec<String>,
    pub resources: Vec<String>,
    /// Services (`sns.amazonaws.com`) and ARNs of accounts of a resource policy; empty in a role's.
    pub principals: Vec<String>,
    /// `aws:SourceArn` that a resource policy demands.
    pub source_arns: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct QueuePolicy {
    pub queue_urls: Vec<String>,
    pub statements: Vec<Statement>,
}

/// Who may invoke a function that is not called under a role (`AWS::Lambda::Permission`).
#[derive(Clone, Debug, PartialEq)]
pub struct Permission {
    /// Logical id of the function.
    pub function: String,
    /// The alias that may be invoked; `None` permits the unqualified function alone.
    pub qualifier: Option<String>,
    pub action: String,
    /// Service principal (`events.amazonaws.com`).
    pub principal: String,
    /// ARN of what invokes (the rule); `None` permits all of the service.
    pub source_arn: Option<String>,
}

/// A plain entry of Parameter Store (`AWS::SSM::Parameter`); CloudFormation cannot create a SecureString.
#[derive(Clone, Debug, PartialEq)]
pub struct StoreParameter {
    pub name: String,
    pub kind: String,
    pub value: String,
}
