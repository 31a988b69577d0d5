//! The local HTTP endpoint of the AWS Parameters and Secrets Lambda Extension: `GET
//! http://localhost:2773/systemsmanager/parameters/get?name=…`, answered like GetParameter. Its cache is not modelled:
//! switch it off (`PARAMETERS_SECRETS_EXTENSION_CACHE_ENABLED=false`) to have the same on AWS.

use http::request::Parts;

use super::query::Form;
use super::{Answer, json, parameters};
use crate::services::ServiceError;
use crate::services::parameters::Parameters;

const PORT: u16 = 2773;
const PATH: &str = "/systemsmanager/parameters/get";
const TOKEN: &str = "x-aws-parameters-secrets-token";

/// Whether the request is for the extension.
pub(super) fn is_meant(parts: &Parts) -> bool {
    parts.uri.host() == Some("localhost") && parts.uri.port_u16() == Some(PORT)
}

/// The parameter that is asked for.
pub(super) fn parameter_name(parts: &Parts) -> Option<String> {
    Some(form(parts).get("name")?.to_owned())
}

/// Whether the value is to be decrypted.
pub(crate) fn wants_decryption(parts: &Parts) -> bool {
    form(parts).get("withDecryption") == Some("true")
}

pub(super) fn answer(store: &Parameters, parts: &Parts) -> Answer {
    if parts.uri.path() != PATH || parts.method != http::Method::GET {
        let operation = format!("{} {}", parts.method, parts.uri.path());
        return json::error(&ServiceError::not_modelled("extension", &operation), json::VERSION_1_1);
    }
    if !parts.headers.contains_key(TOKEN) {
        let refusal = ServiceError::new("UnauthorizedException", format!("header `{TOKEN}` is missing"));
        return json::error(&refusal.with_status(401), json::VERSION_1_1);
    }
    let form = form(parts);
    let Some(name) = form.get("name") else {
        let refusal = ServiceError::new("ValidationException", "query parameter `name` is missing");
        return json::error(&refusal, json::VERSION_1_1);
    };
    json::answer(parameters::get_one(store, name, wants_decryption(parts)), json::VERSION_1_1)
}

fn form(parts: &Parts) -> Form {
    Form::parse(parts.uri.query().unwrap_or_default().as_bytes())
}
