//! `AWS::ApiGatewayV2`: HTTP APIs whose routes are answered by functions. WebSocket APIs are not modelled.
//!
//! An API is spread over several resources; each adds its part, whichever comes first.

pub(crate) mod authorizer;
mod integration;
pub(crate) mod route;
pub(crate) mod stage;

pub(crate) use integration::read as integration;

use std::time::Duration;

use super::Reading;
use crate::kinds;
use crate::model::{Cors, HttpApi, Topology};
use crate::section::Section;

/// AWS's bound on `MaxAge`, in seconds; -1 is for "do not remember".
const CORS_MAX_AGE: std::ops::RangeInclusive<i64> = -1..=86_400;

pub(crate) fn read(reading: &Reading<'_>, topology: &mut Topology) {
    let properties = reading.properties();
    properties.deployment_only(&["Description", "Tags"]);
    properties.require("ProtocolType");
    properties.one_of("ProtocolType", &["HTTP"]);
    let api = topology.http_apis.entry(reading.id()).or_default();
    api.id = reading.reference();
    api.name = reading.name();
    api.endpoint = reading.attribute("ApiEndpoint");
    api.cors = properties.section("CorsConfiguration").map(|section| cors(&section));
}

fn cors(section: &Section<'_>) -> Cors {
    let cors = Cors {
        origins: section.texts("AllowOrigins"),
        methods: section.texts("AllowMethods"),
        headers: section.texts("AllowHeaders"),
        expose: section.texts("ExposeHeaders"),
        credentials: section.flag("AllowCredentials").unwrap_or(false),
        max_age: section.number("MaxAge", CORS_MAX_AGE).and_then(|age| age.try_into().ok()).map(Duration::from_secs),
    };
    let all = cors.origins.iter().any(|origin| origin == "*");
    if let (true, true, Some(node)) = (all, cors.credentials, section.find("AllowOrigins")) {
        section.wrong("AllowOrigins", node, "a list without `*`, because credentials are allowed");
    }
    cors
}

/// The API that a resource is part of, by the resource's `ApiId`.
fn part_of<'t>(reading: &Reading<'_>, properties: &Section<'_>, topology: &'t mut Topology) -> Option<&'t mut HttpApi> {
    properties.require("ApiId");
    let api = reading.named(properties, "ApiId", kinds::HTTP_API, "an HTTP API of this template")?;
    Some(topology.http_apis.entry(api.id.clone()).or_default())
}
