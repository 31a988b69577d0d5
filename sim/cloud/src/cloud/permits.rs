//! What AWS does on the system's behalf takes no wire, and needs permissions all the same. On AWS a missing one shows
//! late or never (an event that is dropped), so here it stops the cloud from being built.

use rez_topology::{
    Authorizer, EventSource, Function, HttpApi, Permission, Role, Route, Schedule, Subscription, Topology,
};

use super::BuildError;
use crate::host::iam::{Iam, allows, matches_resource};
use crate::services::names;

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

/// Whether a policy of the queue lets the topic send to it.
pub(super) fn check_subscription(id: &str, subscription: &Subscription, topology: &Topology) -> Result<(), BuildError> {
    let queue_url = names::queue_url(names::plain(&subscription.endpoint));
    let policies = topology.queue_policies.values().filter(|policy| policy.queue_urls.contains(&queue_url));
    let mut statements = policies.flat_map(|policy| &policy.statements);
    let permitted = statements.any(|statement| {
        is_for(&statement.principals, "sns.amazonaws.com")
            && (statement.source_arns.is_empty() || statement.source_arns.contains(&subscription.topic_arn))
            && allows(std::slice::from_ref(statement), "sqs:SendMessage", &subscription.endpoint)
    });
    if permitted {
        return Ok(());
    }
    Err(not_permitted(id, &subscription.topic_arn, "sqs:SendMessage", &subscription.endpoint))
}

/// Whether the rule may invoke its function.
pub(super) fn check_schedule(id: &str, schedule: &Schedule, topology: &Topology) -> Result<(), BuildError> {
    let rule = names::arn("events", &format!("rule/{}", schedule.name));
    let permits = |permission: &Permission| {
        permission.function == schedule.function
            && permission.principal == "events.amazonaws.com"
            && permission.source_arn.as_ref().is_none_or(|source| *source == rule)
    };
    if topology.permissions.values().any(permits) {
        return Ok(());
    }
    Err(not_permitted(id, &rule, "lambda:InvokeFunction", &schedule.function))
}

/// Whether the API may invoke the functions of its routes and authorizers.
pub(super) fn check_api(id: &str, api: &HttpApi, topology: &Topology) -> Result<(), BuildError> {
    let of_route = |route: &Route| {
        let source = format!("{}/{}/{}{}", api.id, api.stage, route.method, route.path);
        (source, route.function.clone())
    };
    let of_authorizer =
        |authorizer: &Authorizer| (format!("{}/authorizers/{}", api.id, authorizer.id), authorizer.function.clone());
    let routes = api.routes.iter().map(of_route);
    for (source, function) in routes.chain(api.authorizers.values().map(of_authorizer)) {
        let source = names::arn("execute-api", &source);
        let permits = |permission: &Permission| {
            permission.function == function
                && permission.action == "lambda:InvokeFunction"
                && permission.principal == "apigateway.amazonaws.com"
                && permission.source_arn.as_ref().is_none_or(|pattern| matches_resource(pattern, &source))
        };
        if !topology.permissions.values().any(permits) {
            return Err(not_permitted(id, &source, "lambda:InvokeFunction", &function));
        }
    }
    Ok(())
}

fn is_for(principals: &[String], service: &str) -> bool {
    principals.iter().any(|principal| principal == service || principal == "*")
}

fn not_permitted(user: &str, principal: &str, action: &str, resource: &str) -> BuildError {
    BuildError::NotPermitted {
        user: user.to_owned(),
        principal: principal.to_owned(),
        action: action.to_owned(),
        resource: resource.to_owned(),
    }
}
