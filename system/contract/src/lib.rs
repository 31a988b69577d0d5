//! `openapi.yaml` as a judge of answers: no function depends on it, tests and the simulator do.
//!
//! ```
//! use rez_contract::Contract;
//!
//! let contract = Contract::load();
//! let gateway = http::Response::builder().status(404).header("content-type", "application/json").body("{}").unwrap();
//! assert!(contract.check("GET /api/messages", &gateway).is_err());
//! ```

mod document;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use http::{HeaderMap, Response};
use jsonschema::Validator;
use serde_json::{Value, json};

use document::Document;

/// The contract, with a validator for every answer that it declares.
pub struct Contract {
    document: Document,
    /// By route (`GET /api/messages/{id}`) and status.
    answers: BTreeMap<String, BTreeMap<u16, Answer>>,
    correlation_id: Validator,
}

/// An answer as it is declared; its validators are made when the first such answer comes.
struct Answer {
    declaration: Value,
    declared: OnceLock<Declared>,
}

/// What one answer has to be like.
struct Declared {
    headers: Vec<DeclaredHeader>,
    /// `None` when it has no body.
    body: Option<Validator>,
}

struct DeclaredHeader {
    name: String,
    required: bool,
    value: Validator,
}

impl Contract {
    /// The contract that is built in.
    ///
    /// # Panics
    /// When `openapi.yaml` is no such document, which a test would have found.
    pub fn load() -> Self {
        let document = Document::parse(include_str!("../../openapi.yaml"));
        let declared = |operation: &Value| {
            let responses = operation["responses"].as_object().expect("responses");
            let status = |status: &String| status.parse().expect("a status");
            let answer = |response: &Value| Answer { declaration: response.clone(), declared: OnceLock::new() };
            responses.iter().map(|(name, response)| (status(name), answer(response))).collect()
        };
        let answers = document.routes().into_iter().map(|(route, operation)| (route, declared(operation))).collect();
        let correlation_id = document.validator(&json!({"$ref": "#/components/schemas/CorrelationId"}));
        Self { answers, correlation_id, document }
    }

    /// Every route, as the gateway names it.
    pub fn routes(&self) -> impl Iterator<Item = &str> {
        self.answers.keys().map(String::as_str)
    }

    /// The parsed document, for what only a test asks of it.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// # Errors
    /// What the contract of `route` has against this answer, in words.
    pub fn check(&self, route: &str, answer: &Response<impl AsRef<[u8]>>) -> Result<(), String> {
        let status = answer.status().as_u16();
        let answers = self.answers.get(route).ok_or_else(|| format!("`{route}` is not in the contract"))?;
        let expected = answers.get(&status).ok_or_else(|| format!("`{route}` may not answer {status}"))?;
        let declared = expected.declared.get_or_init(|| Declared::read(&self.document, &expected.declaration));
        let by_gateway = answer.headers().contains_key("apigw-requestid") && is_the_gateways(answer.body().as_ref());
        self.check_headers(declared, answer.headers(), by_gateway)
            .map_err(|what| format!("`{route}` {status}: {what}"))?;
        declared.check_body(answer).map_err(|what| format!("`{route}` {status}: {what}"))
    }

    fn check_headers(&self, declared: &Declared, headers: &HeaderMap, by_gateway: bool) -> Result<(), String> {
        if by_gateway {
            return Ok(());
        }
        declared.headers.iter().try_for_each(|header| header.check(headers))?;
        let id = headers.get("x-correlation-id").and_then(|id| id.to_str().ok()).ok_or("there is no correlation id")?;
        self.correlation_id.validate(&json!(id)).map_err(|error| format!("correlation id: {error}"))
    }
}

/// The gateway's own errors have a body of their own, and no correlation id.
fn is_the_gateways(body: &[u8]) -> bool {
    body.starts_with(b"{\"message\":")
}

impl Declared {
    fn read(document: &Document, response: &Value) -> Self {
        let response = document.resolve(response);
        let headers = response["headers"].as_object();
        let body = response["content"].get("application/json").map(|content| document.validator(&content["schema"]));
        Self {
            headers: headers.into_iter().flatten().map(|(name, it)| DeclaredHeader::read(document, name, it)).collect(),
            body,
        }
    }

