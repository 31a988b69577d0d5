//! What AWS does on the system's behalf takes no wire, and needs permissions all the same. On AWS a missing one shows
//! late or never (an event that is dropped), so here it stops the cloud from being built.

use rez_topology::{EventSource, Function, HttpApi, Permission, Role, Schedule, Subscription, Topology};

use super::BuildError;
use crate::host::deliveries::Invocable;
use crate::host::iam::{Iam, allows_service, matches_resource};
use crate::services::names;

/// The principal for which a topic acts.
const SNS: &str = "sns.amazonaws.com";

const INVOKE: &str = "lambda:InvokeFunction";

/// What Lambda's pollers do under the function's role ("Using Lambda with Amazon SQS").
const POLLER_ACTIONS: [&str; 3] = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"];

/// Whether the pollers may read the queue under the role of the function. Lambda takes no event source without all of
/// them, so all of them are used.
pub(super) fn check_event_source(
    id: &str,
    source: &EventSource,
    function: &Function,
    role: &Role,
    iam: &Iam,
) -> Result<(), BuildError> {
    let missing = POLLER_ACTIONS.iter().find(|action| !iam.uses(&function.role, action, &source.queue_arn));
    missing.map_or(Ok(()), |action| Err(not_permitted(id, &role.name, action, &source.queue_arn)))
}

/// Whether a policy of the queue lets the topic send to it. Only of a queue in the template are the policies known.
pub(super) fn check_subscription(id: &str, subscription: &Subscription, topology: &Topology) -> Result<(), BuildError> {
    let (topic, arn) = (&subscription.topic_arn, &subscription.endpoint);
    let missing = || BuildError::Missing { user: id.to_owned(), what: "queue", name: arn.clone() };
    let queue = topology.queue_by_arn(arn).ok_or_else(missing)?;
    if allows_service(topology.queue_statements(queue), SNS, topic, "sqs:SendMessage", arn) {
        return Ok(());
    }
    Err(not_permitted(id, topic, "sqs:SendMessage", arn))
}

/// Whether the topic may invoke the function that is subscribed to it.
pub(super) fn check_subscribed_function(
    id: &str,
    subscription: &Subscription,
    topology: &Topology,
) -> Result<(), BuildError> {
    let (name, qualifier) = names::function(&subscription.endpoint);
    let missing = || BuildError::Missing { user: id.to_owned(), what: "function", name: name.to_owned() };
    let found = topology.functions.iter().find(|(_, function)| function.name == name);
    let (function, _) = found.ok_or_else(missing)?;
    check_invocation(id, SNS, &subscription.topic_arn, &Invoked { function, qualifier }, topology)
}

/// The functions that topics may invoke.
pub(super) fn invocable_by_topics(topology: &Topology) -> Vec<Invocable> {
    let of_topics = |permission: &&Permission| permission.principal == SNS && permission.action == INVOKE;
    let invocable = |permission: &Permission| {
        let name = &topology.functions.get(&permission.function)?.name;
        let topic_arn = permission.source_arn.clone().unwrap_or_else(|| "*".to_owned());
        let function_arn = names::function_arn(&names::qualified(name, permission.qualifier.as_deref()));
        Some(Invocable { function_arn, topic_arn })
    };
    topology.permissions.values().filter(of_topics).filter_map(invocable).collect()
}

/// What somebody invokes: a function, or a version or an alias of it.
struct Invoked<'a> {
    function: &'a str,
    qualifier: Option<&'a str>,
}

impl<'a> Invoked<'a> {
    fn new(function: &'a str, qualifier: Option<&'a String>) -> Self {
        Self { function, qualifier: qualifier.map(String::as_str) }
    }

    /// Whether a permission is about this. A function, each of its versions and each of its aliases have a policy of their
    /// own (`GetPolicy`), and one does not stand in for another: with a permission for an alias, "if you attempt to invoke
    /// the function without an alias or a specific version, then you get a permission error" (developer guide,
    /// `using-aliases`; `AddPermission` says the same of versions).
    fn is_named_by(&self, permission: &Permission) -> bool {
        permission.function == self.function && permission.qualifier.as_deref() == self.qualifier
    }

    fn name(&self) -> String {
        names::qualified(self.function, self.qualifier)
    }
}

/// Whether the rule may invoke its function.
pub(super) fn check_schedule(id: &str, schedule: &Schedule, topology: &Topology) -> Result<(), BuildError> {
    let rule = names::arn("events", &format!("rule/{}", schedule.name));
    let invoked = Invoked::new(&schedule.function, schedule.qualifier.as_ref());
    check_invocation(id, "events.amazonaws.com", &rule, &invoked, topology)
}

/// Whether the API may invoke the functions of its routes and authorizers.
pub(super) fn check_api(id: &str, api: &HttpApi, topology: &Topology) -> Result<(), BuildError> {
    let routes = api.routes.iter().map(|route| {
        let source = format!("{}/{}/{}{}", api.id, api.stage, route.method, route.path);
        (source, Invoked::new(&route.function, route.qualifier.as_ref()))
    });
    let authorizers = api.authorizers.values().map(|authorizer| {
        let source = format!("{}/authorizers/{}", api.id, authorizer.id);
        (source, Invoked::new(&authorizer.function, authorizer.qualifier.as_ref()))
    });
    for (source, invoked) in routes.chain(authorizers) {
        let source = names::arn("execute-api", &source);
        check_invocation(id, "apigateway.amazonaws.com", &source, &invoked, topology)?;
    }
    Ok(())
}

fn check_invocation(
    id: &str,
    principal: &str,
    source: &str,
    invoked: &Invoked<'_>,
    topology: &Topology,
) -> Result<(), BuildError> {
    let action = INVOKE;
    let permits = |permission: &Permission| {
        invoked.is_named_by(permission)
            && permission.action == action
            && permission.principal == principal
            && permission.source_arn.as_ref().is_none_or(|pattern| matches_resource(pattern, source))
    };
    if topology.permissions.values().any(permits) {
        return Ok(());
    }
    Err(not_permitted(id, source, action, &invoked.name()))
}

fn not_permitted(user: &str, principal: &str, action: &str, resource: &str) -> BuildError {
    BuildError::NotPermitted {
        user: user.to_owned(),
        principal: principal.to_owned(),
        action: action.to_owned(),
        resource: resource.to_owned(),
    }
}
