//! `AWS::ApiGatewayV2::Stage`: what an API is served under, how much of it, and what is logged.

use super::super::Reading;
use super::part_of;
use crate::kinds;
use crate::model::{AccessLog, Throttle, Topology};
use crate::section::Section;

pub(crate) fn read(reading: &Reading<'_>, topology: &mut Topology) {
    let properties = reading.properties();
    properties.deployment_only(&["Description", "Tags"]);
    // Deployments by hand are not modelled.
    properties.require("AutoDeploy");
    properties.one_of("AutoDeploy", &["true"]);
    let defaults = properties.section("DefaultRouteSettings");
    let detailed = defaults.as_ref().and_then(|settings| settings.flag("DetailedMetricsEnabled"));
    let throttle = defaults.as_ref().and_then(throttle);
    for (key, settings) in properties.section_map("RouteSettings") {
        self::throttle(&settings);
        if !is_route(reading, &properties, &key) {
            properties.wrong("RouteSettings", settings.node(), format_args!("a route of this API, not `{key}`"));
        }
    }
    let access_log = properties.section("AccessLogSettings").map(|section| AccessLog {
        destination: section.required_text("DestinationArn"),
        format: section.required_text("Format"),
    });
    let name = reading.name();
    let Some(api) = part_of(reading, &properties, topology) else { return };
    api.stage = name;
    api.throttle = throttle;
    api.access_log = access_log;
    api.detailed_metrics = detailed.unwrap_or(false);
}

/// Both numbers, or none: one alone leaves the other to the account.
fn throttle(settings: &Section<'_>) -> Option<Throttle> {
    settings.flag("DetailedMetricsEnabled");
    let rate = settings.number("ThrottlingRateLimit", 0.0..=100_000.0);
    let burst = settings.number("ThrottlingBurstLimit", 0..=100_000);
    if rate.is_some() || burst.is_some() {
        settings.require("ThrottlingRateLimit");
        settings.require("ThrottlingBurstLimit");
    }
    Some(Throttle { rate: rate?, burst: burst? })
}

/// What the stage of the route's API says of this route alone.
pub(super) fn throttle_of_route(reading: &Reading<'_>, route: &Section<'_>) -> Option<Throttle> {
    let (api, key) = (route.text("ApiId")?, route.text("RouteKey")?);
    let stages = reading.scope.resources_of(kinds::STAGE).map(|stage| reading.other(stage));
    let stage = stages.into_iter().find(|stage| stage.properties_again().text("ApiId").as_ref() == Some(&api))?;
    // Those of the other routes are read too, or they would seem to have properties that nobody knows.
    let settings = stage.properties_again().section_map("RouteSettings");
    let throttles: Vec<_> = settings.iter().map(|(of, settings)| (of, throttle(settings))).collect();
    throttles.into_iter().find(|(of, _)| **of == key).and_then(|(_, throttle)| throttle)
}

fn is_route(reading: &Reading<'_>, stage: &Section<'_>, key: &str) -> bool {
    let api = stage.text("ApiId");
    reading.scope.resources_of(kinds::ROUTE).map(|route| reading.other(route)).any(|route| {
        let route = route.properties_again();
        route.text("ApiId") == api && route.text("RouteKey").as_deref() == Some(key)
    })
}
