//! Which permissions a call needs, in the words of a role's policy.

use std::collections::{BTreeMap, BTreeSet};

use http::request::Parts;
use serde::Deserialize;

use super::{Call, extension};
use crate::services::{Service, names};

/// One action on one resource: both must be allowed together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Permission {
    /// `dynamodb:UpdateItem`.
    pub action: String,
    /// The resource's ARN; `*` for an action that has none.
    pub resource: String,
}

/// The permission to decrypt that a read of SecureStrings needs when they are encrypted with a key of the account's own
/// making; `is_secret` tells them from other parameters.
pub fn decryption(
    call: &Call,
    parts: &Parts,
    body: &[u8],
    key_arn: &str,
    is_secret: impl Fn(&str) -> bool,
) -> Option<Permission> {
    if call.service != Service::Parameters || !call.operation.starts_with("GetParameter") {
        return None;
    }
    let members: Members = serde_json::from_slice(body).unwrap_or_default();
    let wanted = members.with_decryption || extension::is_meant(parts) && extension::wants_decryption(parts);
    let secret = is_secret(&call.resource) || members.names.iter().any(|name| is_secret(name));
    let permission = || Permission { action: "kms:Decrypt".to_owned(), resource: key_arn.to_owned() };
    (wanted && secret).then(permission)
}

/// The permissions that `call` needs; all of them. Empty for a service that is not modelled.
pub fn permissions(call: &Call, body: &[u8]) -> Vec<Permission> {
    let operation = call.operation.as_str();
    match call.service {
        Service::DynamoDb => tables(call, body),
        Service::Sqs => vec![permission("sqs", single(operation), &call.resource, names::queue_arn)],
        Service::Sns => vec![permission("sns", single(operation), &call.resource, names::topic_arn)],
        Service::Parameters => parameters(call, body),
        Service::Lambda => {
            let action = if operation == "Invoke" { "InvokeFunction" } else { operation };
            vec![permission("lambda", action, &call.function(), names::function_arn)]
        }
        Service::ApiGateway | Service::Cognito | Service::Other => Vec::new(),
    }
}

/// A batch needs the permission of what it repeats.
fn single(operation: &str) -> &str {
    operation.strip_suffix("Batch").unwrap_or(operation)
}

fn permission(service: &str, action: &str, name: &str, arn: fn(&str) -> String) -> Permission {
    let resource = if name.is_empty() { "*".to_owned() } else { arn(name) };
    Permission { action: format!("{service}:{action}"), resource }
}

/// GetParameters needs its permission for each name; the others name one parameter, or one path.
fn parameters(call: &Call, body: &[u8]) -> Vec<Permission> {
    let members: Members = serde_json::from_slice(body).unwrap_or_default();
    let names = if members.names.is_empty() { vec![call.resource.clone()] } else { members.names };
    names.iter().map(|name| permission("ssm", &call.operation, name, names::parameter_arn)).collect()
}

fn tables(call: &Call, body: &[u8]) -> Vec<Permission> {
    let members: Members = serde_json::from_slice(body).unwrap_or_default();
    let mut needed = BTreeSet::new();
    for action in members.transact_items {
        needed.insert(permission("dynamodb", action.name(), &action.table(), names::table_arn));
    }
    for table in members.request_items.keys() {
        needed.insert(permission("dynamodb", &call.operation, names::plain(table), names::table_arn));
    }
    if needed.is_empty() {
        let mut permission = permission("dynamodb", &call.operation, &call.resource, names::table_arn);
        if let Some(index) = members.index_name {
            permission.resource = format!("{}/index/{index}", permission.resource);
        }
        needed.insert(permission);
    }
    needed.into_iter().collect()
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Members {
    index_name: Option<String>,
    names: Vec<String>,
    with_decryption: bool,
    transact_items: Vec<Action>,
    request_items: BTreeMap<String, serde::de::IgnoredAny>,
}

/// One action of a transaction.
#[derive(Deserialize)]
pub(super) enum Action {
    Put(Target),
    Update(Target),
    Delete(Target),
    ConditionCheck(Target),
    Get(Target),
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Target {
    table_name: String,
}

impl Action {
    fn name(&self) -> &'static str {
        match self {
            Self::Put(_) => "PutItem",
            Self::Update(_) => "UpdateItem",
            Self::Delete(_) => "DeleteItem",
            Self::ConditionCheck(_) => "ConditionCheckItem",
            Self::Get(_) => "GetItem",
        }
    }

    pub(super) fn table(&self) -> String {
        let (Self::Put(target)
        | Self::Update(target)
        | Self::Delete(target)
        | Self::ConditionCheck(target)
        | Self::Get(target)) = self;
        names::plain(&target.table_name).to_owned()
    }
}