    fn check_body(&self, answer: &Response<impl AsRef<[u8]>>) -> Result<(), String> {
        let bytes = answer.body().as_ref();
        let Some(validator) = &self.body else {
            return if bytes.is_empty() { Ok(()) } else { Err("it has no body".to_owned()) };
        };
        if answer.headers().get("content-type").is_none_or(|content_type| content_type != "application/json") {
            return Err("its content type is not `application/json`".to_owned());
        }
        let body: Value = serde_json::from_slice(bytes).map_err(|error| format!("the body is no JSON: {error}"))?;
        // To say yes costs a fraction of what it takes to say what is wrong.
        if validator.is_valid(&body) {
            return Ok(());
        }
        let mistake = validator.iter_errors(&body).next();
        mistake.map_or(Ok(()), |error| Err(format!("{error} at `{}`", error.instance_path())))
    }
}

impl DeclaredHeader {
    fn read(document: &Document, name: &str, header: &Value) -> Self {
        let header = document.resolve(header);
        let value = document.validator(&header["schema"]);
        Self { name: name.to_lowercase(), required: header["required"] == true, value }
    }

    fn check(&self, headers: &HeaderMap) -> Result<(), String> {
        match headers.get(&self.name) {
            Some(value) => {
                let value = json!(String::from_utf8_lossy(value.as_bytes()));
                self.value.validate(&value).map_err(|error| format!("header `{}`: {error}", self.name))
            }
            None if self.required => Err(format!("there is no header `{}`", self.name)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Response<String> {
        let mut response = Response::builder().status(status);
        for (name, value) in headers {
            response = response.header(*name, *value);
        }
        response.body(body.to_owned()).expect("a response")
    }

    #[test]
    fn every_declaration_is_sound() {
        let contract = Contract::load();
        let mut sound = 0;
        for answer in contract.answers.values().flat_map(BTreeMap::values) {
            // Panics where the document is wrong.
            Declared::read(&contract.document, &answer.declaration);
            sound += 1;
        }
        assert!(sound > 50);
    }

    /// The gateway does not look at the route when it refuses, so that a `GET` with a body can be too large too.
    #[test]
    fn whatever_the_gateway_may_answer_to_anything_is_declared_everywhere() {
        let contract = Contract::load();
        for (route, answers) in &contract.answers {
            for status in [413, 429, 431, 500, 503] {
                assert!(answers.contains_key(&status), "{route}: {status}");
            }
        }
    }

    const ID: (&str, &str) = ("x-correlation-id", "8c592abf-b0e3-46af-8fb0-5616aa6086a1");
    const JSON: (&str, &str) = ("content-type", "application/json");

    #[test]
    fn what_the_contract_declares_passes_and_nothing_else() {
        let contract = Contract::load();
        let health = r#"{"status":"ok","stage":"dev","version":"0.1.0","degraded":[]}"#;
        let check =
            |status, headers: &[(&str, &str)], body| contract.check("GET /api/health", &answer(status, headers, body));
        assert_eq!(check(200, &[ID, JSON], health), Ok(()));
        assert!(check(200, &[JSON], health).unwrap_err().contains("`x-correlation-id`"));
        assert!(check(200, &[ID], health).unwrap_err().contains("content type"));
        assert!(check(200, &[ID, JSON], "{}").unwrap_err().contains("required"));
        assert!(check(418, &[ID, JSON], health).unwrap_err().contains("may not answer 418"));
        let throttled = r#"{"message":"Too Many Requests"}"#;
        let by_gateway = ("apigw-requestid", "a=");
        assert_eq!(check(429, &[by_gateway, JSON], throttled), Ok(()));
        let failed = format!(r#"{{"error":{{"code":"internal_error","message":"m","correlation_id":"{}"}}}}"#, ID.1);
        assert_eq!(check(500, &[by_gateway, ID, JSON], &failed), Ok(()));
        assert!(check(500, &[by_gateway, JSON], &failed).unwrap_err().contains("no correlation id"));
        assert!(contract.check("GET /api/none", &answer(200, &[], "")).is_err());
    }
}
