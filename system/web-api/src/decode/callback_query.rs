//! The query with which the identity provider sends the browser back.

use super::fields::{Fields, Problem};
use super::query;
use crate::error::ApiError;

const CODE_LEN_MAX: usize = 2_048;
const STATE_LEN_MAX: usize = 256;
const ERROR_LEN_MAX: usize = 64;
const DESCRIPTION_LEN_MAX: usize = 1_024;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallbackQuery {
    pub state: String,
    /// Nothing when the provider refused.
    pub code: Option<String>,
}

/// # Errors
/// `invalid_request` with every parameter that is missing, unknown, or out of bounds.
pub fn decode(query: &str) -> Result<CallbackQuery, ApiError> {
    let mut fields = query::fields(query);
    let state = fields.required("state", |text| bounded(text, STATE_LEN_MAX));
    let refusal = fields.optional("error", |text| bounded(text, ERROR_LEN_MAX));
    // It is the provider's own sentence, and is neither shown nor logged.
    fields.optional(
        "error_description",
        |text| if text.is_empty() { Ok(text) } else { bounded(text, DESCRIPTION_LEN_MAX) },
    );
    let code = code(&mut fields, refusal.is_some());
    fields.finish()?;
    Ok(CallbackQuery { state: state.unwrap_or_default(), code })
}

/// Exactly one of `code` and `error` is there.
fn code(fields: &mut Fields<String>, is_refused: bool) -> Option<String> {
    if is_refused {
        return fields.optional("code", |_| Err::<String, _>("must not come with `error`".into()));
    }
    fields.required("code", |text| bounded(text, CODE_LEN_MAX))
}

fn bounded(text: String, len_max: usize) -> Result<String, Problem> {
    let is_good = (1..=len_max).contains(&text.len()) && !text.contains(char::is_control);
    if is_good { Ok(text) } else { Err(format!("must have 1 to {len_max} characters").into()) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(query: &str) -> Result<Option<String>, Vec<String>> {
        let decoded = decode(query).map(|query| query.code);
        decoded.map_err(|error| error.details.into_iter().map(|detail| detail.field).collect())
    }

    #[test]
    fn it_is_a_code_or_a_refusal() {
        assert_eq!(check("code=c&state=s"), Ok(Some("c".into())));
        assert_eq!(check("error=access_denied&error_description=No+way&state=s"), Ok(None));
        let long = format!("code={}&state=s", "c".repeat(2_049));
        let cases = [
            ("", vec!["state", "code"]),
            ("code=c", vec!["state"]),
            ("state=s", vec!["code"]),
            ("code=&state=s", vec!["code"]),
            ("code=%00&state=s", vec!["code"]),
            ("code=c&state=s&error=e", vec!["code"]),
            ("code=c&state=s&next=https://evil.example", vec!["next"]),
            (long.as_str(), vec!["code"]),
        ];
        for (query, fields) in cases {
            assert_eq!(check(query), Err(fields.into_iter().map(str::to_owned).collect()), "{query}");
        }
    }

    proptest! {
        #[test]
        fn any_query_is_read_or_refused(query in "(code|state|error|x)=.{0,40}(&(code|state)=.{0,40})?") {
            let _ = decode(&query);
        }
    }
}
