//! Which messages of a batch are deleted after an invocation: the table of partial batch responses.
//!
//! Source: "Reporting batch item failures", Lambda developer guide, and what LocalStack's tests recorded on AWS.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;

/// What becomes of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// All messages are deleted.
    Success,
    /// All are deleted but these, which become visible when their timeout ends.
    Partial(BTreeSet<String>),
    /// None is deleted.
    Failure,
}

#[derive(Deserialize)]
struct Response {
    #[serde(rename = "batchItemFailures", default)]
    failures: Option<Vec<Value>>,
}

/// Reads the response of a function that ended well and reports failures of single items. `batch` are its message ids.
pub(super) fn of_response(response: &[u8], batch: &BTreeSet<&str>) -> Outcome {
    if response.is_empty() {
        return Outcome::Success;
    }
    let Ok(response) = serde_json::from_slice::<Option<Response>>(response) else { return Outcome::Failure };
    let failures = response.and_then(|response| response.failures).unwrap_or_default();
    if failures.is_empty() {
        return Outcome::Success;
    }
    // One identifier that is missing, empty or unknown fails the whole batch.
    let known = |failure: &Value| {
        let id = failure.get("itemIdentifier")?.as_str()?;
        batch.contains(id).then(|| id.to_owned())
    };
    failures.iter().map(known).collect::<Option<_>>().map_or(Outcome::Failure, Outcome::Partial)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(response: &str, expected: Outcome) {
        let batch = BTreeSet::from(["a", "b", "c"]);
        assert_eq!(of_response(response.as_bytes(), &batch), expected, "{response}");
    }

    #[test]
    fn an_answer_without_failures_deletes_all() {
        for response in [r#"{"batchItemFailures":[]}"#, r#"{"batchItemFailures":null}"#, "{}", "null", "", r#"{"x":1}"#]
        {
            check(response, Outcome::Success);
        }
    }

    #[test]
    fn only_the_listed_ids_stay() {
        let stay = |ids: &[&str]| Outcome::Partial(ids.iter().map(|&id| id.to_owned()).collect());
        check(r#"{"batchItemFailures":[{"itemIdentifier":"b"}]}"#, stay(&["b"]));
        check(r#"{"batchItemFailures":[{"itemIdentifier":"c"},{"itemIdentifier":"a"}]}"#, stay(&["a", "c"]));
    }

    #[test]
    fn one_bad_identifier_fails_the_whole_batch() {
        for failure in [
            r#"{"itemIdentifier":""}"#,
            r#"{"itemIdentifier":null}"#,
            r#"{"itemIdentifier":7}"#,
            r#"{"foo":"x"}"#,
            r#"{"itemIdentifier":"not-in-the-batch"}"#,
            "null",
        ] {
            check(&format!(r#"{{"batchItemFailures":[{failure}]}}"#), Outcome::Failure);
            check(&format!(r#"{{"batchItemFailures":[{{"itemIdentifier":"a"}},{failure}]}}"#), Outcome::Failure);
        }
    }

    #[test]
    fn what_is_no_such_json_fails_the_whole_batch() {
        for response in ["not json", "[", r#""text""#, "7", r#"{"batchItemFailures":"a"}"#] {
            check(response, Outcome::Failure);
        }
    }
}
