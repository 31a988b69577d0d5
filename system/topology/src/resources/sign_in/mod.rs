//! `AWS::Cognito`: a user pool, its address, its groups, its applications and their scopes. Each adds its part, whichever comes first.

mod client;

pub(crate) use client::read as client;

use super::Reading;
use crate::kinds;
use crate::model::{Topology, UserGroup, UserPool};
use crate::section::Section;

pub(crate) fn pool(reading: &Reading<'_>, topology: &mut Topology) {
    let properties = reading.properties();
    properties.deployment_only(&[
        "AccountRecoverySetting",
        "AdminCreateUserConfig",
        "AutoVerifiedAttributes",
        "DeletionProtection",
        "EnabledMfas",
        "MfaConfiguration",
        "Policies",
        "UserPoolTags",
        "UserPoolTier",
        "UsernameAttributes",
        "UsernameConfiguration",
    ]);
    let pool = topology.user_pools.entry(reading.id()).or_default();
    pool.id = reading.reference();
    pool.name = reading.name();
    pool.arn = reading.attribute("Arn");
    pool.issuer = reading.attribute("ProviderURL");
}

/// A prefix of Cognito's own domain; a domain of one's own is not modelled.
pub(crate) fn domain(reading: &Reading<'_>, topology: &mut Topology) {
    let properties = reading.properties();
    properties.one_of("ManagedLoginVersion", &["1", "2"]);
    let domain = properties.required_text("Domain");
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if let (false, Some(node)) = (domain.bytes().all(allowed), properties.find("Domain")) {
        properties.wrong("Domain", node, "lower-case letters, digits and hyphens");
    }
    if let Some(pool) = part_of(reading, &properties, topology) {
        pool.domain = Some(domain);
    }
}

pub(crate) fn group(reading: &Reading<'_>, topology: &mut Topology) {
    let properties = reading.properties();
    properties.deployment_only(&["Description"]);
    let name = properties.required_text("GroupName");
    let group = UserGroup { name, precedence: properties.number("Precedence", 0..=u32::MAX) };
    if let Some(pool) = part_of(reading, &properties, topology) {
        pool.groups.insert(reading.id(), group);
    }
}

/// An API that applications ask access to, by scopes of its own.
pub(crate) fn resource_server(reading: &Reading<'_>, topology: &mut Topology) {
    let properties = reading.properties();
    properties.deployment_only(&["Name"]);
    properties.require("Name");
    let identifier = properties.required_text("Identifier");
    let scopes = properties.sections("Scopes").into_iter().map(|scope| {
        scope.deployment_only(&["ScopeDescription"]);
        scope.require("ScopeDescription");
        format!("{identifier}/{}", scope.required_text("ScopeName"))
    });
    let scopes = scopes.collect();
    if let Some(pool) = part_of(reading, &properties, topology) {
        pool.scopes.insert(reading.id(), scopes);
    }
}

/// The pool that a resource is part of, by the resource's `UserPoolId`.
fn part_of<'t>(
    reading: &Reading<'_>,
    properties: &Section<'_>,
    topology: &'t mut Topology,
) -> Option<&'t mut UserPool> {
    properties.require("UserPoolId");
    let pool = reading.named(properties, "UserPoolId", kinds::USER_POOL, "a user pool of this template")?;
    Some(topology.user_pools.entry(pool.id.clone()).or_default())
}
