//! Refusals in DynamoDB's words.

use dynoxide::DynoxideError;
use dynoxide::errors::CancellationReason;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::change;
use crate::services::ServiceError;
use crate::services::names;
use crate::services::wire::Answer;

/// What every message about a transaction that hinders another says.
const TRANSACTION_CONFLICT: &str = "Transaction is ongoing for the item";

const NAMESPACE: &str = "com.amazonaws.dynamodb.v20120810";

/// A refusal, complete with its body.
#[derive(Debug)]
pub(super) struct Refusal {
    status: u16,
    /// The error's shape, without namespace.
    pub code: String,
    body: Value,
}

impl Refusal {
    pub fn new(code: &'static str, message: &str) -> Self {
        let body = json!({ "__type": format!("{NAMESPACE}#{code}"), "message": message });
        Self { status: 400, code: code.to_owned(), body }
    }

    /// An operation, or a part of one, that this cloud does not know.
    pub fn not_modelled(what: &str) -> Self {
        let refusal = Self::new("NotModelled", &format!("`dynamodb.{what}` is not modelled"));
        Self { status: 501, ..refusal }
    }

    pub fn no_such_table() -> Self {
        Self::new("ResourceNotFoundException", "Requested resource not found")
    }

    /// More than the table's throughput; `direction` is `Read` or `Write`.
    pub fn throttled(table: &str, direction: &str) -> Self {
        let message = "Throughput exceeds the current capacity of your table or index. DynamoDB is automatically \
                       scaling your table or index so please try again shortly.";
        let mut refusal = Self::new("ThrottlingException", message);
        let reason = format!("Table{direction}KeyRangeThroughputExceeded");
        let resource = names::table_arn(table);
        refusal.body["throttlingReasons"] = json!([{ "reason": reason, "resource": resource }]);
        refusal
    }

    /// A write to an item that a transaction holds.
    pub fn transaction_conflict() -> Self {
        Self::new("TransactionConflictException", TRANSACTION_CONFLICT)
    }

    /// A transaction that came to nothing, with a reason for each of its actions.
    pub fn cancelled(reasons: Vec<CancellationReason>) -> Self {
        let codes: Vec<&str> = reasons.iter().map(|reason| reason.code.as_str()).collect();
        let message = format!(
            "Transaction cancelled, please refer cancellation reasons for specific reasons [{}]",
            codes.join(", ")
        );
        DynoxideError::TransactionCanceledException(message, reasons).into()
    }

    pub fn into_answer(self, content_type: &str) -> Answer {
        let answer = Answer::ok(content_type, self.body.to_string());
        Answer { status: self.status, code: self.code, ..answer }
    }
}

impl From<Refusal> for ServiceError {
    fn from(refusal: Refusal) -> Self {
        let message = refusal.body.get("message").or_else(|| refusal.body.get("Message")).and_then(Value::as_str);
        Self::new(refusal.code.clone(), message.unwrap_or_default()).with_status(refusal.status)
    }
}

impl From<DynoxideError> for Refusal {
    fn from(error: DynoxideError) -> Self {
        let body: Value = serde_json::from_str(&error.to_json()).expect("the engine's errors are JSON");
        let kind = error.error_type();
        let code = kind.rsplit('#').next().unwrap_or(kind).to_owned();
        Self { status: error.status_code(), code, body }
    }
}

/// Why one action of a transaction stands in its way; `None` when it does not.
pub(super) fn reason(code: Option<&'static str>) -> CancellationReason {
    let message = match code {
        Some("TransactionConflict") => Some(TRANSACTION_CONFLICT.to_owned()),
        Some("ThrottlingError") => Some("Throughput exceeds the current capacity for one or more tables.".to_owned()),
        _ => None,
    };
    CancellationReason { code: code.unwrap_or("None").to_owned(), message, item: None }
}

/// Reads a request into the engine's types.
pub(super) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|error| unreadable(&error))
}

pub(super) fn read_value<T: DeserializeOwned>(body: Value) -> Result<T, Refusal> {
    serde_json::from_value(body).map_err(|error| unreadable(&error))
}

/// The engine's readers mark in their error's text which exception it is.
fn unreadable(error: &serde_json::Error) -> Refusal {
    let text = error.to_string();
    let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(text, _)| text);
    let (kind, message) = match text.split_once(':') {
        Some(("VALIDATION" | "VALIDATION_AS_READ", message)) => ("ValidationException", message.to_owned()),
        Some(("VALIDATION_REQUEST", message)) => {
            ("ValidationException", format!("1 validation error detected: {message}"))
        }
        Some(("SERIALIZATION" | "SERIALIZATION_AS_READ", message)) => ("SerializationException", message.to_owned()),
        _ if is_validation(text) => ("ValidationException", text.to_owned()),
        _ => ("SerializationException", text.to_owned()),
    };
    let error = match kind {
        "ValidationException" => DynoxideError::ValidationException(message),
        _ => DynoxideError::SerializationException(message),
    };
    error.into()
}

/// A member that is missing or of no known name is invalid; one of another JSON type cannot be read at all.
fn is_validation(text: &str) -> bool {
    ["missing field", "unknown variant", "invalid type: null", "AttributeValue"].iter().any(|part| text.contains(part))
}

/// An answer of the engine, or its refusal.
pub(super) fn outcome(outcome: dynoxide::Result<impl serde::Serialize>) -> Result<Value, Refusal> {
    Ok(change::json(&outcome?))
}
