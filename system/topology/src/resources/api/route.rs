//! `AWS::ApiGatewayV2::Route`: a method and a path, and the function that answers them.

use super::super::{Reading, event};
use super::{integration, part_of, stage};
use crate::kinds;
use crate::model::{Route, Topology};
use crate::section::Section;

const METHODS: [&str; 8] = ["ANY", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];

pub(crate) fn read(reading: &Reading<'_>, topology: &mut Topology) {
    let properties = reading.properties();
    properties.deployment_only(&["OperationName"]);
    let (method, path) = key(&properties);
    let authorizer = authorizer(reading, &properties);
    let target = target(reading, &properties);
    let throttle = stage::throttle_of_route(reading, &properties);
    let Some(api) = part_of(reading, &properties, topology) else { return };
    let Some(integration) = target else { return };
    let integrated = integration.properties_again();
    let (function, qualifier) = event::function(&integration, &integrated, "IntegrationUri");
    let timeout = integration::timeout(&integrated);
    let route = Route { method, path, function, qualifier, timeout, authorizer, throttle };
    let same = api.routes.iter().find(|other| takes(other) == takes(&route));
    if let (Some(same), Some(node)) = (same, properties.find("RouteKey")) {
        properties.wrong("RouteKey", node, format!("another than `{}`, which takes the same requests", same.key()));
    }
    let place = api.routes.partition_point(|other| other.key() < route.key());
    api.routes.insert(place, route);
}

/// Method and path of `RouteKey`.
fn key(properties: &Section<'_>) -> (String, String) {
    let key = properties.required_text("RouteKey");
    match key.split_once(' ') {
        Some((method, path)) if METHODS.contains(&method) && path.starts_with('/') => {
            if let (true, Some(node)) = (is_greedy_inside(path), properties.find("RouteKey")) {
                properties.wrong("RouteKey", node, "a greedy variable at its end alone");
            }
            (method.to_owned(), path.to_owned())
        }
        _ => {
            if let (true, Some(node)) = (key != "$default", properties.find("RouteKey")) {
                properties.wrong("RouteKey", node, "`METHOD /path` or `$default`");
            }
            (String::new(), key)
        }
    }
}

/// Whether a variable takes several segments before the last.
fn is_greedy_inside(path: &str) -> bool {
    path.rsplit('/').skip(1).any(|segment| segment.ends_with("+}"))
}

/// The method, and the path without the names of its variables.
fn takes(route: &Route) -> (&str, Vec<&str>) {
    (&route.method, route.path.split('/').map(unnamed).collect())
}

fn unnamed(segment: &str) -> &str {
    match segment.strip_prefix('{').and_then(|variable| variable.strip_suffix('}')) {
        Some(variable) if variable.ends_with('+') => "{+}",
        Some(_) => "{}",
        None => segment,
    }
}

/// The name of the authorizer that stands before the route.
fn authorizer(reading: &Reading<'_>, properties: &Section<'_>) -> Option<String> {
    let guarded = properties.one_of("AuthorizationType", &["CUSTOM", "NONE"]).as_deref() == Some("CUSTOM");
    if guarded {
        properties.require("AuthorizerId");
    }
    let resource = reading.named(properties, "AuthorizerId", kinds::AUTHORIZER, "an authorizer of this template")?;
    if let (false, Some(node)) = (guarded, properties.find("AuthorizerId")) {
        properties.wrong("AuthorizerId", node, "nothing, because `AuthorizationType` is not `CUSTOM`");
    }
    reading.scope.name_of(resource, resource.line)
}

/// The integration that the route hands requests to.
fn target<'r>(reading: &'r Reading<'_>, properties: &Section<'_>) -> Option<Reading<'r>> {
    properties.require("Target");
    let node = properties.find("Target")?;
    let id = node.as_text().and_then(|text| text.strip_prefix("integrations/"));
    let integration = id.and_then(|id| reading.scope.resource_by_reference(kinds::INTEGRATION, id));
    if integration.is_none() {
        properties.wrong("Target", node, "`integrations/` and an integration of this template");
    }
    integration.map(|integration| reading.other(integration))
}
