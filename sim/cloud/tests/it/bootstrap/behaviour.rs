//! What a function of the tests does, in process and as a child alike.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

/// What it can see besides its payload.
pub struct Seen {
    pub variables: BTreeMap<String, String>,
    /// Until its deadline.
    pub left: Duration,
    pub request_id: String,
    pub function_arn: String,
    pub trace_header: String,
}

/// Fails for those that do not live to see their first event.
pub fn start(behaviour: &str) -> Result<(), String> {
    if behaviour == "stillborn" { Err("variable `TABLE` is not set".to_owned()) } else { Ok(()) }
}

/// The answer, or type and message of an error.
pub async fn act(behaviour: &str, payload: &Value, seen: &Seen) -> Result<Value, (String, String)> {
    match behaviour {
        // For as many milliseconds as it is told.
        "sleep" => {
            tokio::time::sleep(Duration::from_millis(payload.as_u64().unwrap_or(0))).await;
            Ok(json!("slept"))
        }
        "fail" => Err(("Sorry".to_owned(), "not today".to_owned())),
        "panic" => panic!("out of {}", "luck"),
        // As many bytes as it is told.
        "answer at length" => Ok(json!("x".repeat(payload.as_u64().unwrap_or(0) as usize))),
        "describe" => Ok(json!({
            "mood": seen.variables["MOOD"],
            "function": seen.variables["AWS_LAMBDA_FUNCTION_NAME"],
            "memory": seen.variables["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"],
            "region": seen.variables["AWS_REGION"],
            "left_ms": seen.left.as_millis() as u64,
            "request_id": seen.request_id,
            "function_arn": seen.function_arn,
            "trace_header": seen.trace_header,
        })),
        other => panic!("nobody taught me to `{other}`"),
    }
}
