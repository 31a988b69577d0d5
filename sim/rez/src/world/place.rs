//! Where in its template a mistake is that only the cloud sees.

use std::collections::BTreeMap;

use rez_cloud::BuildError;
use rez_cloud::host::api_gateway::{ApiError, AuthorizerError};
use rez_cloud::host::cloudwatch::{AlarmError, WatchError};
use rez_cloud::host::cognito::SettingsError;
use rez_topology::{Schedule, Topology};

/// The error, behind `FILE:LINE` if it is the template's.
pub fn placed(error: BuildError, topology: &Topology) -> anyhow::Error {
    match place(&error, topology) {
        Some(place) => anyhow::Error::new(error).context(place),
        None => anyhow::Error::new(error).context("cannot build the cloud"),
    }
}

fn place(error: &BuildError, topology: &Topology) -> Option<String> {
    let origin = &topology.origin;
    match error {
        BuildError::NoProgram(id)
        | BuildError::Missing { user: id, .. }
        | BuildError::NotPermitted { user: id, .. }
        | BuildError::Refused { resource: id, .. } => origin.of(id),
        BuildError::NoFunction { .. } => Some(origin.of_resources()),
        BuildError::Protocol { subscription, .. } => origin.of_property(subscription, "Protocol"),
        BuildError::Schedule { rule, .. } => of_schedule(rule, topology),
        BuildError::Api { api, error: ApiError::Cors(_) } => origin.of_property(api, "CorsConfiguration"),
        BuildError::Api { api, error: ApiError::Authorizer { authorizer, error } } => {
            let authorizer = topology.http_apis.get(api)?.authorizers.get(authorizer)?;
            origin.of_property(&authorizer.logical_id, property_of_authorizer(error))
        }
        BuildError::Api { api, .. } => origin.of(api),
        BuildError::UserPool { error: SettingsError::Secret(client), .. } => {
            origin.of_property(client, "GenerateSecret")
        }
        BuildError::UserPool { pool, .. } => origin.of(pool),
        BuildError::Watch(WatchError::Filter { filter, .. }) => origin.of_property(filter, "FilterPattern"),
        BuildError::Watch(WatchError::Alarm { alarm, error }) => {
            let id = id_of(&topology.alarms, |known| known.name == *alarm)?;
            origin.of_property(id, property_of_alarm(error))
        }
        BuildError::Binary { .. } | BuildError::Elsewhere { .. } | BuildError::Fault(_) => None,
    }
}

/// A function's event names the expression otherwise than a rule does.
fn of_schedule(rule: &str, topology: &Topology) -> Option<String> {
    let id = id_of(&topology.schedules, |known: &Schedule| known.name == rule)?;
    let is_event = topology.origin.declares(id, "Schedule");
    topology.origin.of_property(id, if is_event { "Schedule" } else { "ScheduleExpression" })
}

fn property_of_authorizer(error: &AuthorizerError) -> &'static str {
    match error {
        AuthorizerError::Policy => "EnableSimpleResponses",
        AuthorizerError::Source(_) => "IdentitySource",
    }
}

fn property_of_alarm(error: &AlarmError) -> &'static str {
    match error {
        AlarmError::MetricNotModelled(_) => "MetricName",
        AlarmError::NoResource { .. } => "Dimensions",
        AlarmError::Statistic(_) => "ExtendedStatistic",
        AlarmError::Value { property, .. } => property,
        AlarmError::Action(_) => "AlarmActions",
    }
}

fn id_of<T>(all: &BTreeMap<String, T>, is_meant: impl Fn(&T) -> bool) -> Option<&str> {
    all.iter().find(|(_, known)| is_meant(known)).map(|(id, _)| id.as_str())
}
