//! `AWS::Cognito::UserPoolClient`, for the authorization-code grant alone.

use std::ops::RangeInclusive;
use std::time::Duration;

use super::super::Reading;
use super::part_of;
use crate::model::{Topology, UserPoolClient};
use crate::section::Section;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// What AWS allows, in seconds ("CreateUserPoolClient").
const TOKEN_VALIDITY: RangeInclusive<u64> = 5 * MINUTE..=DAY;
const REFRESH_TOKEN_VALIDITY: RangeInclusive<u64> = HOUR..=3_650 * DAY;

/// Its defaults.
const TOKEN_VALIDITY_DEFAULT: Duration = Duration::from_secs(HOUR);
const REFRESH_TOKEN_VALIDITY_DEFAULT: Duration = Duration::from_secs(30 * DAY);

/// It cannot be had together with rotation ("Refresh tokens").
const REFRESH_FLOW: &str = "ALLOW_REFRESH_TOKEN_AUTH";

pub(crate) fn read(reading: &Reading<'_>, topology: &mut Topology) {
    let properties = reading.properties();
    properties.deployment_only(&["AuthSessionValidity", "PreventUserExistenceErrors"]);
    properties.require("AllowedOAuthFlows");
    properties.only_one_of("AllowedOAuthFlows", &["code"]);
    properties.require("AllowedOAuthFlowsUserPoolClient");
    properties.one_of("AllowedOAuthFlowsUserPoolClient", &["true"]);
    properties.only_one_of("SupportedIdentityProviders", &["COGNITO"]);
    let units = properties.section("TokenValidityUnits");
    let validity = |key, unit, default, range| validity(&properties, units.as_ref(), (key, unit, default), range);
    let client = UserPoolClient {
        id: reading.reference(),
        name: reading.name(),
        callbacks: properties.texts("CallbackURLs"),
        logouts: properties.texts("LogoutURLs"),
        scopes: properties.texts("AllowedOAuthScopes"),
        access_token_validity: validity("AccessTokenValidity", "AccessToken", "hours", TOKEN_VALIDITY)
            .unwrap_or(TOKEN_VALIDITY_DEFAULT),
        id_token_validity: validity("IdTokenValidity", "IdToken", "hours", TOKEN_VALIDITY)
            .unwrap_or(TOKEN_VALIDITY_DEFAULT),
        refresh_token_validity: validity("RefreshTokenValidity", "RefreshToken", "days", REFRESH_TOKEN_VALIDITY)
            .unwrap_or(REFRESH_TOKEN_VALIDITY_DEFAULT),
        refresh_rotation: properties.section("RefreshTokenRotation").and_then(|section| rotation(&section)),
        secret: properties.flag("GenerateSecret").unwrap_or(false),
        token_revocation: properties.flag("EnableTokenRevocation").unwrap_or(true),
    };
    if let (Some(_), Some(node)) = (client.refresh_rotation, properties.find("RefreshTokenRotation")) {
        let flows = properties.texts("ExplicitAuthFlows");
        if flows.is_empty() || flows.iter().any(|flow| flow == REFRESH_FLOW) {
            let expected = format!("`ExplicitAuthFlows` of others than `{REFRESH_FLOW}`, which is among its default");
            properties.wrong("RefreshTokenRotation", node, expected);
        }
    }
    if let Some(pool) = part_of(reading, &properties, topology) {
        pool.clients.insert(reading.id(), client);
    }
}

/// How long a token is good for: a number here, and its unit there.
fn validity(
    properties: &Section<'_>,
    units: Option<&Section<'_>>,
    (key, unit_key, unit_default): (&'static str, &'static str, &str),
    range: RangeInclusive<u64>,
) -> Option<Duration> {
    let unit = units.and_then(|units| units.one_of(unit_key, &["seconds", "minutes", "hours", "days"]));
    let unit_seconds = match unit.as_deref().unwrap_or(unit_default) {
        "minutes" => MINUTE,
        "hours" => HOUR,
        "days" => DAY,
        _ => 1,
    };
    let number = properties.number(key, range.start().div_ceil(unit_seconds)..=range.end() / unit_seconds)?;
    Some(Duration::from_secs(number * unit_seconds))
}

fn rotation(section: &Section<'_>) -> Option<Duration> {
    section.require("Feature");
    let enabled = section.one_of("Feature", &["DISABLED", "ENABLED"]).as_deref() == Some("ENABLED");
    let grace = section.seconds("RetryGracePeriodSeconds", 0..=60).unwrap_or(Duration::ZERO);
    enabled.then_some(grace)
}
