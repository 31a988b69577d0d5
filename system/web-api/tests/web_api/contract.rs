//! `openapi.yaml` as a judge of answers.

use std::collections::BTreeMap;

use jsonschema::{Draft, Validator};
use serde_json::{Value, json};

use crate::exchange::Reply;

pub struct Contract {
    document: Value,
}

impl Contract {
    pub fn load() -> Self {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi.yaml");
        let text = std::fs::read_to_string(path).expect("openapi.yaml is there");
        Self { document: serde_saphyr::from_str(&text).expect("openapi.yaml is YAML") }
    }

    /// Every route, as the gateway names it: `GET /api/messages/{id}`.
    pub fn routes(&self) -> BTreeMap<String, &Value> {
        let mut routes = BTreeMap::new();
        for (path, item) in self.document["paths"].as_object().expect("paths") {
            for (method, operation) in item.as_object().expect("a path item") {
                if ["get", "post", "put", "patch", "delete"].contains(&method.as_str()) {
                    routes.insert(format!("{} {path}", method.to_uppercase()), operation);
                }
            }
        }
        routes
    }

    /// Panics with what is wrong, if the contract of `route` does not allow this reply.
    pub fn check(&self, route: &str, reply: &Reply) {
        let operation = self.routes().remove(route).unwrap_or_else(|| panic!("`{route}` is not in the contract"));
        let declared = self.resolve(&operation["responses"][reply.status.to_string()]);
        assert!(declared.is_object(), "`{route}` may not answer {}: {reply:?}", reply.status);
        self.check_headers(route, declared, reply);
        match declared["content"].get("application/json") {
            None => assert!(reply.body.is_null(), "`{route}` {} has no body: {reply:?}", reply.status),
            Some(content) => {
                assert_eq!(reply.header("content-type"), Some("application/json"), "{route}");
                let mistakes = self.mistakes(&content["schema"], &reply.body);
                assert!(mistakes.is_empty(), "`{route}` {}: {mistakes:?} in {}", reply.status, reply.body);
            }
        }
    }

    fn check_headers(&self, route: &str, declared: &Value, reply: &Reply) {
        let no_headers = serde_json::Map::new();
        let headers = declared["headers"].as_object().unwrap_or(&no_headers);
        for (name, header) in headers {
            let header = self.resolve(header);
            match reply.header(name) {
                Some(value) => {
                    let mistakes = self.mistakes(&header["schema"], &json!(value));
                    assert!(mistakes.is_empty(), "`{route}` header `{name}`: {mistakes:?}");
                }
                None => assert_ne!(header["required"], true, "`{route}` {}: no `{name}`", reply.status),
            }
        }
        // Answers that only the gateway can give do not reach this function.
        let id = reply.header("x-correlation-id").unwrap_or_else(|| panic!("`{route}`: no correlation id"));
        assert!(self.mistakes(&json!({"$ref": "#/components/schemas/CorrelationId"}), &json!(id)).is_empty(), "{id}");
    }

    /// What `schema` has against `instance`.
    pub fn mistakes(&self, schema: &Value, instance: &Value) -> Vec<String> {
        let errors = self.validator(schema);
        errors.iter_errors(instance).map(|error| format!("{} at `{}`", error, error.instance_path())).collect()
    }

    /// References point into the document, so its components travel along.
    fn validator(&self, schema: &Value) -> Validator {
        let root = json!({"components": self.document["components"], "allOf": [schema]});
        let options = jsonschema::options().with_draft(Draft::Draft202012).should_validate_formats(true);
        options.build(&root).expect("a schema of the contract")
    }

    pub fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value["$ref"].as_str() {
            Some(reference) => self.document.pointer(reference.trim_start_matches('#')).expect("what it refers to"),
            None => value,
        }
    }

    /// The values of `examples`, by name.
    fn examples<'a>(&'a self, holder: &'a Value) -> Vec<(&'a str, &'a Value)> {
        let examples = holder["examples"].as_object();
        let value = |example| &self.resolve(example)["value"];
        examples.into_iter().flatten().map(|(name, example)| (name.as_str(), value(example))).collect()
    }
}

#[test]
fn every_example_follows_its_own_schema() {
    let contract = Contract::load();
    let mut seen = 0;
    for (route, operation) in contract.routes() {
        let responses = operation["responses"].as_object().expect("responses").values();
        let bodies = responses.map(|response| contract.resolve(response)).chain([&operation["requestBody"]]);
        for content in bodies.filter_map(|body| body["content"].get("application/json")) {
            for (name, example) in contract.examples(content) {
                let mistakes = contract.mistakes(&content["schema"], example);
                assert!(mistakes.is_empty(), "`{route}` example `{name}`: {mistakes:?}");
                seen += 1;
            }
        }
    }
    assert!(seen > 50, "only {seen} examples were found");
}

#[test]
fn every_route_declares_the_gateways_own_errors() {
    let contract = Contract::load();
    for (route, operation) in contract.routes() {
        let needs_token = operation.get("security").is_none();
        let statuses: &[&str] = if needs_token { &["401", "403", "429", "500", "503"] } else { &["429", "500", "503"] };
        for status in statuses {
            let response = contract.resolve(&operation["responses"][status]);
            let schema = &response["content"]["application/json"]["schema"];
            let mistakes = contract.mistakes(schema, &json!({"message": "whatever AWS says"}));
            assert!(mistakes.is_empty(), "`{route}` {status}: {mistakes:?}");
        }
    }
}
