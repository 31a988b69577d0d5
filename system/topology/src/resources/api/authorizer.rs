//! `AWS::ApiGatewayV2::Authorizer`, with a function that answers payload format 2.0.

use std::time::Duration;

use super::super::{Reading, event};
use super::part_of;
use crate::model::{Authorizer, Topology};
use crate::section::Section;

pub(crate) fn read(reading: &Reading<'_>, topology: &mut Topology) {
    let properties = reading.properties();
    for (required, only) in [("AuthorizerType", "REQUEST"), ("AuthorizerPayloadFormatVersion", "2.0")] {
        properties.require(required);
        properties.one_of(required, &[only]);
    }
    // AWS does not say what it takes when these are left out.
    for required in ["AuthorizerResultTtlInSeconds", "AuthorizerUri", "IdentitySource"] {
        properties.require(required);
    }
    let (function, qualifier) = event::function(reading, &properties, "AuthorizerUri");
    let authorizer = Authorizer {
        logical_id: reading.id(),
        id: reading.reference(),
        name: reading.name(),
        function,
        qualifier,
        identity_sources: identity_sources(&properties),
        cache: properties.seconds("AuthorizerResultTtlInSeconds", 0..=3_600).unwrap_or(Duration::ZERO),
        simple_responses: properties.flag("EnableSimpleResponses").unwrap_or(false),
    };
    if let Some(api) = part_of(reading, &properties, topology) {
        api.authorizers.insert(authorizer.name.clone(), authorizer);
    }
}

/// Headers, query strings and variables of the request, as selection expressions.
fn identity_sources(properties: &Section<'_>) -> Vec<String> {
    const STARTS: [&str; 4] = ["$request.header.", "$request.querystring.", "$context.", "$stageVariables."];
    let sources = properties.texts("IdentitySource");
    let known = |source: &String| STARTS.iter().any(|start| source.starts_with(start));
    if let (false, Some(node)) = (sources.iter().all(known), properties.find("IdentitySource")) {
        properties.wrong("IdentitySource", node, "selections like `$request.header.NAME`");
    }
    sources
}
