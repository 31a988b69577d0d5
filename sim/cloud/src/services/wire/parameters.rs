//! Systems Manager's Parameter Store: AWS JSON 1.1.

use std::time::UNIX_EPOCH;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, json as wire};
use crate::services::ServiceError;
use crate::services::parameters::{Parameter, ParameterKind, Parameters};

pub(super) fn answer(store: &Parameters, operation: &str, body: &[u8]) -> Answer {
    let outcome = match operation {
        "GetParameter" => get_parameter(store, body),
        "GetParameters" => get_parameters(store, body),
        "GetParametersByPath" => get_parameters_by_path(store, body),
        "PutParameter" => put_parameter(store, body),
        "DeleteParameter" => delete_parameter(store, body),
        _ => Err(ServiceError::not_modelled("parameters", operation)),
    };
    wire::answer(outcome, wire::VERSION_1_1)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Get {
    name: String,
    #[serde(default)]
    with_decryption: bool,
}

fn get_parameter(store: &Parameters, body: &[u8]) -> Result<Value, ServiceError> {
    let request: Get = wire::read(body)?;
    get_one(store, &request.name, request.with_decryption)
}

/// GetParameter's answer.
pub(super) fn get_one(store: &Parameters, name: &str, decrypted: bool) -> Result<Value, ServiceError> {
    let parameter = store.get(name)?;
    Ok(json!({ "Parameter": encode(&parameter, decrypted) }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GetMany {
    names: Vec<String>,
    #[serde(default)]
    with_decryption: bool,
}

fn get_parameters(store: &Parameters, body: &[u8]) -> Result<Value, ServiceError> {
    let request: GetMany = wire::read(body)?;
    let found = store.get_many(&request.names)?;
    let parameters = encode_all(&found.parameters, request.with_decryption);
    Ok(json!({ "Parameters": parameters, "InvalidParameters": found.invalid }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GetByPath {
    path: String,
    #[serde(default)]
    recursive: bool,
    #[serde(default)]
    with_decryption: bool,
    max_results: Option<usize>,
    next_token: Option<String>,
}

fn get_parameters_by_path(store: &Parameters, body: &[u8]) -> Result<Value, ServiceError> {
    let request: GetByPath = wire::read(body)?;
    let after = request.next_token.as_deref();
    let page = store.get_by_path(&request.path, request.recursive, request.max_results, after)?;
    let mut answer = json!({ "Parameters": encode_all(&page.parameters, request.with_decryption) });
    if let Some(next) = page.next {
        answer["NextToken"] = next.into();
    }
    Ok(answer)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Put {
    name: String,
    value: String,
    r#type: Option<String>,
    #[serde(default)]
    overwrite: bool,
}

fn put_parameter(store: &Parameters, body: &[u8]) -> Result<Value, ServiceError> {
    let request: Put = wire::read(body)?;
    let kind = ParameterKind::parse(request.r#type.as_deref().unwrap_or("String"))
        .ok_or_else(|| ServiceError::new("UnsupportedParameterType", "The parameter type is not supported."))?;
    let version = store.put(&request.name, kind, &request.value, request.overwrite)?;
    Ok(json!({ "Version": version, "Tier": "Standard" }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Delete {
    name: String,
}

fn delete_parameter(store: &Parameters, body: &[u8]) -> Result<Value, ServiceError> {
    let request: Delete = wire::read(body)?;
    store.delete(&request.name).map(|()| json!({}))
}

fn encode_all(parameters: &[Parameter], decrypted: bool) -> Vec<Value> {
    parameters.iter().map(|parameter| encode(parameter, decrypted)).collect()
}

fn encode(parameter: &Parameter, decrypted: bool) -> Value {
    let modified = parameter.modified.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
    json!({
        "ARN": parameter.arn(),
        "DataType": "text",
        "LastModifiedDate": modified,
        "Name": parameter.name,
        "Type": parameter.kind.name(),
        "Value": parameter.shown(decrypted),
        "Version": parameter.version,
    })
}
